package io.reactivestore.cache.writeback;

import io.reactivestore.Keys;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.WriteOptions;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One write of one key. Immutable.
 *
 * @param value its bytes, read-only and never moved; null for a tombstone
 * @param info the facts: with {@code ownEtag} until the inner store has told its own; null for a tombstone
 * @param options how it is written
 * @param sequence its place in the order of all writes; 0 until it is in the table
 */
record Entry(
        String key,
        @Nullable ByteBuffer value,
        @Nullable ObjectInfo info,
        @Nullable String ownEtag,
        WriteOptions options,
        @Nullable RecordContext context,
        long sequence) {

    Entry withSequence(long number) {
        return new Entry(key, value, info, ownEtag, options, context, number);
    }

    Entry withInfo(@Nullable ObjectInfo acknowledged) {
        return new Entry(key, value, acknowledged, ownEtag, options, context, sequence);
    }

    /** The method of a store that makes such a write. */
    String operation() {
        return value == null ? "delete" : "put";
    }

    /** The bytes it is counted with. */
    long bytes() {
        return (long) Keys.utf8Length(key) + (value == null ? 0 : value.remaining());
    }

    DirtyEntry toDirtyEntry() {
        return new DirtyEntry(key, value, context);
    }

    /** The facts for a reader, under the etag by which that reader knows this write. */
    ObjectInfo infoFor(ObjectInfo facts, ReadOptions options) {
        String own = ownEtag;
        if (own == null
                || !(options.ifMatch().contains(own)
                        || options.ifNoneMatch().contains(own)
                        || own.equals(options.ifRange()))) {
            return facts;
        }
        return new ObjectInfo(
                facts.key(), facts.size(), own, facts.version(), facts.lastModified(), facts.attributes());
    }
}
