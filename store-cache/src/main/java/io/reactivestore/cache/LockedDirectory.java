package io.reactivestore.cache;

import io.reactivestore.cache.disk.internal.DirectoryFiles;
import io.reactivestore.cache.disk.internal.LogFiles;
import io.reactivestore.cache.internal.DirectoryLock;
import io.reactivestore.error.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A directory of the local disk, with a lock in it. */
final class LockedDirectory implements DiskDirectory {

    private final Path directory;
    private final Scheduler io;
    private final DirectoryLock lock;

    LockedDirectory(Path directory, Scheduler io) {
        this.directory = directory;
        this.io = io;
        this.lock = new DirectoryLock("cache", directory, io);
    }

    @Override
    public Mono<LogFiles> take() {
        return Mono.<LogFiles>fromCallable(() -> DirectoryFiles.in(directory))
                .subscribeOn(io)
                .onErrorMap(IOException.class, this::unusable)
                .delayUntil(files -> lock.take());
    }

    @Override
    public Mono<Void> giveBack() {
        return lock.release();
    }

    private StoreUnavailableException unusable(IOException e) {
        return new StoreUnavailableException(
                "open", null, "the cache directory " + directory + " cannot be used: " + e, false, e);
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
