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
 * One write of one key. Immutable once it is numbered. Its facts are put together when they are asked for: there are many entries, and
 * few are asked.
 */
final class Entry {

    private final @Nullable ByteBuffer value;
    private final String etagPrefix;
    private final long etagNumber;
    private final long writtenAt;
    private final @Nullable Attributes attributes;
    private final @Nullable ObjectInfo acknowledged;
    private final WriteOptions options;
    private final @Nullable RecordContext context;
    private final long bytes;

    /** These two change once, before anybody else knows the entry. */
    private String key;

    private long sequence;

    private Entry(
            String key,
            @Nullable ByteBuffer value,
            String etagPrefix,
            long etagNumber,
            long writtenAt,
            @Nullable Attributes attributes,
            WriteOptions options,
            @Nullable RecordContext context) {
        this.key = key;
        this.value = value;
        this.etagPrefix = etagPrefix;
        this.etagNumber = etagNumber;
        this.writtenAt = writtenAt;
        this.attributes = attributes;
        this.acknowledged = null;
        this.options = options;
        this.context = context;
        this.bytes = (long) Keys.utf8Length(key) + (value == null ? 0 : value.remaining());
    }

    private Entry(Entry write, ObjectInfo acknowledged) {
        this.key = write.key;
        this.value = write.value;
        this.etagPrefix = write.etagPrefix;
        this.etagNumber = write.etagNumber;
        this.writtenAt = write.writtenAt;
        this.attributes = write.attributes;
        this.acknowledged = acknowledged;
        this.options = write.options;
        this.context = write.context;
        this.bytes = write.bytes;
        this.sequence = write.sequence;
    }

    /**
     * A put.
     *
     * @param value read-only and never moved
     * @param etagPrefix what its own etag begins with: the number follows
     * @param writtenAt in milliseconds since 1970
     * @param attributes those that readers see until the inner store has told its facts
     * @param options how it is written
     */
    static Entry put(
            String key,
            ByteBuffer value,
            String etagPrefix,
            long etagNumber,
            long writtenAt,
            @Nullable Attributes attributes,
            WriteOptions options,
            @Nullable RecordContext context) {
        return new Entry(key, value, etagPrefix, etagNumber, writtenAt, attributes, options, context);
    }

    static Entry tombstone(String key, @Nullable RecordContext context) {
        return new Entry(key, null, "", 0, 0, null, WriteOptions.defaults(), context);
    }

    /** Gives it its place in the order of all writes; gives itself back. */
    Entry numbered(long number) {
        return numbered(key, number);
    }

    /** As {@link #numbered(long)}, and with an equal key that is held already, so that the memory of this one can go. */
    Entry numbered(String heldKey, long number) {
        if (sequence != 0) {
            throw new IllegalStateException("write " + sequence + " of " + key + " was numbered before");
        }
        key = heldKey;
        sequence = number;
        return this;
    }

    Entry withAcknowledged(ObjectInfo facts) {
        return new Entry(this, facts);
    }

    String key() {
        return key;
    }

    /** Its bytes, read-only and never moved; null of a tombstone. */
    @Nullable ByteBuffer value() {
        return value;
    }

    String etagPrefix() {
        return etagPrefix;
    }

    long etagNumber() {
        return etagNumber;
    }

    /** In milliseconds since 1970. */
    long writtenAt() {
        return writtenAt;
    }

    /** Those that readers see until the inner store has told its facts; null of a tombstone. */
    @Nullable Attributes attributes() {
        return attributes;
    }

    /** The inner store's facts, once it has the write. */
    @Nullable ObjectInfo acknowledged() {
        return acknowledged;
    }

    /** How it is written. */
    WriteOptions options() {
        return options;
    }

    @Nullable RecordContext context() {
        return context;
    }

    /** Its place in the order of all writes; 0 until it is numbered. */
    long sequence() {
        return sequence;
    }

    /** The bytes it is counted with. */
    long bytes() {
        return bytes;
    }

    /** The method of a store that makes such a write. */
    String operation() {
        return value == null ? "delete" : "put";
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
        if (acknowledged != null || value == null) {
            return acknowledged;
        }
        return new ObjectInfo(key, value.remaining(), ownEtag(), null, Instant.ofEpochMilli(writtenAt), attributes);
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
