package io.reactivestore.local;

import io.reactivestore.error.StoreAccessDeniedException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** An open root: the parts that work on it. Opening and closing block. */
final class LocalRoot {
    /*
     * In the root, beside the objects:
     *
     *   %store/tmp/          temp files and lock files, see TempFiles
     *   %store/attributes/   side files, see AttributeFiles; made when the first is needed
     *
     *   state      written by     guard   seen by others
     *   lastTime   each put       CAS     at once; only grows
     */

    private static final String TEMP = "tmp";
    private static final String ATTRIBUTES = "attributes";

    /** How often another store on this root that closes may remove the reserved directories while this one opens. */
    private static final int TRIES = 100;

    private final Path reserved;
    private final Clock clock;
    private final TempFiles tempFiles;
    private final AttributeFiles attributeFiles;
    private final ObjectFinder finder;
    private final ObjectPlacer placer;
    private final AtomicLong lastTime = new AtomicLong(Long.MIN_VALUE);

    private LocalRoot(Path root, LocalStoreBuilder.Settings settings, TempFiles tempFiles, Abilities abilities) {
        this.clock = settings.runtime().clock();
        this.reserved = root.resolve(KeyPaths.RESERVED);
        this.tempFiles = tempFiles;
        this.attributeFiles = new AttributeFiles(
                reserved.resolve(ATTRIBUTES), settings.xattrs() && abilities.xattrs(), settings.fsync());
        this.finder = new ObjectFinder(new KeyPaths(root), attributeFiles);
        this.placer = new ObjectPlacer(finder, attributeFiles, abilities.links(), settings.fsync());
    }

    static LocalRoot open(LocalStoreBuilder.Settings settings) throws IOException {
        Path root = settings.root();
        if (Files.isSymbolicLink(root)) {
            throw LocalErrors.badRoot(root, "is a symbolic link");
        }
        if (Files.exists(root) && !Files.isDirectory(root)) {
            throw LocalErrors.badRoot(root, "is no directory");
        }
        OwnerOnly.createDirectories(root);
        if (Files.getFileStore(root).isReadOnly()) {
            throw new StoreAccessDeniedException(
                    "open", null, "the root " + root + " is on a read-only file system", null);
        }
        // A link above the root that is turned elsewhere later must not take the open store along.
        Path real = root.toRealPath();
        TempFiles tempFiles = openTempFiles(real, settings);
        try {
            return new LocalRoot(real, settings, tempFiles, Abilities.probe(tempFiles));
        } catch (IOException e) {
            tempFiles.close();
            throw e;
        }
    }

    ObjectFinder finder() {
        return finder;
    }

    ObjectPlacer placer() {
        return placer;
    }

    TempFiles tempFiles() {
        return tempFiles;
    }

    TempFile newTempFile(String operation, String key) {
        return new TempFile(tempFiles.next(operation, key), attributeFiles);
    }

    /** Now, but later than ever before: that makes the etag of each put its own, also within one tick of the clock. */
    FileTime newTime() {
        Instant now = clock.instant();
        long nanos = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        return FileTime.from(lastTime.updateAndGet(last -> Math.max(last + 1, nanos)), TimeUnit.NANOSECONDS);
    }

    /** Leaves nothing but the objects and their side files. To be called when no temp file is in use. */
    void close() throws IOException {
        tempFiles.close();
        try {
            Files.deleteIfExists(reserved.resolve(TEMP));
            Files.deleteIfExists(reserved);
        } catch (DirectoryNotEmptyException needed) {
            // By another store on this root, or by side files.
        }
    }

    private static TempFiles openTempFiles(Path root, LocalStoreBuilder.Settings settings) throws IOException {
        Path reserved = root.resolve(KeyPaths.RESERVED);
        Path temp = reserved.resolve(TEMP);
        requireNoLink(root, reserved.resolve(ATTRIBUTES));
        NoSuchFileException last = null;
        for (int i = 0; i < TRIES; i++) {
            try {
                makeReserved(root, reserved);
                makeReserved(root, temp);
                return TempFiles.open(temp, settings.runtime());
            } catch (NoSuchFileException removed) {
                last = removed;
            }
        }
        throw Objects.requireNonNull(last);
    }

    private static void makeReserved(Path root, Path directory) throws IOException {
        requireNoLink(root, directory);
        OwnerOnly.createDirectory(directory);
        Facts made = Facts.of(directory);
        if (made == null) {
            throw new NoSuchFileException(directory.toString());
        }
        if (!made.isDirectory()) {
            throw LocalErrors.badRoot(root, "has something else where the directory " + directory + " has to be");
        }
    }

    private static void requireNoLink(Path root, Path directory) {
        if (Files.isSymbolicLink(directory)) {
            throw LocalErrors.badRoot(root, "has a symbolic link where the directory " + directory + " has to be");
        }
    }
}
