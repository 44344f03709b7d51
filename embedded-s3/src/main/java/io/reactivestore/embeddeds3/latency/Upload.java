package io.reactivestore.embeddeds3.latency;

import java.util.Map;
import java.util.TreeMap;

/**
 * An upload in parts that is under way. Guarded by its bucket.
 *
 * @param headers what is to be told about the object
 */
record Upload(String key, String headers, Map<Integer, Part> parts) {

    record Part(Body body, String etag, long bytesStored) {}

    Upload(String key, String headers) {
        this(key, headers, new TreeMap<>());
    }

    long bytesStored() {
        return parts.values().stream().mapToLong(Part::bytesStored).sum();
    }
}
