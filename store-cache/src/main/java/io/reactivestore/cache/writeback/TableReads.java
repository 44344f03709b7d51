package io.reactivestore.cache.writeback;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.writeback.Table.Lookup;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.internal.BufferedObject;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.internal.Ranges;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Answers the reads of one key from the table, and what it does not know from the inner store. */
final class TableReads {

    private static final Served FROM_MEMORY = new Served(Served.MEMORY, false, Duration.ZERO);

    private static final ReadOptions DEFAULTS = ReadOptions.defaults();

    private final Table table;
    private final Store readable;

    /** @param readable the inner store as readers see it */
    TableReads(Table table, Store readable) {
        this.table = table;
        this.readable = readable;
    }

    /** @param lifecycle ends open bodies */
    Mono<StoredObject> get(String key, ReadOptions options, Lifecycle lifecycle) {
        Lookup lookup = lookup(key, options);
        if (lookup.isMiss()) {
            return readable.get(key, options);
        }
        Held held = held(lookup, options);
        return held == null
                ? Mono.empty()
                : Mono.just(new BufferedObject(held.info, held.value, options, FROM_MEMORY, lifecycle));
    }

    /** Makes something of what {@link StoredObject#bytes()} of a get without options gives. */
    @SuppressWarnings("ReferenceEquality") // ABSENT is that one buffer, not any empty one
    <T> Mono<T> getBytes(String key, Lifecycle lifecycle, Function<ByteBuffer, T> make) {
        ByteBuffer bytes = table.findBytes(key);
        if (bytes == null) {
            return readable.getBytes(key).map(make);
        }
        if (bytes.remaining() > DEFAULTS.maxBufferedBytes()) {
            return get(key, DEFAULTS, lifecycle).flatMap(StoredObject::bytes).map(make); // which refuses it
        }
        return bytes == Table.ABSENT ? Mono.empty() : Mono.just(make.apply(bytes.duplicate()));
    }

    Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        Lookup lookup = lookup(key, options);
        if (lookup.isMiss()) {
            return readable.getRanges(key, ranges, options);
        }
        Held held = held(lookup, options);
        if (held == null) {
            return Flux.error(new ObjectNotFoundException("getRanges", key));
        }
        Conditions.require("getRanges", held.info, options);
        return Flux.range(0, ranges.size()).map(i -> Ranges.slice(held.info, held.value, i, ranges.get(i), options));
    }

    Mono<ObjectInfo> head(String key, ReadOptions options) {
        Lookup lookup = lookup(key, options);
        if (lookup.isMiss()) {
            return readable.head(key, options);
        }
        Held held = held(lookup, options);
        if (held == null) {
            return Mono.empty();
        }
        Conditions.require("head", held.info, options);
        return Mono.just(held.info);
    }

    private Lookup lookup(String key, ReadOptions options) {
        boolean innerOnly = options.version() != null;
        return innerOnly ? table.findNothing() : table.find(key, options.mode() != ReadMode.CACHED_OK);
    }

    private static @Nullable Held held(Lookup lookup, ReadOptions options) {
        Entry entry = lookup.entry();
        ByteBuffer value = entry == null ? null : entry.value();
        ObjectInfo info = entry == null ? null : entry.infoFor(options);
        return info == null || value == null ? null : new Held(info, value);
    }

    /** An object of the table as one reader sees it. */
    private record Held(ObjectInfo info, ByteBuffer value) {}
}
