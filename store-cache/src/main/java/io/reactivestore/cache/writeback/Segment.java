package io.reactivestore.cache.writeback;

import java.util.LinkedHashMap;
import java.util.Map;

/** One file of the journal and what is wanted of it, by key. */
final class Segment {

    final long number;
    final Map<String, Wanted> wanted = new LinkedHashMap<>();

    /** The bytes of it that count. */
    long length;

    Segment(long number) {
        this.number = number;
    }

    /** A record that must not be lost yet, and how long it is on disk. */
    record Wanted(JournalRecord record, int bytes) {}
}
