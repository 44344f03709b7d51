package io.reactivestore.payload;

import java.nio.ByteBuffer;

/**
 * A payload whose bytes have the hash that was written with them.
 *
 * @param bytes read-only
 */
public record Payload(PayloadKey key, PayloadMeta meta, ByteBuffer bytes) {

    /** The bytes, in a view whose position is the caller's own. */
    @Override
    public ByteBuffer bytes() {
        return bytes.duplicate();
    }
}
