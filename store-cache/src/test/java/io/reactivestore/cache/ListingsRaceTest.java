package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.Content;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Listings that are kept, on real threads, beside writers who make their objects larger with each put. */
class ListingsRaceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int WRITERS = 2;
    private static final int LISTERS = 2;
    private static final int WRITES = Boolean.getBoolean("reactivestore.slow") ? 50_000 : 1_000;

    private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS + LISTERS);
    private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(WRITERS);
    private final AtomicReference<String> old = new AtomicReference<>();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void listingThatBeginsAfterAnAcknowledgement_showsWhatWasWritten() throws InterruptedException {
        AtomicInteger asked = new AtomicInteger();
        ForwardingStore source = new ForwardingStore(MemoryStore.create()) {
            @Override
            public Flux<ObjectInfo> list(ListOptions options) {
                return Flux.defer(() -> {
                    asked.incrementAndGet();
                    return super.list(options).delaySequence(Duration.ofNanos(1000));
                });
            }
        };
        CacheStore cache = CacheStore.builder(source)
                .memory(memory -> memory.maxBytes(1 << 20))
                .freshness(fresh -> fresh.listings(Duration.ofHours(1), 1 << 20))
                .build();
        AtomicInteger writing = new AtomicInteger(WRITERS);
        AtomicInteger listings = new AtomicInteger();
        for (int writer = 0; writer < WRITERS; writer++) {
            int mine = writer;
            threads.execute(() -> write(cache, mine, writing));
        }
        for (int lister = 0; lister < LISTERS; lister++) {
            String prefix = lister == 0 ? "" : "k";
            threads.execute(() -> {
                while (writing.get() > 0) {
                    list(cache, prefix);
                    listings.incrementAndGet();
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(old).hasValue(null);
        assertThat(writing).hasValue(0);
        int before = asked.get();
        assertThat(before)
                .as("of %s listings some are shared or kept", listings)
                .isLessThan(listings.get());
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(cache.underWay()).isZero());
        list(cache, "");
        list(cache, "");
        assertThat(asked.get() - before).isLessThanOrEqualTo(1);
    }

    private void write(CacheStore cache, int mine, AtomicInteger writing) {
        for (int size = 1; size <= WRITES; size++) {
            cache.put("k" + mine, Content.bytes(new byte[size])).block(PATIENCE);
            acknowledged.set(mine, size);
        }
        writing.decrementAndGet();
    }

    private void list(CacheStore cache, String prefix) {
        int[] floors = new int[WRITERS];
        for (int i = 0; i < WRITERS; i++) {
            floors[i] = acknowledged.get(i);
        }
        Map<String, Long> sizes =
                cache.list(prefix).collectMap(ObjectInfo::key, ObjectInfo::size).block(PATIENCE);
        for (int i = 0; i < WRITERS; i++) {
            if (sizes.getOrDefault("k" + i, 0L) < floors[i]) {
                old.set("k" + i + " of " + sizes + " after " + floors[i]);
            }
        }
    }
}
