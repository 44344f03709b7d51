package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.Manifest.Found;
import io.reactivestore.cache.Manifest.Line;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

class ManifestTest {

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
    private final GatedStore store = new GatedStore(runtime);
    private final Manifest manifest = new Manifest(store, runtime, Duration.ofSeconds(10));

    @Test
    void storeWhereNoCacheEverWas_everythingIsTrusted() {
        Found found = read();
        assertThat(found.lines()).isNull();
        assertThat(found.isTrusted("k")).isTrue();
    }

    @Test
    void writtenAtTheClose_isReadInItsOrder_withWhatIsUnknownLeftOut() {
        Map<String, Copy> kept = new LinkedHashMap<>();
        for (int i = 0; i < 10_000; i++) {
            kept.put(
                    (i % 2 == 0 ? "z" : "é\uD83D\uDE00") + i,
                    copy(i % 3 == 0 ? null : "p-" + i, i % 5 == 0 ? null : (long) i));
        }
        write(kept);
        Found found = read();
        assertThat(found.lines().keySet()).containsExactlyElementsOf(kept.keySet());
        kept.forEach((key, copy) ->
                assertThat(found.line(key)).isEqualTo(new Line(copy.generation(), copy.etag(), copy.filledAtNanos())));
        assertThat(found.isTrusted("z0")).isTrue();
        assertThat(found.isTrusted("not in it")).isFalse();
    }

    @Test
    void emptyOne_isAManifestToo() {
        write(Map.of());
        assertThat(read().lines()).isEmpty();
        assertThat(read().isTrusted("k")).isFalse();
    }

    @Test
    void begun_takesTheManifestAway_andLeavesTheMark() {
        write(Map.of("k", copy("p-1", 1L)));
        runtime.simulation().await(manifest.begin());
        Found found = read();
        assertThat(found.lines()).isNull();
        assertThat(found.marked()).isTrue();
        assertThat(found.isTrusted("k")).isFalse();
    }

    @Test
    void beginThatBreaksOffInBetween_leavesNothingTrusted() {
        write(Map.of("k", copy("p-1", 1L)));
        store.holdReserved(Op.DELETE);
        manifest.begin().subscribe();
        store.pass(Op.DELETE);
        Found found = read();
        assertThat(found.line("k")).isEqualTo(new Line("p-1", copy("p-1", 1L).etag(), 1L));
        assertThat(found.isTrusted("k")).isFalse();
    }

    @Test
    void truncatedOne_isNotTrustedAtAll() {
        write(Map.of("k", copy("p-1", 1L)));
        byte[] whole = store.bytes(".reactivestore/manifest");
        for (int length = 0; length < whole.length; length++) {
            store.write(".reactivestore/manifest", java.util.Arrays.copyOf(whole, length));
            assertThat(read().isTrusted("k"))
                    .as("%d of %d bytes", length, whole.length)
                    .isFalse();
        }
    }

    @Test
    void storeThatDoesNotAnswer_isGivenUp() {
        store.holdReserved(Op.PUT);
        TestSubscriber<Void> marker = TestSubscriber.create();
        manifest.mark().subscribe(marker);
        runtime.simulation().runFor(Duration.ofSeconds(10));
        assertThat(marker.expectTerminalError()).isInstanceOf(StoreTimeoutException.class);
    }

    private Found read() {
        return runtime.simulation().await(manifest.read());
    }

    private void write(Map<String, Copy> kept) {
        runtime.simulation().await(manifest.write(kept, Copy::filledAtNanos));
    }

    private static Copy copy(String generation, Long filledAt) {
        return new Copy(generation, null, 1, filledAt, 0, new Pass(0, 0));
    }
}
