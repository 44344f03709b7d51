package io.reactivestore.cache.writeback;

import java.util.Objects;

/**
 * Where a write came from: the record of a log that caused it. It is kept beside the write and handed out when the write is flushed.
 *
 * @param topic the log
 * @param partition the part of the log
 * @param offset the place of the record in its partition
 * @param timestamp the time of the record, in milliseconds since 1970
 */
public record RecordContext(String topic, int partition, long offset, long timestamp) {

    public RecordContext {
        Objects.requireNonNull(topic, "topic");
    }
}
