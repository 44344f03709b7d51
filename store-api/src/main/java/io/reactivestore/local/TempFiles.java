package io.reactivestore.local;

import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreClosedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** The temp files of one open store, and the removal of those that dead processes left. */
final class TempFiles {
    /*
     * How it works. All open stores of a root share one directory. Each has an id, a lock file "id.lock", which it holds locked while
     * it lives, and temp files "id.1", "id.2" and so on. The operating system frees the lock of a process that dies, so whoever opens
     * the root next can take it, and then removes what has that id; a lock that cannot be taken, or not be told, is let alone.
     *
     * A lock file is made, then locked: in between another may take it for a dead one's and remove it. So the maker looks again after
     * locking, and if the file is gone tries with the next id. Temp files come after the lock and go before it; hence one without a
     * lock file belongs to nobody.
     *
     * LIVE are the lock files of this process. They are never opened a second time: POSIX drops all locks of a process on a file when
     * any of its descriptors of that file is closed.
     *
     *   state   written by                     guard   seen by others
     *   users   next, released, close          CAS     at once; begins at 1 for the store itself, 0 is final
     */

    private static final Set<Path> LIVE = ConcurrentHashMap.newKeySet();
    private static final String LOCK = ".lock";
    private static final int TRIES = 100;

    private final Path directory;
    private final String id;
    private final FileChannel lock;
    private final AtomicLong made = new AtomicLong();
    private final AtomicLong users = new AtomicLong(1);
    private final Sinks.Empty<Void> unused = Sinks.empty();

    private TempFiles(Path directory, String id, FileChannel lock) {
        this.directory = directory;
        this.id = id;
        this.lock = lock;
    }

    /** Removes what the dead left, and takes an id. Blocking. */
    static TempFiles open(Path directory, StoreRuntime runtime) throws IOException {
        sweep(directory);
        for (int i = 0; i < TRIES; i++) {
            String id = String.format("%016x", runtime.random().nextLong());
            FileChannel lock = lock(directory.resolve(id + LOCK));
            if (lock != null) {
                return new TempFiles(directory, id, lock);
            }
        }
        throw new IOException("found no free name for a lock file in " + directory);
    }

    /**
     * The path of a new temp file; to be {@link #released()} once nothing is there any more.
     *
     * @throws StoreClosedException if the store is closed
     */
    Path next(String operation, @Nullable String key) {
        if (users.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
            throw new StoreClosedException(operation, key);
        }
        return directory.resolve(id + "." + made.incrementAndGet());
    }

    void released() {
        if (users.decrementAndGet() == 0) {
            unused.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        }
    }

    /** Lets the store itself go, once; completes when the last temp file was released too. */
    Mono<Void> unused() {
        return Mono.defer(() -> {
            released();
            return unused.asMono();
        });
    }

    /** Gives the id back. Blocking. */
    void close() throws IOException {
        Path lockFile = directory.resolve(id + LOCK);
        try (lock) {
            removeTempFiles(directory, id);
        } finally {
            try {
                Files.deleteIfExists(lockFile);
            } finally {
                LIVE.remove(lockFile);
            }
        }
    }

    /** Null if this name is taken. */
    private static @Nullable FileChannel lock(Path lockFile) throws IOException {
        if (!LIVE.add(lockFile)) {
            return null;
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel = OwnerOnly.createFile(lockFile);
            taken = !isLockedByOthers(channel) && Files.exists(lockFile);
            return taken ? channel : null;
        } catch (FileAlreadyExistsException present) {
            return null;
        } finally {
            if (!taken) {
                if (channel != null) {
                    channel.close();
                }
                LIVE.remove(lockFile);
            }
        }
    }

    /** Takes the lock if it can. Where there are no locks, nobody is known to be dead, nor is that needed to live. */
    private static boolean isLockedByOthers(FileChannel channel) {
        try {
            return channel.tryLock() == null;
        } catch (IOException noLocks) {
            return false;
        }
    }

    private static void sweep(Path directory) throws IOException {
        Set<String> ids = new HashSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                ids.add(idOf(file));
            }
        }
        for (String other : ids) {
            Path lockFile = directory.resolve(other + LOCK);
            if (LIVE.add(lockFile)) {
                try {
                    sweep(directory, other, lockFile);
                } finally {
                    LIVE.remove(lockFile);
                }
            }
        }
    }

    private static void sweep(Path directory, String other, Path lockFile) throws IOException {
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.WRITE)) {
            FileLock taken = channel.tryLock();
            if (taken != null) {
                removeTempFiles(directory, other);
                Files.deleteIfExists(lockFile);
            }
        } catch (NoSuchFileException noLock) {
            removeTempFiles(directory, other);
        } catch (OverlappingFileLockException | IOException unknown) {
            // Alive, in another class loader; or not ours to judge. What stays costs space only.
        }
    }

    private static void removeTempFiles(Path directory, String id) throws IOException {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory, file -> idOf(file).equals(id))) {
            for (Path file : files) {
                if (!file.getFileName().toString().endsWith(LOCK)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static String idOf(Path file) {
        String name = file.getFileName().toString();
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }
}
