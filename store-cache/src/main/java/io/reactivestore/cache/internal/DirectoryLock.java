package io.reactivestore.cache.internal;

import io.reactivestore.error.StoreUnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Keeps other processes, and other stores of this one, out of a directory. Ends with the process at the latest. */
public final class DirectoryLock {

    private static final Set<OpenOption> TO_WRITE = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);

    private static final FileAttribute<?>[] OWNER_ONLY =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                    }
                    : new FileAttribute<?>[0];

    private static final Object ABSENT = new Object();

    private final String owner;
    private final Path directory;
    private final Scheduler io;
    private @Nullable FileChannel channel;
    private @Nullable Object identity;

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

    /** Takes the lock, unless it is taken; anew in a directory that was removed and made again. Fails if somebody else has it. */
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

    /** The same on this thread, which may block. */
    public synchronized void takeNow() {
        Path file = directory.resolve("lock");
        if (channel != null && Objects.equals(identity, identityOf(file))) {
            return;
        }
        closeQuietly(channel);
        channel = null;
        FileChannel opened = null;
        try {
            Files.createDirectories(directory);
            opened = FileChannel.open(file, TO_WRITE, OWNER_ONLY);
            FileLock lock = opened.tryLock();
            if (lock == null) {
                throw new OverlappingFileLockException();
            }
            identity = identityOf(file);
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

    private static @Nullable Object identityOf(Path file) {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException absent) {
            return ABSENT;
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
