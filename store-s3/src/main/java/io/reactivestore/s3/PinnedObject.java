package io.reactivestore.s3;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.internal.Lifecycle;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** An answer about one version of an object; all its bytes are of that version, whenever they are read. */
final class PinnedObject implements StoredObject {
    /*
     * How it works. The bytes that came with the answer are held until the first who wants them takes them; everybody after that
     * reads them again, pinned to the version.
     *
     *   state   written by                     guard     seen by others
     *   held    first body() or byteArray()    atomic    at once; never put back
     */

    private final ObjectInfo info;
    private final Status status;
    private final Span span;
    private final ReadOptions options;
    private final Lifecycle lifecycle;
    private final PartReader reader;
    private final S3Settings settings;
    private final ReadBudget budget;
    private final AtomicReference<byte @Nullable []> held;

    /** @param held the first bytes of the span, or null if none are here */
    PinnedObject(
            ObjectInfo info,
            Status status,
            Span span,
            ReadOptions options,
            byte @Nullable [] held,
            PartReader reader,
            S3Settings settings,
            ReadBudget budget,
            Lifecycle lifecycle) {
        this.info = info;
        this.status = status;
        this.span = span;
        this.options = options;
        this.held = new AtomicReference<>(held);
        this.lifecycle = lifecycle;
        this.reader = reader;
        this.settings = settings;
        this.budget = budget;
    }

    @Override
    public ObjectInfo info() {
        return info;
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
        return Served.fromSource();
    }

    @Override
    public ReadOptions options() {
        return options;
    }

    @Override
    public Flux<ByteBuffer> body() {
        return Flux.defer(() -> {
                    requireOpen();
                    S3Body.Parts parts = (part, landings) -> reader.pinned("get", info, part, landings);
                    return new S3Body(
                            new S3Body.Subject(span, parts),
                            held.getAndSet(null),
                            S3Body.Settings.of(options, settings, budget));
                })
                .doOnNext(chunk -> requireOpen());
    }

    @Override
    public Mono<byte[]> byteArray() {
        return Mono.defer(() -> {
            byte[] bytes = span.length() <= options.maxBufferedBytes() ? held.get() : null;
            if (bytes != null && bytes.length == span.length() && held.compareAndSet(bytes, null)) {
                requireOpen();
                return Mono.just(bytes);
            }
            return StoredObject.super.byteArray();
        });
    }

    private void requireOpen() {
        lifecycle.requireOpen("get", info.key());
    }

    @Override
    public String toString() {
        return "PinnedObject[" + info + ", " + span + "]";
    }
}
