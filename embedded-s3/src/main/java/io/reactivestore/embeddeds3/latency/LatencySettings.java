package io.reactivestore.embeddeds3.latency;

import java.io.Serializable;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What a server is. Immutable; {@link #defaults()} is the typical law and one empty bucket, {@code bucket}. */
public final class LatencySettings implements Serializable {

    /** The bucket that is always there. */
    public static final String BUCKET = "bucket";

    private static final long serialVersionUID = 1;

    private final Settings settings;

    private LatencySettings(Settings settings) {
        this.settings = settings;
    }

    public static LatencySettings defaults() {
        return new LatencySettings(new Settings(
                LatencyLaw.typical(),
                1,
                1,
                1,
                256L << 20,
                64L << 20,
                Map.of(BUCKET, new BucketSettings(KeySpace.empty(), 0, Map.of()))));
    }

    /** How slow it is. */
    public LatencySettings withLaw(LatencyLaw law) {
        return edit(draft -> draft.law = law);
    }

    /**
     * What all chance is drawn from. The n-th request of an operation has the same delay in every run, so that a run has the same
     * delays however its requests overlap; which request is the n-th is up to the client.
     */
    public LatencySettings withSeed(long seed) {
        return edit(draft -> draft.seed = seed);
    }

    /**
     * How many times faster than the law the server is: with 10, what takes 5 s takes 500 ms, and 60 MB/s are 600 MB/s. The server
     * keeps times to about a millisecond, so that too much speed flattens short delays.
     */
    public LatencySettings withSpeed(double speed) {
        return edit(draft -> draft.speed = speed);
    }

    /** Threads that serve. Default: one, which leaves the other cores to the client. */
    public LatencySettings withThreads(int threads) {
        return edit(draft -> draft.threads = threads);
    }

    /** Memory for what is written, parts of uploads included; more is refused. Default: 256 MiB. */
    public LatencySettings withMaxStoredBytes(long maxStoredBytes) {
        return edit(draft -> draft.maxStoredBytes = maxStoredBytes);
    }

    /** Memory, outside of the heap, for pages of listings that are kept to be sent again. Default: 64 MiB. */
    public LatencySettings withPageCacheBytes(long pageCacheBytes) {
        return edit(draft -> draft.pageCacheBytes = pageCacheBytes);
    }

    /** A bucket, empty unless said otherwise. Requests for a bucket that was not named are answered with 404. */
    public LatencySettings withBucket(String bucket) {
        return edit(draft -> draft.buckets.putIfAbsent(bucket, new BucketSettings(KeySpace.empty(), 0, Map.of())));
    }

    /** Fills a bucket with keys. Each names a virtual object of {@code objectBytes} bytes. */
    public LatencySettings withKeys(String bucket, KeySpace keys, long objectBytes) {
        return withBucket(bucket)
                .edit(draft -> draft.buckets.computeIfPresent(
                        bucket, (name, b) -> new BucketSettings(keys, objectBytes, b.objects)));
    }

    /** Puts a virtual object into a bucket: of any size, stored nowhere. {@link VirtualContent} tells its bytes. */
    public LatencySettings withObject(String bucket, String key, long bytes) {
        return withBucket(bucket)
                .edit(draft -> draft.buckets.computeIfPresent(bucket, (name, b) -> {
                    Map<String, Long> objects = new TreeMap<>(b.objects);
                    objects.put(key, bytes);
                    return new BucketSettings(b.keys, b.objectBytes, objects);
                }));
    }

    LatencyLaw law() {
        return settings.law;
    }

    long seed() {
        return settings.seed;
    }

    double speed() {
        return settings.speed;
    }

    int threads() {
        return settings.threads;
    }

    long maxStoredBytes() {
        return settings.maxStoredBytes;
    }

    long pageCacheBytes() {
        return settings.pageCacheBytes;
    }

    Map<String, BucketSettings> buckets() {
        return settings.buckets;
    }

    @Override
    public String toString() {
        return "LatencySettings" + settings.toString().substring("Settings".length());
    }

    private LatencySettings edit(Consumer<Draft> change) {
        Draft draft = new Draft(settings);
        change.accept(draft);
        return new LatencySettings(draft.settings());
    }

    /** @param objects virtual ones, by key, with their size */
    record BucketSettings(KeySpace keys, long objectBytes, Map<String, Long> objects) implements Serializable {
        BucketSettings {
            Objects.requireNonNull(keys, "keys");
            if (objectBytes < 0 || objects.values().stream().anyMatch(bytes -> bytes < 0)) {
                throw new IllegalArgumentException("an object cannot have fewer than 0 bytes");
            }
        }
    }

    private static final class Draft {
        LatencyLaw law;
        long seed;
        double speed;
        int threads;
        long maxStoredBytes;
        long pageCacheBytes;
        final Map<String, BucketSettings> buckets;

        Draft(Settings s) {
            law = s.law;
            seed = s.seed;
            speed = s.speed;
            threads = s.threads;
            maxStoredBytes = s.maxStoredBytes;
            pageCacheBytes = s.pageCacheBytes;
            buckets = new TreeMap<>(s.buckets);
        }

        Settings settings() {
            return new Settings(law, seed, speed, threads, maxStoredBytes, pageCacheBytes, buckets);
        }
    }

    private record Settings(
            LatencyLaw law,
            long seed,
            double speed,
            int threads,
            long maxStoredBytes,
            long pageCacheBytes,
            Map<String, BucketSettings> buckets)
            implements Serializable {

        Settings {
            Objects.requireNonNull(law, "law");
            if (!(speed > 0) || Double.isInfinite(speed)) {
                throw new IllegalArgumentException("speed: need more than 0, was " + speed);
            }
            if (threads < 1) {
                throw new IllegalArgumentException("threads: need at least 1, was " + threads);
            }
            if (maxStoredBytes < 0 || pageCacheBytes < 0) {
                throw new IllegalArgumentException("maxStoredBytes, pageCacheBytes: need at least 0, was "
                        + maxStoredBytes + ", " + pageCacheBytes);
            }
        }
    }
}
