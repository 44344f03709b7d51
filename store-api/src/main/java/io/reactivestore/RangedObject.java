package io.reactivestore;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The bytes of one of several ranges.
 *
 * @param index the place of the range in the request
 * @param span the bytes really served
 * @param bytes {@code span.length()} bytes, read-only
 */
public record RangedObject(int index, Span span, ByteBuffer bytes) {

    public RangedObject {
        Objects.requireNonNull(span, "span");
        Objects.requireNonNull(bytes, "bytes");
    }
}
