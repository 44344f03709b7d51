package io.reactivestore.testkit.fault;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.error.StoreUnavailableException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A store that fails as it is told to: at the n-th operation of a kind, at the next one, always, or at random from the runtime's
 * randomness. What was told first comes first. Without being told anything it does what the inner store does.
 */
public final class FaultyStore extends InterceptedStore {

    private final StoreRuntime runtime;
    private final FaultPlan plan;
    private final AtomicLong lateApplications = new AtomicLong();
    private volatile boolean down;

    private FaultyStore(Store inner, StoreRuntime runtime) {
        super(inner);
        this.runtime = runtime;
        this.plan = new FaultPlan(runtime.random());
    }

    /** A store without faults yet; its timers and its randomness are those of the runtime. */
    public static FaultyStore over(Store inner, StoreRuntime runtime) {
        return new FaultyStore(Objects.requireNonNull(inner, "inner"), Objects.requireNonNull(runtime, "runtime"));
    }

    /** The operation with this number, counted per kind from 1 since the store was made, fails so. */
    public FaultyStore at(StoreOperation operation, long number, Fault fault) {
        plan.at(operation, number, fault);
        return this;
    }

    /** The next operation of this kind fails so; a second one queues behind the first. */
    public FaultyStore next(StoreOperation operation, Fault fault) {
        plan.next(operation, fault);
        return this;
    }

    /** Every operation of this kind fails so, from now on. */
    public FaultyStore always(StoreOperation operation, Fault fault) {
        return randomly(1, fault, operation);
    }

    /** Each operation of these kinds fails so with this probability, from now on. */
    public FaultyStore randomly(double probability, Fault fault, StoreOperation... operations) {
        plan.randomly(probability, fault, operations);
        return this;
    }

    /** Forgets all that it was told, and ends an outage. What is to be applied late still will be. */
    public FaultyStore heal() {
        plan.clear();
        down = false;
        return this;
    }

    /** While down, operations fail before they are sent, and open bodies break off; what was sent before goes on. */
    public FaultyStore outage(boolean down) {
        this.down = down;
        return this;
    }

    /** How many operations of a kind reached this store. */
    public long calls(StoreOperation operation) {
        return plan.calls(operation);
    }

    /** How many operations met a fault (an outage is none). */
    public long injected() {
        return plan.injected();
    }

    /** Mutations that are still to be applied though nobody waits for them. */
    public long lateApplications() {
        return lateApplications.get();
    }

    @Override
    <T> Flux<T> intercept(StoreOperation operation, @Nullable String key, Flux<T> of) {
        return Flux.defer(() -> {
            Call call = plan.called(operation, key);
            return down ? Flux.error(isDown(call)) : faulty(call, plan.faultOf(call), of);
        });
    }

    @Override
    Mono<ObjectInfo> interceptPut(String key, Content content, Function<Content, Mono<ObjectInfo>> put) {
        return Mono.defer(() -> {
            Call call = plan.called(StoreOperation.PUT, key);
            if (down) {
                return Mono.error(isDown(call));
            }
            Fault fault = plan.faultOf(call);
            if (fault == null || !outlivesItsCaller(fault)) {
                return faulty(call, fault, put.apply(content).flux()).singleOrEmpty();
            }
            return Bodies.held(content, runtime)
                    .flatMap(held -> faulty(call, fault, put.apply(held).flux()).singleOrEmpty());
        });
    }

    @Override
    Mono<StoredObject> interceptGet(String key, Mono<StoredObject> get) {
        return Mono.defer(() -> {
            Call call = plan.called(StoreOperation.GET, key);
            if (down) {
                return Mono.error(isDown(call));
            }
            Fault fault = plan.faultOf(call);
            UnaryOperator<Flux<ByteBuffer>> change = fault == null ? null : fault.body();
            return faulty(call, fault, get.flux())
                    .singleOrEmpty()
                    .map(found -> new InterceptedObject(found, body -> whileUp(call, change, body)));
        });
    }

    private <T> Flux<T> faulty(Call call, @Nullable Fault fault, Flux<T> of) {
        if (fault == null) {
            return of;
        }
        Latency wait = fault.waitBefore();
        if (wait == null) {
            return applied(call, fault, of);
        }
        return Mono.delay(wait.next(runtime.random()), runtime.timers())
                .thenMany(Flux.defer(() -> applied(call, fault, of)));
    }

    private <T> Flux<T> applied(Call call, Fault fault, Flux<T> of) {
        Flux<T> reply = switch (fault.reply()) {
            case AS_IT_IS -> Flux.empty();
            case ERROR -> Flux.error(() -> fault.error(call));
            case NONE -> Flux.never();
        };
        return switch (fault.application()) {
            case NEVER -> reply;
            // cache() keeps on when its only subscriber leaves.
            case DETACHED -> of.cache();
            case AT_ONCE ->
                fault.reply() == Fault.Reply.AS_IT_IS
                        ? of
                        : of.ignoreElements().onErrorComplete().thenMany(reply);
            case LATE -> {
                applyLater(of, fault);
                yield reply;
            }
        };
    }

    private void applyLater(Flux<?> of, Fault fault) {
        lateApplications.incrementAndGet();
        long delay = fault.lateBy().next(runtime.random()).toNanos();
        // Whether it then fails is nobody's business any more.
        Runnable apply =
                () -> of.doFinally(end -> lateApplications.decrementAndGet()).subscribe(each -> {}, e -> {});
        runtime.timers().schedule(apply, delay, TimeUnit.NANOSECONDS);
    }

    private Flux<ByteBuffer> whileUp(
            Call call, @Nullable UnaryOperator<Flux<ByteBuffer>> change, Flux<ByteBuffer> body) {
        Flux<ByteBuffer> changed = change == null ? body : change.apply(body);
        return changed.doOnNext(chunk -> {
            if (down) {
                throw isDown(call);
            }
        });
    }

    private static boolean outlivesItsCaller(Fault fault) {
        return fault.application() == Fault.Application.LATE || fault.application() == Fault.Application.DETACHED;
    }

    private static StoreUnavailableException isDown(Call call) {
        return new StoreUnavailableException(
                call.operation().method(), call.key(), "injected: the store is down", true, null);
    }
}
