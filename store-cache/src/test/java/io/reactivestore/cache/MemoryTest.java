package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import io.reactivestore.StoreRuntime;
import io.reactivestore.internal.Lifecycle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is told later counts, in whatever order loads end. */
class MemoryTest {

    private final FreshnessSpec.Memo memo = new FreshnessSpec.Memo(Duration.ofDays(1), 10);
    private final Freshness freshness = new Freshness(new FreshnessSpec().build(), StoreRuntime.system());
    private final long now = freshness.nanoTime();
    private final Memory memory =
            new Memory(new LruTier(1 << 20), null, new Recent<>(memo, freshness), new Recent<>(memo, freshness));

    private CachedEntry copy(String etag, int toldAt, boolean isOutline) {
        return copy(etag, toldAt, isOutline, 0);
    }

    private CachedEntry copy(String etag, int toldAt, boolean isOutline, long epoch) {
        ObjectInfo info = info(etag);
        ByteBuffer bytes = isOutline ? null : ByteBuffer.allocate(3).asReadOnlyBuffer();
        return new CachedEntry(info, bytes, now + toldAt, epoch, freshness, Lifecycle.trivial());
    }

    private static ObjectInfo info(String etag) {
        return new ObjectInfo("k", 3, etag, null, Instant.EPOCH, Attributes.none());
    }

    private CachedEntry put(CachedEntry entry) {
        memory.put("k", entry);
        return entry;
    }

    @Test
    void olderCopy_doesNotTakeThePlaceOfALaterOne() {
        CachedEntry later = put(copy("b", 2, false));
        put(copy("a", 1, false));
        put(copy("a", 1, true));
        assertThat(memory.get("k")).isSameAs(later);
        assertThat(memory.head("k")).isEqualTo(info("b"));
        CachedEntry last = put(copy("c", 3, false));
        assertThat(memory.get("k")).isSameAs(last);
    }

    @Test
    void ofAnEarlierEpoch_itDoes_forNeitherIsLater() {
        put(copy("b", 2, false, 0));
        CachedEntry ofNow = put(copy("a", 1, false, 1));
        assertThat(memory.get("k")).isSameAs(ofNow);
    }

    @Test
    void wholeOfTheSameVersion_takesThePlaceOfALaterOutline_andStaysBesideOne() {
        put(copy("a", 2, true));
        CachedEntry whole = put(copy("a", 1, false));
        assertThat(memory.get("k")).isSameAs(whole);
        put(copy("a", 3, true));
        assertThat(memory.get("k")).isSameAs(whole);
    }

    @Test
    void olderCopy_doesNotTakeThePlaceOfALaterAbsence() {
        memory.putAbsent("k", now + 2, 0);
        put(copy("a", 1, false));
        assertThat(memory.get("k")).isNull();
        assertThat(memory.isAbsent("k")).isTrue();
        CachedEntry later = put(copy("b", 3, false));
        assertThat(memory.get("k")).isSameAs(later);
        assertThat(memory.isAbsent("k")).isFalse();
    }

    @Test
    void olderCopy_isNotKeptBesideLaterFactsOfAnotherVersion() {
        memory.putHead("k", info("b"), now + 2, 0);
        put(copy("a", 1, false));
        assertThat(memory.get("k")).isNull();
        CachedEntry same = put(copy("b", 1, false));
        assertThat(memory.get("k")).isSameAs(same);
    }
}
