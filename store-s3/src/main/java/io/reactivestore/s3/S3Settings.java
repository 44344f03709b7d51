package io.reactivestore.s3;

import io.reactivestore.Keys;
import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.Objects;

/** What a store was built with, checked. */
record S3Settings(
        String bucket,
        S3Dialect dialect,
        boolean versions,
        String probePrefix,
        int partBytes,
        int readConcurrency,
        long maxBufferedReadBytes,
        double hedging,
        Duration partTimeout,
        Duration stallTimeout,
        Duration requestTimeout,
        int maxRequests,
        boolean adaptiveRequests,
        int maxWaitingRequests,
        int readAheadPages,
        int uploadPartBytes,
        int uploadConcurrency,
        long maxBufferedUploadBytes,
        StoreRuntime runtime) {

    /** S3 refuses smaller parts, other than the last one. */
    private static final int MIN_UPLOAD_PART_BYTES = 5 << 20;

    /** One part lies in one array. */
    private static final int MAX_PART_BYTES = 1 << 30;

    /** No more than half of the requests can be late. */
    private static final double MAX_HEDGING = 0.5;

    /** What a probe puts behind the prefix. */
    private static final int PROBE_NAME_BYTES = 18;

    S3Settings {
        Objects.requireNonNull(dialect, "dialect");
        Objects.requireNonNull(runtime, "runtime");
        if (bucket.isBlank()) {
            throw new IllegalArgumentException("bucket: need a name");
        }
        Keys.requirePrefix("probePrefix", probePrefix);
        require("bytes of probePrefix", Keys.utf8Length(probePrefix), 1, Keys.MAX_BYTES - PROBE_NAME_BYTES);
        require("partBytes", partBytes, 1, MAX_PART_BYTES);
        require("readConcurrency", readConcurrency, 1, 1000);
        require("maxBufferedReadBytes", maxBufferedReadBytes, 1, Long.MAX_VALUE);
        if (!(hedging >= 0 && hedging <= MAX_HEDGING)) {
            throw new IllegalArgumentException("hedging: need more than 0, up to " + MAX_HEDGING + ", was " + hedging);
        }
        require("uploadPartBytes", uploadPartBytes, MIN_UPLOAD_PART_BYTES, MAX_PART_BYTES);
        require("uploadConcurrency", uploadConcurrency, 1, 1000);
        require("maxBufferedUploadBytes", maxBufferedUploadBytes, uploadPartBytes, Long.MAX_VALUE);
        require("maxRequests", maxRequests, 1, Integer.MAX_VALUE);
        require("maxWaitingRequests", maxWaitingRequests, 0, Integer.MAX_VALUE);
        require("readAheadPages", readAheadPages, 0, 1000);
        require("partTimeout in ms", partTimeout.toMillis(), 1, Long.MAX_VALUE);
        require("stallTimeout in ms", stallTimeout.toMillis(), 1, Long.MAX_VALUE);
        require("requestTimeout in ms", requestTimeout.toMillis(), 1, Long.MAX_VALUE);
    }

    /** Time for one request without a body to speak of, on which the server moves so many bytes. */
    Duration requestTimeout(long serverBytes) {
        // A server joins or copies tens of MB a second at least, and says nothing before it is done.
        return requestTimeout.plusSeconds(serverBytes / (10 << 20));
    }

    private static void require(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + ": need " + min + ".." + max + ", was " + value);
        }
    }
}
