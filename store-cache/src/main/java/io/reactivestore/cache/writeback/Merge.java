package io.reactivestore.cache.writeback;

import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.writeback.Table.Snapshot;
import io.reactivestore.internal.KeyRange;
import java.nio.ByteBuffer;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A range of keys with the dirty entries of a snapshot laid over the inner store. The snapshot is there before the inner store is
 * read: what is flushed meanwhile is then in both, never in neither.
 */
final class Merge {

    /** A page of a listing is far larger; more would only be read in vain if the subscriber stops early. */
    private static final int PREFETCH = 32;

    private final Store inner;
    private final Snapshot snapshot;
    private final ListOptions options;

    Merge(Store inner, Snapshot snapshot, ListOptions options) {
        this.inner = inner;
        this.snapshot = snapshot;
        this.options = options;
    }

    /** The objects of the range, without attributes. */
    Flux<ObjectInfo> list() {
        return lines().mapNotNull(Line::info);
    }

    /** The objects of the range with their bytes; those of the inner store are read so many at a time. */
    Flux<ScannedObject> scan(int concurrency) {
        return lines().flatMapSequential(this::scanned, concurrency, 1);
    }

    private Mono<ScannedObject> scanned(Line line) {
        String key = line.key();
        ByteBuffer held = line.value();
        return held != null
                ? Mono.just(new ScannedObject(key, held, true))
                : inner.get(key).flatMap(StoredObject::bytes).map(bytes -> new ScannedObject(key, bytes, false));
    }

    private Flux<Line> lines() {
        Flux<Line> dirty = Flux.fromIterable(() -> new KeyRange<>(snapshot.dirty(), Entry::key, options))
                .map(Line::of);
        if (snapshot.hidden()) {
            return dirty.filter(Line::isThere);
        }
        Flux<Line> below = inner.list(options).map(info -> new Line(info.key(), info, null));
        // Of two lines with one key the first source's comes first, and the other is dropped.
        return Flux.mergeComparing(PREFETCH, Comparator.comparing(Line::key, Keys.UTF8_ORDER), dirty, below)
                .distinctUntilChanged(Line::key)
                .filter(Line::isThere);
    }

    /**
     * One key of the range.
     *
     * @param info the facts; null for a tombstone
     * @param value the bytes, if they are held
     */
    private record Line(
            String key, @Nullable ObjectInfo info, @Nullable ByteBuffer value) {

        static Line of(Entry entry) {
            ObjectInfo info = entry.info();
            return new Line(entry.key(), info == null ? null : info.withAttributes(null), entry.value());
        }

        boolean isThere() {
            return info != null;
        }
    }
}
