package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.StoreRuntime;
import io.reactivestore.internal.Lifecycle;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

    @ParameterizedTest
    @MethodSource("tiers")
    void payload_isThatOfBlocksToo_andOutlinesHaveNone(MemoryTier memory) {
        memory.put("a/1", entry("a/1", 100, null));
        assertThat(memory.payloadBytes()).isZero();
        assertThat(memory.bytes()).isBetween(100L, 1000L);
        putBlock(memory, "a/1", 0, 60);
        putBlock(memory, "a/1", 1, 40);
        putBlock(memory, "b", 0, 7);
        putBlock(memory, "b", 0, 8);
        assertThat(memory.payloadBytes()).isEqualTo(108);
        assertThat(memory.entryCount()).isEqualTo(1);
        memory.removeBlock(new BlockKey("a/1", "e", 1));
        memory.removeBlock(new BlockKey("a/1", "e", 7));
        assertThat(memory.payloadBytes()).isEqualTo(68);
        put(memory, "a/1", 100);
        assertThat(memory.payloadBytes()).isEqualTo(168);
        memory.put("a/1", entry("a/1", 100, null));
        assertThat(memory.payloadBytes()).isEqualTo(68);
        memory.removePrefix("a/");
        assertThat(memory.payloadBytes()).isEqualTo(8);
        assertThat(memory.entryCount()).isZero();
        for (int i = 0; i < 100; i++) {
            putBlock(memory, "c", i, 500);
        }
        putBlock(memory, "too-large", 0, 5000);
        assertThat(memory.evictions()).isPositive();
        long left = memory.hasBlock(new BlockKey("b", "e", 0)) ? 8 : 0;
        for (int i = 0; i < 100; i++) {
            left += memory.hasBlock(new BlockKey("c", "e", i)) ? 500 : 0;
        }
        assertThat(memory.payloadBytes()).isEqualTo(left);
        memory.removePrefix("");
        assertThat(memory.payloadBytes()).isZero();
        assertThat(memory.entryCount()).isZero();
    }

    private static void putBlock(MemoryTier memory, String key, long index, int bytes) {
        memory.putBlock(
                new BlockKey(key, "e", index), ByteBuffer.allocate(bytes).asReadOnlyBuffer());
    }

    private static void put(MemoryTier memory, String key, int bytes) {
        memory.put(key, entry(key, bytes, ByteBuffer.allocate(bytes).asReadOnlyBuffer()));
    }

    private static CachedEntry entry(String key, int size, @Nullable ByteBuffer bytes) {
        ObjectInfo info = new ObjectInfo(key, size, "e", null, Instant.EPOCH, null);
        return new CachedEntry(info, bytes, RUNTIME.nanoTime(), 0, FRESHNESS, Lifecycle.trivial());
    }
}
