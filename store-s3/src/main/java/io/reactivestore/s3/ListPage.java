package io.reactivestore.s3;

import io.reactivestore.ObjectInfo;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.AbstractList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * One page of a listing. Immutable, and small, since many of them may wait for their turn: facts are made when they are asked for, and
 * what all keys begin with is there once.
 */
final class ListPage {

    private static final CompactLongs NONE = CompactLongs.of(new long[0], 0);

    private final Facts facts;
    private final List<String> prefixes;
    private final @Nullable String next;

    /** The objects of a page, an array for each fact. */
    static final class Facts {

        CompactKeys keys = CompactKeys.of(new byte[0], new int[0], 0);

        /** All etags, and where each ends; if that is null, sixteen bytes each: hexadecimal digits, as of an MD5. */
        byte[] etags = {};

        @Nullable CompactLongs etagEnds;

        CompactLongs sizes = NONE;

        /** Microseconds since the epoch. */
        CompactLongs modified = NONE;
    }

    /**
     * @param facts not to be changed any more
     * @param prefixes those that were rolled up
     * @param next what the next page is asked for with, or null if this is the last one
     */
    ListPage(Facts facts, List<String> prefixes, @Nullable String next) {
        this.facts = facts;
        this.prefixes = prefixes;
        this.next = next;
    }

    /** How many objects are on it. */
    int size() {
        return facts.keys.size();
    }

    String key(int index) {
        return facts.keys.get(index);
    }

    private ObjectInfo info(int index, String key) {
        return new ObjectInfo(key, facts.sizes.get(index), etag(index), null, time(facts.modified.get(index)), null);
    }

    private static Instant time(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000);
    }

    /** The facts from one object up to before another; one after the other they cost least. */
    List<ObjectInfo> infos(int from, int to) {
        return new Infos(from, to);
    }

    List<String> prefixes() {
        return prefixes;
    }

    @Nullable String next() {
        return next;
    }

    boolean isAscending() {
        return facts.keys.isAscending();
    }

    private String etag(int index) {
        CompactLongs ends = facts.etagEnds;
        if (ends != null) {
            int from = index == 0 ? 0 : (int) ends.get(index - 1);
            return new String(facts.etags, from, (int) ends.get(index) - from, StandardCharsets.UTF_8);
        }
        return HexFormat.of().formatHex(facts.etags, index * 16, index * 16 + 16);
    }

    private final class Infos extends AbstractList<ObjectInfo> {

        private final int from;
        private final int to;

        Infos(int from, int to) {
            this.from = from;
            this.to = to;
        }

        @Override
        public ObjectInfo get(int index) {
            return info(from + index, key(from + index));
        }

        @Override
        public Iterator<ObjectInfo> iterator() {
            CompactKeys.Cursor keys = facts.keys.from(from);
            return new Iterator<>() {

                private int at = from;

                @Override
                public boolean hasNext() {
                    return at < to;
                }

                @Override
                public ObjectInfo next() {
                    if (at == to) {
                        throw new NoSuchElementException();
                    }
                    return info(at++, keys.next());
                }
            };
        }

        @Override
        public int size() {
            return to - from;
        }
    }
}
