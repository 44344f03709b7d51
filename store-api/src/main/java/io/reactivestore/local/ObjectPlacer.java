package io.reactivestore.local;

import io.reactivestore.WriteOptions;
import io.reactivestore.internal.Conditions;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Replaces, moves aside and removes the files of objects, each in one step that readers see as a whole. Blocking; one call per key at a
 * time, which {@link KeyLocks} sees to.
 */
final class ObjectPlacer {

    /** How often directories may come and go under one write; each time takes another write of a neighbour. */
    private static final int TRIES = 100;

    private final ObjectFinder finder;
    private final KeyPaths paths;
    private final Directories directories;
    private final AttributeFiles attributeFiles;
    private final boolean links;
    private final boolean fsync;

    /** @param links whether the file system has hard links, which alone can make a name only if it is free */
    ObjectPlacer(ObjectFinder finder, AttributeFiles attributeFiles, boolean links, boolean fsync) {
        this.finder = finder;
        this.paths = finder.paths();
        this.directories = new Directories(paths);
        this.attributeFiles = attributeFiles;
        this.links = links;
        this.fsync = fsync;
    }

    /**
     * Makes a finished temp file the object, if the conditions hold.
     *
     * @throws BlockedByFileException if another object has to make room first
     */
    void place(String operation, String key, TempFile temp, WriteOptions options) throws IOException {
        FileSystemException last = null;
        for (int i = 0; i < TRIES; i++) {
            Located present = finder.find(key);
            Conditions.require(
                    operation, key, present == null ? null : present.facts().info(key, null), options);
            Path target = present == null ? freePath(operation, key) : present.path();
            try {
                directories.makeParents(operation, key, target);
                if (options.ifAbsent() && links) {
                    temp.linkTo(target);
                } else {
                    temp.moveTo(target);
                }
            } catch (AccessDeniedException e) {
                throw e;
            } catch (FileSystemException e) {
                // Most likely a directory came or went. Exceptions do not tell, nor does another look, since it may be
                // back by now.
                last = e;
                continue;
            }
            if (fsync) {
                directories.forceParents(target);
            }
            if (present != null) {
                attributeFiles.forget(present.facts());
            }
            return;
        }
        throw Objects.requireNonNull(last);
    }

    /** Moves an object from its primary to its alternate path, so that a directory can be made there. */
    void moveAside(String operation, String key) throws IOException {
        Path primary = paths.primary(key);
        Path alternate = paths.alternate(key);
        Located present = finder.fileAt(primary);
        if (present == null) {
            return;
        }
        try {
            directories.makeParents(operation, key, alternate);
            rename(primary, alternate);
        } catch (NoSuchFileException gone) {
            // Another process removed it, or a directory that its new path needs: whoever wants the place finds out and
            // asks again.
            return;
        }
        if (fsync) {
            directories.forceParents(alternate);
        }
    }

    /**
     * Removes an object.
     *
     * @return whether there was one
     */
    boolean remove(String key, @Nullable String ifMatch) throws IOException {
        Located present = finder.find(key);
        if (present == null) {
            return false;
        }
        Conditions.requireEtag("delete", key, present.facts().info(key, null), ifMatch);
        Path alternate = paths.alternate(key);
        if (!present.path().equals(alternate) && finder.fileAt(alternate) != null) {
            // Another process that moved the object aside may have left an older one there, which must not come back.
            Files.deleteIfExists(alternate);
        }
        boolean removed = Files.deleteIfExists(present.path());
        attributeFiles.forget(present.facts());
        directories.removeEmptyParents(present.path());
        if (fsync) {
            directories.forceParents(present.path());
        }
        return removed;
    }

    private Path freePath(String operation, String key) throws IOException {
        Path primary = paths.primary(key);
        Facts facts = Facts.of(primary);
        Path free = facts != null && facts.isDirectory() ? paths.alternate(key) : primary;
        Facts other = Facts.of(free);
        // A file or a directory here came since find() looked, and another try will tell; the rest is not ours to
        // replace.
        if (other != null && other.kind() == Facts.Kind.OTHER && finder.isInside(free.resolveSibling(""))) {
            throw LocalErrors.inTheWay(operation, key, free);
        }
        return free;
    }

    /** Renames a file, but not a directory that another process may have made in its place. */
    private void rename(Path from, Path to) throws IOException {
        if (links) {
            try {
                Files.createLink(to, from);
                Files.delete(from);
                return;
            } catch (FileAlreadyExistsException older) {
                // Left by a process that died between these two steps: replaced below.
            }
        }
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }
}
