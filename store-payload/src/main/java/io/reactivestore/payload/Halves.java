package io.reactivestore.payload;

import io.reactivestore.ObjectInfo;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a listing shows of one key: a payload, its metadata, or both. In the order in which they are evicted. */
record Halves(
        PayloadKey key,
        @Nullable ObjectInfo payload,
        @Nullable ObjectInfo meta) implements Comparable<Halves> {

    private static final Comparator<Halves> OLDEST_FIRST = Comparator.comparing(
                    (Halves halves) -> halves.dated().lastModified())
            .thenComparing(Halves::key);

    /** One object of a key. */
    record Half(PayloadKey key, ObjectInfo info) {}

    static Halves of(List<Half> halves) {
        PayloadKey key = halves.get(0).key();
        return new Halves(key, find(halves, Names.payload(key)), find(halves, Names.meta(key)));
    }

    private static @Nullable ObjectInfo find(List<Half> halves, String name) {
        for (Half half : halves) {
            if (half.info().key().equals(name)) {
                return half.info();
            }
        }
        return null;
    }

    boolean isWhole() {
        return payload != null && meta != null;
    }

    long bytes() {
        return (payload == null ? 0 : payload.size()) + (meta == null ? 0 : meta.size());
    }

    /** The half whose time counts: the payload, if it is there. */
    ObjectInfo dated() {
        return payload != null ? payload : Objects.requireNonNull(meta);
    }

    @Override
    public int compareTo(Halves other) {
        return OLDEST_FIRST.compare(this, other);
    }
}
