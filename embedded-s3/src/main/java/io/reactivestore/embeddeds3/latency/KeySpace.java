package io.reactivestore.embeddeds3.latency;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;

/**
 * Keys that are computed and not stored: any number of them costs nothing. A key is found again by bisection, since the order of the
 * indexes is that of the keys.
 */
public interface KeySpace extends Serializable {

    /** How many keys there are. */
    long size();

    /**
     * Writes one key in UTF-8. Keys grow strictly with the index, in the order of their unsigned bytes.
     *
     * @param index {@code 0..size() - 1}
     * @param target has room for the longest key, 1024 bytes
     * @return the length of the key
     */
    int writeKey(long index, byte[] target);

    /** One key as text. */
    default String key(long index) {
        byte[] bytes = new byte[VirtualKeys.MAX_KEY_BYTES];
        return new String(bytes, 0, writeKey(index, bytes), StandardCharsets.UTF_8);
    }

    /** No keys. */
    static KeySpace empty() {
        return VirtualKeys.numbered("", 0);
    }

    /** Sixteen hexadecimal digits each, spread evenly over all that there can be, as hashes are. */
    static KeySpace uniform(long keys) {
        return new VirtualKeys.Uniform(keys);
    }

    /**
     * Directories {@code tenant-000/} to {@code tenant-255/}, filled as unevenly as in practice: the largest has a sixth of all keys,
     * the next one half as many, the n-th one n-th. Large and small ones are mixed.
     */
    static KeySpace skewed(long keys) {
        return VirtualKeys.skewed(keys);
    }

    /** Ten directories in each, down to the last digit: {@code dir-3/dir-1/…/dir-4/file-7}. */
    static KeySpace deep(long keys) {
        return VirtualKeys.deep(keys);
    }

    /** All below one long prefix, and different in the last digits only. */
    static KeySpace onePrefix(long keys) {
        return VirtualKeys.numbered("warehouse/events/year=2024/month=06/day=15/part-", keys);
    }

    /** Letters from the whole of Unicode, one to four bytes each; in UTF-16 their order would be another. */
    static KeySpace unicode(long keys) {
        return VirtualKeys.unicode(keys);
    }
}
