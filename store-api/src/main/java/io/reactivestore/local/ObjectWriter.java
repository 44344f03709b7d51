package io.reactivestore.local;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import io.reactivestore.WriteOptions;
import io.reactivestore.internal.Lifecycle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Writes and removes objects. */
final class ObjectWriter {
    /*
     * How it works. A write has its temp file for itself while the bytes come, finishes it (time, attributes), and only then takes the
     * lock of its key, to check the condition and rename. A write that finds the object a where it needs the directory a/ lets its own
     * lock go, moves a aside under the lock of a, and starts again with its own: no two locks are ever held at once.
     */

    /** How many buffers of the content are asked for ahead of the disk. */
    private static final int BUFFERS_AHEAD = 8;

    /** How often an object may come back where a directory has to be; each time takes a put of it. */
    private static final int MOVES_ASIDE = 100;

    private final LocalRoot root;
    private final boolean fsync;
    private final Scheduler io;
    private final Lifecycle lifecycle;
    private final KeyLocks locks;

    ObjectWriter(LocalRoot root, LocalStoreBuilder.Settings settings, Lifecycle lifecycle) {
        this.root = root;
        this.fsync = settings.fsync();
        this.io = settings.runtime().io();
        this.lifecycle = lifecycle;
        this.locks = new KeyLocks(io);
    }

    /**
     * Writes one object.
     *
     * @fails an error of {@code bytes} is handed on as it is
     * @cancel leaves no temp file, and the object either as it was or as it was to be
     */
    Mono<ObjectInfo> write(
            String operation, String key, Flux<ByteBuffer> bytes, Attributes attributes, WriteOptions options) {
        return Mono.usingWhen(
                        Mono.fromSupplier(() -> root.newTempFile(operation, key)),
                        temp -> fill(operation, key, temp, bytes)
                                .then(finish(operation, key, temp, attributes))
                                .flatMap(facts -> place(operation, key, temp, options, MOVES_ASIDE)
                                        .thenReturn(facts.info(key, attributes))),
                        this::discard)
                .onErrorMap(RejectedExecutionException.class, e -> LocalErrors.map(operation, key, e));
    }

    /** Removes one object; whether there was one. */
    Mono<Boolean> remove(String key, @Nullable String ifMatch) {
        return whenLocked("delete", key, () -> root.placer().remove(key, ifMatch))
                .onErrorMap(e -> LocalErrors.map("delete", key, e));
    }

    private Mono<Void> fill(String operation, String key, TempFile temp, Flux<ByteBuffer> bytes) {
        return bytes.publishOn(io, false, BUFFERS_AHEAD)
                .handle((buffer, sink) -> {
                    try {
                        temp.write(buffer);
                    } catch (IOException e) {
                        sink.error(LocalErrors.map(operation, key, e));
                    }
                })
                .then();
    }

    private Mono<Facts> finish(String operation, String key, TempFile temp, Attributes attributes) {
        return Mono.fromCallable(() -> temp.finish(root.newTime(), attributes, fsync))
                .onErrorMap(e -> LocalErrors.map(operation, key, e));
    }

    private Mono<Void> place(String operation, String key, TempFile temp, WriteOptions options, int movesAside) {
        return this.<Void>whenLocked(operation, key, () -> {
                    root.placer().place(operation, key, temp, options);
                    return null;
                })
                .onErrorResume(
                        BlockedByFileException.class,
                        blocked -> movesAside == 0
                                ? Mono.error(LocalErrors.unsettled(operation, key, blocked))
                                : moveAside(operation, blocked.key())
                                        .then(Mono.defer(() -> place(operation, key, temp, options, movesAside - 1))))
                .onErrorMap(e -> LocalErrors.map(operation, key, e));
    }

    private Mono<Void> moveAside(String operation, String key) {
        return whenLocked(operation, key, () -> {
            root.placer().moveAside(operation, key);
            return null;
        });
    }

    private <T> Mono<T> whenLocked(String operation, String key, Callable<@Nullable T> work) {
        return locks.run(key, () -> {
            lifecycle.requireOpen(operation, key);
            return work.call();
        });
    }

    private Mono<Void> discard(TempFile temp) {
        Mono<Void> discarded = Mono.fromCallable(() -> {
            temp.discard();
            return null;
        });
        return (temp.isGone() ? Mono.<Void>empty() : discarded.subscribeOn(io))
                // Better to block this thread for a moment than to leave a descriptor open.
                .onErrorResume(RejectedExecutionException.class, busy -> discarded)
                // A file that cannot be removed now is removed when the root is opened the next time.
                .onErrorComplete()
                .doFinally(end -> root.tempFiles().released());
    }
}
