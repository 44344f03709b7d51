package io.reactivestore.testkit.fault;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * A store that counts what reaches it. An operation is counted when it is subscribed to, and is in flight until it ends or is
 * cancelled; so is a body.
 */
public final class CountingStore extends InterceptedStore {

    private final Map<StoreOperation, Long> calls = new ConcurrentHashMap<>();
    private final Map<StoreOperation, Long> cancels = new ConcurrentHashMap<>();
    private final Map<StoreOperation, Long> errors = new ConcurrentHashMap<>();
    private final AtomicLong inFlight = new AtomicLong();
    private final AtomicLong maxInFlight = new AtomicLong();
    private final AtomicLong bodies = new AtomicLong();
    private final AtomicLong openBodies = new AtomicLong();
    private final AtomicLong bodyCancels = new AtomicLong();
    private final AtomicLong bytesRead = new AtomicLong();
    private final AtomicLong bytesWritten = new AtomicLong();

    private CountingStore(Store inner) {
        super(inner);
    }

    /** Counts what reaches a store. */
    public static CountingStore over(Store inner) {
        return new CountingStore(Objects.requireNonNull(inner, "inner"));
    }

    /** Operations of this kind so far. */
    public long calls(StoreOperation operation) {
        return calls.getOrDefault(operation, 0L);
    }

    /** Operations of all kinds so far, but {@code open}. */
    public long calls() {
        return calls.values().stream().mapToLong(each -> each).sum() - calls(StoreOperation.OPEN);
    }

    /** Cancels that reached operations of this kind before they ended. */
    public long cancels(StoreOperation operation) {
        return cancels.getOrDefault(operation, 0L);
    }

    /** Operations of this kind that ended with an error. */
    public long errors(StoreOperation operation) {
        return errors.getOrDefault(operation, 0L);
    }

    /** Operations that have begun and not ended; bodies not counted. */
    public long inFlight() {
        return inFlight.get();
    }

    /** The most operations that were in flight at once. */
    public long maxInFlight() {
        return maxInFlight.get();
    }

    /** Subscriptions to bodies so far. */
    public long bodies() {
        return bodies.get();
    }

    /** Bodies that have begun and not ended. */
    public long openBodies() {
        return openBodies.get();
    }

    /** Cancels that reached bodies before they ended. */
    public long bodyCancels() {
        return bodyCancels.get();
    }

    /** Bytes of bodies and of {@code getRanges} that went out. */
    public long bytesRead() {
        return bytesRead.get();
    }

    /** Bytes of contents that came in. */
    public long bytesWritten() {
        return bytesWritten.get();
    }

    /** Counts from zero again; what is in flight stays so. */
    public void reset() {
        List.of(calls, cancels, errors).forEach(Map::clear);
        List.of(bodies, bodyCancels, bytesRead, bytesWritten).forEach(each -> each.set(0));
        maxInFlight.set(inFlight.get());
    }

    @Override
    <T> Flux<T> intercept(StoreOperation operation, @Nullable String key, Flux<T> of) {
        return Flux.defer(() -> {
            calls.merge(operation, 1L, Long::sum);
            maxInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            return whenOver(of.doOnNext(this::countRange), end -> {
                inFlight.decrementAndGet();
                switch (end) {
                    case CANCEL -> cancels.merge(operation, 1L, Long::sum);
                    case ON_ERROR -> errors.merge(operation, 1L, Long::sum);
                    default -> {}
                }
            });
        });
    }

    @Override
    Mono<ObjectInfo> interceptPut(String key, Content content, Function<Content, Mono<ObjectInfo>> put) {
        Content counted = content.through(body -> body.doOnNext(chunk -> bytesWritten.addAndGet(chunk.remaining())));
        return one(StoreOperation.PUT, key, put.apply(counted));
    }

    @Override
    Mono<StoredObject> interceptGet(String key, Mono<StoredObject> get) {
        return super.interceptGet(key, get).map(found -> new InterceptedObject(found, this::counted));
    }

    private Flux<ByteBuffer> counted(Flux<ByteBuffer> body) {
        return Flux.defer(() -> {
            bodies.incrementAndGet();
            openBodies.incrementAndGet();
            return body.doOnNext(chunk -> bytesRead.addAndGet(chunk.remaining()))
                    .doFinally(end -> {
                        openBodies.decrementAndGet();
                        if (end == SignalType.CANCEL) {
                            bodyCancels.incrementAndGet();
                        }
                    });
        });
    }

    /** Unlike {@code doFinally} it is told before the subscriber is, so that whoever saw the end sees the count. */
    private static <T> Flux<T> whenOver(Flux<T> of, Consumer<SignalType> ended) {
        AtomicBoolean over = new AtomicBoolean();
        Consumer<SignalType> once = end -> {
            if (over.compareAndSet(false, true)) {
                ended.accept(end);
            }
        };
        return of.doOnComplete(() -> once.accept(SignalType.ON_COMPLETE))
                .doOnError(e -> once.accept(SignalType.ON_ERROR))
                .doOnCancel(() -> once.accept(SignalType.CANCEL));
    }

    private void countRange(Object element) {
        if (element instanceof RangedObject range) {
            bytesRead.addAndGet(range.bytes().remaining());
        }
    }
}
