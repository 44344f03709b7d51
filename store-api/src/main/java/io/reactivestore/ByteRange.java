package io.reactivestore;

import org.jspecify.annotations.Nullable;

/**
 * Which bytes of an object are asked for. Never empty: {@code [n, n)} and a suffix of 0 are refused. What is really served is a
 * {@link Span}.
 *
 * @source RFC 9110, section 14.1.2
 */
public sealed interface ByteRange {

    /** The bytes from {@code start} up to but not including {@code end}. */
    static ByteRange of(long start, long end) {
        return new Bounded(start, end);
    }

    /** The bytes from {@code start} to the end of the object. */
    static ByteRange from(long start) {
        return new From(start);
    }

    /** The last {@code length} bytes, or the whole object if it is shorter. */
    static ByteRange suffix(long length) {
        return new Suffix(length);
    }

    /**
     * Clips this range to an object.
     *
     * @param size bytes of the object
     * @return what can be served, or null if the range starts at or past the end; on an empty object a start of 0 and any suffix
     *     give the empty span
     */
    @Nullable Span clip(long size);

    /** The value of an HTTP {@code Range} header: {@code bytes=0-9}, {@code bytes=10-}, {@code bytes=-5}. */
    String toHttp();

    /** {@link ByteRange#of(long, long)}. */
    record Bounded(long start, long end) implements ByteRange {

        public Bounded {
            if (start < 0 || end <= start) {
                throw new IllegalArgumentException("range: need 0 <= start < end, was [" + start + ", " + end + ")");
            }
        }

        @Override
        public @Nullable Span clip(long size) {
            return start < size || start == 0 ? new Span(start, Math.min(end, size)) : null;
        }

        @Override
        public String toHttp() {
            return "bytes=" + start + "-" + (end - 1);
        }

        @Override
        public String toString() {
            return "[" + start + ", " + end + ")";
        }
    }

    /** {@link ByteRange#from(long)}. */
    record From(long start) implements ByteRange {

        public From {
            if (start < 0) {
                throw new IllegalArgumentException("range: need 0 <= start, was " + start);
            }
        }

        @Override
        public @Nullable Span clip(long size) {
            return start < size || start == 0 ? new Span(start, size) : null;
        }

        @Override
        public String toHttp() {
            return "bytes=" + start + "-";
        }

        @Override
        public String toString() {
            return "[" + start + ", end)";
        }
    }

    /** {@link ByteRange#suffix(long)}. */
    record Suffix(long length) implements ByteRange {

        public Suffix {
            if (length < 1) {
                throw new IllegalArgumentException("range: need a suffix of at least 1 byte, was " + length);
            }
        }

        @Override
        public Span clip(long size) {
            return new Span(Math.max(0, size - length), size);
        }

        @Override
        public String toHttp() {
            return "bytes=-" + length;
        }

        @Override
        public String toString() {
            return "[end - " + length + ", end)";
        }
    }
}
