package io.reactivestore.decorate;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Many threads subscribe and cancel at once: never more than the limit run, and no permit is lost or made. */
class LimitedStoreRaceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int OPERATIONS = Boolean.getBoolean("reactivestore.slow") ? 500_000 : 10_000;
    private static final int PERMITS = 3;

    private final CountingStore inner = new CountingStore(MemoryStore.create());
    private final LimitedStore store =
            LimitedStore.builder(inner, PERMITS).maxWaiting(40).build();

    @Test
    void subscribeCancelAndEndAtTheSameTime_keepTheLimitAndAllPermits() {
        AtomicInteger rejected = new AtomicInteger();
        Mono<Long> all = Flux.range(0, OPERATIONS)
                .flatMap(i -> one(new Random(i), rejected).subscribeOn(Schedulers.parallel()), 64, 1)
                .count();
        StepVerifier.create(all).expectNext((long) OPERATIONS).expectComplete().verify(PATIENCE);

        // What was cancelled when its turn had come gives its permit back a moment later.
        StepVerifier.create(Flux.interval(Duration.ofMillis(1))
                        .map(tick -> store.runningCount() + store.waitingCount())
                        .takeUntil(count -> count == 0)
                        .then())
                .expectComplete()
                .verify(PATIENCE);
        assertThat(inner.running).hasValue(0);
        assertThat(inner.mostRunning).hasValue(PERMITS);
        assertThat(rejected).hasPositiveValue().hasValueLessThan(OPERATIONS);
    }

    /** Ends by itself, after its own first element, or is cancelled before, while or after it waits. */
    private Mono<Long> one(Random random, AtomicInteger rejected) {
        Flux<ObjectInfo> listing = store.list(ListOptions.defaults());
        Flux<ObjectInfo> shortened = switch (random.nextInt(4)) {
            case 0 -> listing;
            case 1 -> listing.take(1);
            case 2 -> listing.takeUntilOther(Mono.delay(Duration.ofNanos(random.nextInt(1_000_000))));
            default -> listing.takeUntilOther(Mono.<Void>empty().publishOn(Schedulers.parallel()));
        };
        return shortened.count().onErrorResume(StoreRejectedException.class, e -> {
            rejected.incrementAndGet();
            return Mono.just(0L);
        });
    }

    private static final class CountingStore extends ForwardingStore {

        private static final ObjectInfo INFO = new ObjectInfo("a", 0, "e", null, Instant.EPOCH, null);

        private final AtomicInteger running = new AtomicInteger();
        private final AtomicInteger mostRunning = new AtomicInteger();

        CountingStore(Store inner) {
            super(inner);
        }

        @Override
        public Flux<ObjectInfo> list(ListOptions options) {
            return Flux.defer(() -> {
                AtomicBoolean over = new AtomicBoolean();
                mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                Runnable end = () -> {
                    if (over.compareAndSet(false, true)) {
                        running.decrementAndGet();
                    }
                };
                return Flux.just(INFO, INFO)
                        .publishOn(Schedulers.parallel())
                        .doOnTerminate(end)
                        .doOnCancel(end);
            });
        }
    }
}
