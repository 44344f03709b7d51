package io.reactivestore.embeddeds3.latency;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Finds keys of a key space by bisection. */
record ComputedKeys(KeySpace space, long objectBytes) {

    @Nullable S3Object find(byte[] key) {
        if (space.size() == 0) {
            return null;
        }
        byte[] found = new byte[VirtualKeys.MAX_KEY_BYTES];
        long index = firstFrom(key);
        if (index == space.size()) {
            return null;
        }
        int length = space.writeKey(index, found);
        return Arrays.equals(found, 0, length, key, 0, key.length)
                ? S3Object.virtual(key, key.length, objectBytes)
                : null;
    }

    /** The index of the first key that is not below {@code bound}; the size if all are. */
    long firstFrom(byte[] bound) {
        byte[] key = new byte[VirtualKeys.MAX_KEY_BYTES];
        long low = 0;
        long high = space.size();
        while (low < high) {
            long middle = (low + high) >>> 1;
            int length = space.writeKey(middle, key);
            if (Arrays.compareUnsigned(key, 0, length, bound, 0, bound.length) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
