package io.reactivestore.cache.writeback;

import io.reactivestore.cache.writeback.JournalCodec.Framed;
import io.reactivestore.cache.writeback.JournalRecord.Kind;
import io.reactivestore.cache.writeback.Segment.Wanted;
import io.reactivestore.error.StoreCorruptException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a journal's files. Changes nothing in them. */
final class JournalRecovery {
    /*
     * How it works. The order of the records in the files says nothing: each has its sequence. Of the writes of a key the highest one
     * counts, unless it, or a higher one, was acknowledged or a higher clear was written.
     *
     * How much of a file counts is told by the first record of the next file. Where it is not told, the file ends before its first bad
     * record if nothing behind that can have been acknowledged: no sound record of a later batch. Otherwise bytes were damaged that
     * nobody may skip, since what they said is not known.
     */

    private final JournalFiles files;
    private final List<Segment> segments = new ArrayList<>();
    private final Map<String, Key> keys = new HashMap<>();
    private final Key clears = new Key();
    private long last;

    JournalRecovery(JournalFiles files) {
        this.files = files;
    }

    /** What is known of a key: its highest write, where it lies, and up to where it was acknowledged. */
    private static final class Key {
        @Nullable Wanted latest;

        @Nullable Segment segment;

        long acknowledged;
    }

    /** The files, each with what is wanted of it. */
    List<Segment> segments() {
        return segments;
    }

    Recovered read() throws IOException {
        List<Long> numbers = files.numbers();
        requireNoGap(numbers);
        byte[] present = numbers.isEmpty() ? new byte[0] : files.read(numbers.get(0));
        for (int i = 0; i < numbers.size(); i++) {
            byte[] next = i + 1 < numbers.size() ? files.read(numbers.get(i + 1)) : new byte[0];
            read(new Segment(numbers.get(i)), present, next);
            present = next;
        }
        Wanted clear = clears.latest;
        long clearedUpTo = clear == null ? 0 : clear.record().sequence();
        List<JournalRecord> writes = new ArrayList<>();
        keys.forEach((name, key) -> settle(name, key, clearedUpTo, writes));
        writes.sort(Comparator.comparingLong(JournalRecord::sequence));
        boolean clearing = clearedUpTo > clears.acknowledged;
        if (clearing) {
            keep(JournalRecord.ALL, clears);
        }
        return new Recovered(writes, clearing ? clearedUpTo : 0, last, segments.isEmpty());
    }

    private void settle(String name, Key key, long clearedUpTo, List<JournalRecord> writes) {
        Wanted latest = key.latest;
        if (latest != null && latest.record().sequence() > Math.max(key.acknowledged, clearedUpTo)) {
            writes.add(latest.record());
            keep(name, key);
        }
    }

    private static void keep(String name, Key key) {
        if (key.segment != null && key.latest != null) {
            key.segment.wanted.put(name, key.latest);
        }
    }

    private void read(Segment segment, byte[] file, byte[] next) throws IOException {
        segments.add(segment);
        Framed following = decode(next, 0, next.length, segment.number + 1);
        boolean told = following != null && following.record().kind() == Kind.SEGMENT;
        long limit = told && following != null ? following.record().number() : file.length;
        if (limit > file.length) {
            throw damaged(segment, file.length, "the file ends, but it had " + limit + " bytes");
        }
        int offset = 0;
        while (offset < limit) {
            Framed found = decode(file, offset, (int) limit, segment.number);
            if (found == null) {
                if (told || isFollowed(file, offset, segment.number)) {
                    throw damaged(segment, offset, "the record is damaged");
                }
                break;
            }
            requireInPlace(segment, found.record(), offset);
            apply(segment, found);
            offset += found.bytes();
        }
        segment.length = offset;
    }

    private void requireInPlace(Segment segment, JournalRecord record, int offset) {
        boolean begins = record.kind() == Kind.SEGMENT;
        if (begins != (offset == 0) || (begins && record.sequence() != segment.number)) {
            throw damaged(segment, offset, "the record belongs elsewhere");
        }
    }

    private void apply(Segment segment, Framed found) {
        JournalRecord record = found.record();
        if (record.kind() == Kind.SEGMENT) {
            return;
        }
        last = Math.max(last, record.sequence());
        Key key =
                record.key().equals(JournalRecord.ALL) ? clears : keys.computeIfAbsent(record.key(), name -> new Key());
        if (!record.isWanted()) {
            key.acknowledged = Math.max(key.acknowledged, record.sequence());
        } else if (key.latest == null || key.latest.record().sequence() <= record.sequence()) {
            key.latest = new Wanted(record, found.bytes());
            key.segment = segment;
        }
    }

    /** Whether there is a record behind a bad one that was written after the bad one could be acknowledged. */
    private boolean isFollowed(byte[] file, int bad, long number) throws IOException {
        for (int offset = bad + 1; offset < file.length; offset++) {
            Framed found = decode(file, offset, file.length, number);
            if (found != null && found.batchStart() > bad) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Framed decode(byte[] file, int offset, int limit, long number) throws IOException {
        try {
            return JournalCodec.decode(file, offset, limit);
        } catch (IOException e) {
            throw new IOException(files.name(number) + ": " + e.getMessage(), e);
        }
    }

    private void requireNoGap(List<Long> numbers) {
        for (int i = 1; i < numbers.size(); i++) {
            long expected = numbers.get(i - 1) + 1;
            if (numbers.get(i) != expected) {
                throw new StoreCorruptException(
                        "open", null, "the journal file " + files.name(expected) + " is missing", false, null);
            }
        }
    }

    private StoreCorruptException damaged(Segment segment, long offset, String what) {
        return new StoreCorruptException(
                "open",
                null,
                "the journal file " + files.name(segment.number) + " is damaged at offset " + offset + ": " + what,
                false,
                null);
    }
}
