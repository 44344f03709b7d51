package io.reactivestore.cache.writeback;

import org.jspecify.annotations.Nullable;

/**
 * One line of the journal.
 *
 * @param kind what it says
 * @param sequence the write, or clear, that it is or that it is about; of a segment, its number
 * @param key the key; empty for what is about all keys
 * @param entry the write itself, with the same sequence; null for what is none
 * @param number of a write, since when its key is dirty, in milliseconds since 1970; of a segment, the bytes that count of the one before
 */
record JournalRecord(
        Kind kind, long sequence, String key, @Nullable Entry entry, long number) {

    /** The key of what is about all keys; no object has it. */
    static final String ALL = "";

    enum Kind {
        /** Begins a file. */
        SEGMENT(1),
        PUT(2),
        DELETE(3),
        /** The inner store has this write of the key, and so none of before is wanted. */
        ACKNOWLEDGED(4),
        /** All writes of before are forgotten, and the inner store is to be emptied. */
        CLEAR(5),
        /** The inner store was emptied. */
        CLEARED(6);

        private static final Kind[] ALL = values();

        /** What stands for it on disk, for ever. */
        final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        static @Nullable Kind of(byte code) {
            for (Kind kind : ALL) {
                if (kind.code == code) {
                    return kind;
                }
            }
            return null;
        }
    }

    static JournalRecord segment(long number, long bytesBefore) {
        return new JournalRecord(Kind.SEGMENT, number, ALL, null, bytesBefore);
    }

    static JournalRecord write(Entry entry, long sinceMillis) {
        Kind kind = entry.value() == null ? Kind.DELETE : Kind.PUT;
        return new JournalRecord(kind, entry.sequence(), entry.key(), entry, sinceMillis);
    }

    static JournalRecord acknowledged(String key, long sequence) {
        return new JournalRecord(Kind.ACKNOWLEDGED, sequence, key, null, 0);
    }

    static JournalRecord clear(long sequence) {
        return new JournalRecord(Kind.CLEAR, sequence, ALL, null, 0);
    }

    static JournalRecord cleared(long sequence) {
        return new JournalRecord(Kind.CLEARED, sequence, ALL, null, 0);
    }

    /** Whether it matters until something else says that it does not. */
    boolean isWanted() {
        return entry != null || kind == Kind.CLEAR;
    }

    /** The same write, dirty since the earlier of two times. */
    JournalRecord since(long millis) {
        return millis < number ? new JournalRecord(kind, sequence, key, entry, millis) : this;
    }
}
