package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.internal.Conditions;
import java.nio.ByteBuffer;
import java.util.function.Function;
import reactor.core.publisher.Flux;

/** An object that is kept in blocks, as one caller asked for it. */
final class BlockView implements StoredObject {

    private final CachedEntry outline;
    private final ReadOptions options;
    private final String tier;
    private final boolean stale;
    private final Status status;
    private final Span span;
    private final Function<BlockView, Flux<ByteBuffer>> bytes;

    /**
     * Fails as a get does if a condition does not hold or the range starts past the end.
     *
     * @param tier where its bytes come from
     * @param stale whether the outline is past its time
     */
    BlockView(
            CachedEntry outline,
            ReadOptions options,
            String tier,
            boolean stale,
            Function<BlockView, Flux<ByteBuffer>> bytes) {
        this.outline = outline;
        this.options = options;
        this.tier = tier;
        this.stale = stale;
        this.bytes = bytes;
        this.status = Conditions.judge("get", outline.info(), options);
        this.span = Conditions.span("get", outline.info(), status, options);
    }

    @Override
    public ObjectInfo info() {
        return outline.info();
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
        return tier.equals(Served.SOURCE) ? Served.fromSource() : new Served(tier, stale, outline.age());
    }

    @Override
    public ReadOptions options() {
        return options;
    }

    @Override
    public Flux<ByteBuffer> body() {
        return bytes.apply(this);
    }

    @Override
    public String toString() {
        return "BlockView[" + outline.info() + ", " + span + "]";
    }
}
