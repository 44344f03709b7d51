package io.reactivestore;

/**
 * The bytes of an object that are served: a {@link ByteRange} clipped to it. Empty only for an empty object.
 *
 * @param start first byte
 * @param end the byte after the last
 */
public record Span(long start, long end) {

    public Span {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("span: need 0 <= start <= end, was [" + start + ", " + end + ")");
        }
    }

    /** Bytes in this span. */
    public long length() {
        return end - start;
    }

    /** Whether this is all of an object. */
    public boolean isAllOf(long size) {
        return start == 0 && end == size;
    }

    @Override
    public String toString() {
        return "[" + start + ", " + end + ")";
    }
}
