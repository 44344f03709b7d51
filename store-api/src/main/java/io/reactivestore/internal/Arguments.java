package io.reactivestore.internal;

import io.reactivestore.ByteRange;
import io.reactivestore.Keys;
import io.reactivestore.ReadOptions;
import io.reactivestore.WriteOptions;
import java.util.List;

/** The checks of arguments that several stores share, made at the call. */
public final class Arguments {

    private Arguments() {}

    /** Checks the arguments of a copy. Onto itself only with new attributes: else nothing would change. */
    public static void requireCopy(String from, String to, WriteOptions options) {
        Keys.requireKey("copy", from);
        Keys.requireKey("copy", to);
        Keys.requireNonNull("copy", "options", options);
        if (from.equals(to) && options.attributes() == null) {
            throw new IllegalArgumentException("copy: " + from + " onto itself needs new attributes");
        }
    }

    /** Checks and copies the ranges of a getRanges; the options must not ask for another one or for not-modified. */
    public static List<ByteRange> requireRanges(List<ByteRange> ranges, ReadOptions options) {
        Keys.requireNonNull("getRanges", "ranges", ranges);
        Keys.requireNonNull("getRanges", "options", options);
        ranges.forEach(range -> Keys.requireNonNull("getRanges", "a range", range));
        if (options.range() != null) {
            throw new IllegalArgumentException("getRanges: the options have a range of their own, " + options.range());
        }
        requireBytes("getRanges", options);
        return List.copyOf(ranges);
    }

    /** Refuses what can be answered by "not modified" or by other bytes, where the answer is bytes alone. */
    public static void requireBytes(String operation, ReadOptions options) {
        Keys.requireNonNull(operation, "options", options);
        if (!options.ifNoneMatch().isEmpty() || options.ifModifiedSince() != null || options.ifRange() != null) {
            throw new IllegalArgumentException(
                    operation + ": ifNoneMatch, ifModifiedSince and ifRange can only be answered by get");
        }
    }
}
