package io.reactivestore.cache;

/**
 * One block of one version of an object. Its bytes never change, so that nothing has to be known about it but that its version is the
 * one that is wanted.
 *
 * @param key the object
 * @param etag its version
 * @param index which of its blocks, from 0
 */
record BlockKey(String key, String etag, long index) {

    /** What a block costs in memory beside its bytes: this, its buffer, its place in the map. */
    private static final int OVERHEAD_BYTES = 250;

    /** What a block weighs in memory. */
    static int weight(int length) {
        return OVERHEAD_BYTES + length;
    }
}
