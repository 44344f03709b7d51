package io.reactivestore.cache.internal;

import io.reactivestore.error.StoreUnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Keeps other processes, and other stores of this one, out of a directory. Ends with the process at the latest. */
public final class DirectoryLock {

    private final String owner;
    private final Path directory;
    private final Scheduler io;
    private @Nullable FileChannel channel;

    /**
     * A lock that is not yet taken.
     *
     * @param owner what the directory is for, such as {@code cache}: for the messages
     */
    public DirectoryLock(String owner, Path directory, Scheduler io) {
        this.owner = owner;
        this.directory = directory;
        this.io = io;
    }

    /** Takes the lock; fails if somebody has it. */
    public Mono<Void> take() {
        return Mono.<Void>fromCallable(() -> {
                    takeNow();
                    return null;
                })
                .subscribeOn(io);
    }

    /** Gives the lock back, if it was taken. */
    public Mono<Void> release() {
        return Mono.<Void>fromCallable(() -> {
                    releaseNow();
                    return null;
                })
                .subscribeOn(io);
    }

    /** Takes the lock on this thread, which may block; fails if somebody has it. */
    public synchronized void takeNow() {
        if (channel != null) {
            return;
        }
        FileChannel opened = null;
        try {
            Files.createDirectories(directory);
            opened = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = opened.tryLock();
            if (lock == null) {
                throw new OverlappingFileLockException();
            }
            channel = opened;
        } catch (OverlappingFileLockException held) {
            closeQuietly(opened);
            throw new StoreUnavailableException(
                    "open",
                    null,
                    "the " + owner + " directory " + directory + " is in use by another " + owner,
                    false,
                    held);
        } catch (IOException e) {
            closeQuietly(opened);
            throw new StoreUnavailableException(
                    "open", null, "the " + owner + " directory " + directory + " cannot be used: " + e, false, e);
        }
    }

    /** Gives the lock back on this thread, if it was taken. */
    public synchronized void releaseNow() throws IOException {
        FileChannel held = channel;
        channel = null;
        if (held != null) {
            held.close();
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException alreadyFailing) {
            // The reason to close it is the error to tell.
        }
    }
}
