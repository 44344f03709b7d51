package io.reactivestore.memory;

import io.reactivestore.ObjectInfo;
import java.nio.ByteBuffer;

/**
 * One object as it lies in memory.
 *
 * @param bytes read-only; its position is never moved
 */
record StoredBytes(ObjectInfo info, ByteBuffer bytes) {

    String key() {
        return info.key();
    }
}
