package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.Conditions;
import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A held object as one caller asked for it: its range, its conditions, its limits, and where it was found. */
final class EntryView implements StoredObject {

    private final CachedEntry entry;
    private final ReadOptions options;
    private final String tier;
    private final boolean stale;
    private final Status status;
    private final Span span;

    /**
     * Fails as a get does if a condition does not hold or the range starts past the end.
     *
     * @param stale whether the copy is past its time
     */
    EntryView(CachedEntry entry, ReadOptions options, String tier, boolean stale) {
        this.entry = entry;
        this.options = options;
        this.tier = tier;
        this.stale = stale;
        this.status = Conditions.judge("get", entry.info(), options);
        this.span = Conditions.span("get", entry.info(), status, options);
    }

    @Override
    public ObjectInfo info() {
        return entry.info();
    }

    @Override
    public Status status() {
        return status;
    }

    @Override
    public Span span() {
        return span;
    }

    @Override
    public Served served() {
        return tier.equals(Served.SOURCE) ? Served.fromSource() : new Served(tier, stale, entry.age());
    }

    @Override
    public ReadOptions options() {
        return options;
    }

    @Override
    public Flux<ByteBuffer> body() {
        return entry.body(span, options.chunkBytes());
    }

    @Override
    public Mono<ByteBuffer> bytes() {
        return Buffers.whole(this, () -> entry.part(span));
    }

    @Override
    public String toString() {
        return "EntryView[" + entry.info() + ", " + span + ", " + tier + "]";
    }
}
