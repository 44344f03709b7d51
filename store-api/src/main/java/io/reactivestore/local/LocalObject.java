package io.reactivestore.local;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.FileReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** An answer whose bytes lie in a file, which is opened for each subscription to the body and not before. */
final class LocalObject implements StoredObject {

    private final PinnedFile file;
    private final ReadOptions options;
    private final Scheduler io;
    private final UnaryOperator<Flux<ByteBuffer>> whileOpen;
    private final Status status;
    private final Span span;

    /** @param whileOpen ends a body when the store is closed */
    LocalObject(PinnedFile file, ReadOptions options, Scheduler io, UnaryOperator<Flux<ByteBuffer>> whileOpen) {
        this.file = file;
        this.options = options;
        this.io = io;
        this.whileOpen = whileOpen;
        this.status = Conditions.judge("get", file.info(), options);
        this.span = Conditions.span("get", file.info(), status, options);
    }

    @Override
    public ObjectInfo info() {
        return file.info();
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
        return whileOpen.apply(bytes("get", file, span, options.chunkBytes(), io));
    }

    /** The bytes of a span of one version, all of them or an error. */
    static Flux<ByteBuffer> bytes(String operation, PinnedFile file, Span span, int chunkBytes, Scheduler io) {
        if (span.length() == 0) {
            return Flux.empty();
        }
        return Flux.defer(() -> {
                    long[] missing = {span.length()};
                    return new FileReader(file::open, span.start(), span.end(), chunkBytes, io)
                            .doOnNext(chunk -> {
                                missing[0] -= chunk.remaining();
                                if (missing[0] == 0) {
                                    // Before the last chunk goes out, since only now the reader still has the file
                                    // open.
                                    requireUnchanged(file);
                                }
                            })
                            .concatWith(Mono.defer(() -> missing[0] == 0
                                    ? Mono.empty()
                                    : Mono.error(LocalErrors.changed(operation, file.info()))));
                })
                .onErrorMap(e -> LocalErrors.map(operation, file.info().key(), e));
    }

    private static void requireUnchanged(PinnedFile file) {
        try {
            file.requireUnchanged();
        } catch (IOException e) {
            throw Exceptions.propagate(e);
        }
    }

    @Override
    public String toString() {
        return "LocalObject[" + info() + ", " + span + "]";
    }
}
