package io.reactivestore.cache.writeback;

import io.reactivestore.Attributes;
import io.reactivestore.Keys;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.WriteOptions;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One write of one key. Immutable. Its facts are put together when they are asked for: there are many entries, and few are asked.
 *
 * @param value its bytes, read-only and never moved; null for a tombstone
 * @param etagPrefix what its own etag begins with: the number follows
 * @param writtenAt in milliseconds since 1970
 * @param attributes those that readers see until the inner store has told its facts; null for a tombstone
 * @param acknowledged the inner store's facts, once it has the write
 * @param options how it is written
 * @param sequence its place in the order of all writes; 0 until it is in the table
 */
record Entry(
        String key,
        @Nullable ByteBuffer value,
        String etagPrefix,
        long etagNumber,
        long writtenAt,
        @Nullable Attributes attributes,
        @Nullable ObjectInfo acknowledged,
        WriteOptions options,
        @Nullable RecordContext context,
        long sequence) {

    static Entry put(
            String key,
            ByteBuffer value,
            String etagPrefix,
            long etagNumber,
            long writtenAt,
            @Nullable Attributes attributes,
            WriteOptions options,
            @Nullable RecordContext context) {
        return new Entry(key, value, etagPrefix, etagNumber, writtenAt, attributes, null, options, context, 0);
    }

    static Entry tombstone(String key, @Nullable RecordContext context) {
        return new Entry(key, null, "", 0, 0, null, null, WriteOptions.defaults(), context, 0);
    }

    Entry withSequence(long number) {
        return withSequence(key, number);
    }

    /** With an equal key that is held already, so that the memory of this one can go. */
    Entry withSequence(String heldKey, long number) {
        return new Entry(
                heldKey, value, etagPrefix, etagNumber, writtenAt, attributes, acknowledged, options, context, number);
    }

    Entry withAcknowledged(ObjectInfo facts) {
        return new Entry(key, value, etagPrefix, etagNumber, writtenAt, attributes, facts, options, context, sequence);
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

    /** The etag of this store's own; none of a tombstone has it. */
    String ownEtag() {
        return etagPrefix + Long.toHexString(etagNumber);
    }

    /** The facts: with the etag of this store's own until the inner store has told its own; null of a tombstone. */
    @Nullable ObjectInfo info() {
        ByteBuffer bytes = value;
        if (acknowledged != null || bytes == null) {
            return acknowledged;
        }
        return new ObjectInfo(key, bytes.remaining(), ownEtag(), null, Instant.ofEpochMilli(writtenAt), attributes);
    }

    /** The facts for a reader, under the etag by which that reader knows this write. */
    @Nullable ObjectInfo infoFor(ReadOptions options) {
        ObjectInfo facts = acknowledged;
        if (facts == null) {
            return info();
        }
        if (!options.isConditional() && options.ifRange() == null) {
            return facts;
        }
        String own = ownEtag();
        boolean known =
                options.ifMatch().contains(own) || options.ifNoneMatch().contains(own) || own.equals(options.ifRange());
        return !known
                ? facts
                : new ObjectInfo(
                        facts.key(), facts.size(), own, facts.version(), facts.lastModified(), facts.attributes());
    }
}
