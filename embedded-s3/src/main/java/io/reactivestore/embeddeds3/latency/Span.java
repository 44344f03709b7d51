package io.reactivestore.embeddeds3.latency;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of an object that a range header asks for, {@code start} to before {@code end}.
 *
 * @source RFC 9110, section 14.1.2; Amazon S3 answers a range that it cannot read as if there were none
 */
record Span(long start, long end) {

    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    /**
     * Null stands for the whole object.
     *
     * @throws S3Failure if the range has no byte of the object
     */
    static @Nullable Span of(@Nullable String header, long size) {
        Matcher range = header == null ? null : RANGE.matcher(header.trim());
        if (range == null || !range.matches()) {
            return null;
        }
        String first = range.group(1);
        String last = range.group(2);
        if (first.isEmpty()) {
            return last.isEmpty() ? null : within(size - Math.min(size, Long.parseLong(last)), size, size);
        }
        long start = Long.parseLong(first);
        long end = last.isEmpty() ? size : Math.min(size, Long.parseLong(last) + 1);
        return !last.isEmpty() && Long.parseLong(last) < start ? null : within(start, end, size);
    }

    private static Span within(long start, long end, long size) {
        if (start >= size) {
            throw new S3Failure(416, "InvalidRange");
        }
        return new Span(start, end);
    }

    long length() {
        return end - start;
    }
}
