package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.Freshness.Ages;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.Lifecycle;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A whole object held in memory, which is also the answer to a plain read that finds it there; or the outline of an object that
 * is kept in blocks, which is no answer: it has no bytes, and all else that an entry has.
 */
final class CachedEntry implements StoredObject {

    /** What a copy costs beside its bytes: the entry, its facts, its strings, its place in the map; measured to the nearest 100. */
    private static final int OVERHEAD_BYTES = 400;

    private final ObjectInfo info;
    private final @Nullable ByteBuffer bytes;
    private final long filledAtNanos;
    private final long epoch;
    private final Ages ages;
    private final Freshness freshness;
    private final Lifecycle lifecycle;

    /** Which of the disk's rounds has been told of a use; may be behind, which costs telling it again. */
    private int toldInRound = -1;

    /** Under which the disk may still take it, which waits for a second use; who sees it late or twice does no harm. */
    private @Nullable Pass firstUse;

    /** Whether a renewal of it is under way or rests; see {@link Renewals}. */
    private volatile boolean beingRenewed;

    /**
     * @param bytes the whole object, read-only; null for an outline
     * @param filledAtNanos when it was loaded from the source, by the runtime's ticker
     * @param epoch the cache's epoch then; in a later one it is suspect
     * @param freshness how long it is good for
     * @param lifecycle the store's: its close ends open bodies
     */
    CachedEntry(
            ObjectInfo info,
            @Nullable ByteBuffer bytes,
            long filledAtNanos,
            long epoch,
            Freshness freshness,
            Lifecycle lifecycle) {
        this.info = info;
        this.bytes = bytes;
        this.filledAtNanos = filledAtNanos;
        this.epoch = epoch;
        this.ages = freshness.agesOf(info, filledAtNanos);
        this.freshness = freshness;
        this.lifecycle = lifecycle;
    }

    /** The same bytes, confirmed by the source just now. */
    CachedEntry renewed(ObjectInfo confirmed, long now, long epoch) {
        // A 304 tells few of the facts; those of the bytes it confirms are still right.
        ObjectInfo facts = confirmed.attributes() == null || confirmed.size() != info.size() ? info : confirmed;
        CachedEntry renewed = new CachedEntry(facts, bytes, now, epoch, freshness, lifecycle);
        renewed.firstUse = firstUse;
        return renewed;
    }

    /** What it weighs in memory, in bytes; never more than an int holds, since no entry is that large. */
    static int weight(String key, CachedEntry entry) {
        return (int) Math.min(Integer.MAX_VALUE, OVERHEAD_BYTES + 2L * key.length() + entry.length());
    }

    /** Whether it has no bytes: the object is kept in blocks, as far as it is kept. */
    boolean isOutline() {
        return bytes == null;
    }

    /** Whether it is the outline of an object that could be kept whole: who wants all of it had better load it. */
    boolean isOutlineWithin(long maxEntryBytes) {
        return isOutline() && info.size() <= maxEntryBytes;
    }

    /** Whether it has the bytes of an object that the other one may be but the outline of. */
    boolean isWholeOf(CachedEntry other) {
        return !isOutline() && info.etag().equals(other.info.etag());
    }

    /** Whether the source was asked for it later. Of another epoch is neither. */
    boolean isLaterThan(CachedEntry other) {
        return epoch == other.epoch && filledAtNanos - other.filledAtNanos > 0;
    }

    /** A view whose position is the caller's own. */
    ByteBuffer buffer() {
        return held().duplicate();
    }

    /** Bytes that it holds. */
    int length() {
        return bytes == null ? 0 : bytes.remaining();
    }

    private ByteBuffer held() {
        return Objects.requireNonNull(bytes, "an outline has no bytes");
    }

    long filledAtNanos() {
        return filledAtNanos;
    }

    long epoch() {
        return epoch;
    }

    /** Notes a use; whether it is the first one known in this round. */
    boolean isFirstUseIn(int round) {
        if (toldInRound == round) {
            return false;
        }
        toldInRound = round;
        return true;
    }

    /** The disk wants it if it is used once more, and this pass is still good then. */
    void wantedOnSecondUse(Pass pass) {
        firstUse = pass;
    }

    /** The pass of before, once. */
    @Nullable Pass takeFirstUse() {
        Pass taken = firstUse;
        if (taken != null) {
            firstUse = null;
        }
        return taken;
    }

    boolean isBeingRenewed() {
        return beingRenewed;
    }

    void setBeingRenewed(boolean isBeingRenewed) {
        beingRenewed = isBeingRenewed;
    }

    Ages ages() {
        return ages;
    }

    long ageNanos(long now) {
        return Math.max(0, now - filledAtNanos);
    }

    Flux<ByteBuffer> body(Span span, int chunkBytes) {
        ByteBuffer part = slice(span);
        return Buffers.chunks(part, chunkBytes).doOnNext(chunk -> lifecycle.requireOpen("get", info.key()));
    }

    /** A view of some of the bytes; fails once the store is closed. */
    ByteBuffer part(Span span) {
        lifecycle.requireOpen("get", info.key());
        return slice(span);
    }

    private ByteBuffer slice(Span span) {
        return held().slice((int) span.start(), (int) span.length());
    }

    @Override
    public ObjectInfo info() {
        return info;
    }

    @Override
    public Status status() {
        return Status.FULL;
    }

    @Override
    public Span span() {
        return new Span(0, info.size());
    }

    @Override
    public Served served() {
        return new Served(Served.MEMORY, !freshness.isYoung(this), age());
    }

    Duration age() {
        return Duration.ofNanos(ageNanos(freshness.nanoTime()));
    }

    @Override
    public ReadOptions options() {
        return ReadOptions.defaults();
    }

    @Override
    public Flux<ByteBuffer> body() {
        return body(span(), options().chunkBytes());
    }

    @Override
    public Mono<ByteBuffer> bytes() {
        return Buffers.whole(this, () -> part(span()));
    }

    @Override
    public String toString() {
        return "CachedEntry[" + info + "]";
    }
}
