package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.StoreRuntime;
import io.reactivestore.internal.Lifecycle;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.scheduler.Schedulers;

/** The bytes of the objects in memory, however they come and go. */
class MemoryTierBytesTest {

    private static final StoreRuntime RUNTIME = StoreRuntime.system();
    private static final Freshness FRESHNESS = new Freshness(new FreshnessSpec().build(), RUNTIME);

    static Stream<MemoryTier> tiers() {
        return Stream.of(new LruTier(5000), new CaffeineTier(5000, RUNTIME, Schedulers.immediate()));
    }

    @ParameterizedTest
    @MethodSource("tiers")
    void payload_isThatOfTheObjectsThatAreThere(MemoryTier memory) {
        put(memory, "a/1", 100);
        put(memory, "a/2", 10);
        put(memory, "b", 1);
        assertThat(memory.payloadBytes()).isEqualTo(111);
        put(memory, "a/1", 200);
        assertThat(memory.payloadBytes()).isEqualTo(211);
        memory.remove("a/1");
        memory.remove("absent");
        assertThat(memory.payloadBytes()).isEqualTo(11);
        memory.removePrefix("a/");
        assertThat(memory.payloadBytes()).isEqualTo(1);
        for (int i = 0; i < 100; i++) {
            put(memory, "k" + i, 500);
        }
        put(memory, "too-large", 5000);
        assertThat(memory.evictions()).isPositive();
        assertThat(memory.get("too-large")).isNull();
        long left = memory.get("b") == null ? 0 : 1;
        for (int i = 0; i < 100; i++) {
            left += memory.get("k" + i) == null ? 0 : 500;
        }
        assertThat(memory.payloadBytes()).isEqualTo(left);
    }

    private static void put(MemoryTier memory, String key, int bytes) {
        ObjectInfo info = new ObjectInfo(key, bytes, "e", null, Instant.EPOCH, null);
        memory.put(
                key,
                new CachedEntry(
                        info,
                        ByteBuffer.allocate(bytes).asReadOnlyBuffer(),
                        RUNTIME.nanoTime(),
                        0,
                        FRESHNESS,
                        Lifecycle.trivial()));
    }
}
