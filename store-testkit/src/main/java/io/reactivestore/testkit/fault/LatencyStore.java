package io.reactivestore.testkit.fault;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A store with the latency and the bandwidth of a network in front of it. The time of an operation lies partly before it takes
 * effect and partly after, in a random proportion. Set it up before its first use.
 */
public final class LatencyStore extends InterceptedStore {

    private final StoreRuntime runtime;
    private final Map<StoreOperation, Latency> laws = new EnumMap<>(StoreOperation.class);
    private Latency firstByte = Latency.none();
    private long bytesPerSecond = Long.MAX_VALUE;

    private LatencyStore(Store inner, StoreRuntime runtime) {
        super(inner);
        this.runtime = runtime;
    }

    /** The store without any latency yet; its timers and its randomness are those of the runtime. */
    public static LatencyStore over(Store inner, StoreRuntime runtime) {
        return new LatencyStore(Objects.requireNonNull(inner, "inner"), Objects.requireNonNull(runtime, "runtime"));
    }

    /** Every operation but {@code open} takes this long. */
    public LatencyStore latency(Latency law) {
        for (StoreOperation operation : StoreOperation.values()) {
            if (operation != StoreOperation.OPEN) {
                latency(operation, law);
            }
        }
        return this;
    }

    /** One kind of operation takes this long. */
    public LatencyStore latency(StoreOperation operation, Latency law) {
        laws.put(operation, Objects.requireNonNull(law, "law"));
        return this;
    }

    /** The time from the subscription to a body to its first byte. Default: none. */
    public LatencyStore firstByte(Latency law) {
        firstByte = Objects.requireNonNull(law, "law");
        return this;
    }

    /** How fast each body comes, and each content goes. Default: unlimited. */
    public LatencyStore bytesPerSecond(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytesPerSecond: need 1 or more, was " + bytes);
        }
        bytesPerSecond = bytes;
        return this;
    }

    @Override
    <T> Flux<T> intercept(StoreOperation operation, @Nullable String key, Flux<T> of) {
        return Flux.defer(() -> {
            Latency law = laws.get(operation);
            long whole = law == null ? 0 : law.next(runtime.random()).toNanos();
            if (whole == 0) {
                return of;
            }
            long before = (long) (whole * runtime.random().nextDouble());
            Mono<Long> request = waitFor(before);
            Mono<Long> answer = waitFor(whole - before);
            // The whole answer is late, not each element; its end too, since many answers have no element.
            return request.thenMany(of.materialize())
                    .index()
                    .concatMap(each -> each.getT1() == 0 ? answer.thenReturn(each.getT2()) : Mono.just(each.getT2()), 0)
                    .dematerialize();
        });
    }

    @Override
    Mono<ObjectInfo> interceptPut(String key, Content content, Function<Content, Mono<ObjectInfo>> put) {
        return one(StoreOperation.PUT, key, put.apply(content.through(this::paced)));
    }

    @Override
    Mono<StoredObject> interceptGet(String key, Mono<StoredObject> get) {
        return super.interceptGet(key, get).map(found -> new InterceptedObject(found, this::slow));
    }

    private Flux<ByteBuffer> slow(Flux<ByteBuffer> body) {
        return Flux.defer(() -> {
            long wait = firstByte.next(runtime.random()).toNanos();
            return wait == 0 ? paced(body) : waitFor(wait).thenMany(paced(body));
        });
    }

    /** Each chunk when its last byte is through. */
    private Flux<ByteBuffer> paced(Flux<ByteBuffer> body) {
        if (bytesPerSecond == Long.MAX_VALUE) {
            return body;
        }
        return Flux.defer(() -> {
            long[] lineFree = {runtime.nanoTime()};
            return body.concatMap(
                    chunk -> {
                        long now = runtime.nanoTime();
                        long start = lineFree[0] - now > 0 ? lineFree[0] : now;
                        lineFree[0] = start + (long) (chunk.remaining() * 1e9 / bytesPerSecond);
                        return waitFor(lineFree[0] - now).thenReturn(chunk);
                    },
                    0);
        });
    }

    private Mono<Long> waitFor(long nanos) {
        return Mono.delay(Duration.ofNanos(nanos), runtime.timers());
    }
}
