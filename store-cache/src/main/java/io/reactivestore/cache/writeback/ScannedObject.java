package io.reactivestore.cache.writeback;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One object of a scan.
 *
 * @param key the object
 * @param value its bytes, read-only
 * @param dirty whether they were not yet flushed when the scan began
 */
public record ScannedObject(String key, ByteBuffer value, boolean dirty) {

    public ScannedObject {
        Objects.requireNonNull(key, "key");
        value = value.asReadOnlyBuffer();
    }
}
