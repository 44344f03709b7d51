package io.reactivestore.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;

/** Makes the directories that objects need and removes those that nothing needs any more. Blocking. */
final class Directories {
    /*
     * How it works. Making and removing do not know of each other: a directory just made may be removed as empty before its first file
     * is there. Whoever wanted to place that file then finds no directory, and makes it again.
     */

    private final KeyPaths paths;

    Directories(KeyPaths paths) {
        this.paths = paths;
    }

    /**
     * Makes all directories above a path.
     *
     * @throws BlockedByFileException if an object is where one of them has to be
     * @throws NoSuchFileException if one was removed meanwhile
     */
    void makeParents(String operation, String key, Path path) throws IOException {
        Deque<Path> above = new ArrayDeque<>();
        for (Path directory = path.resolveSibling("");
                !directory.equals(paths.root());
                directory = directory.resolveSibling("")) {
            above.push(directory);
        }
        for (Path directory : above) {
            make(operation, key, directory);
        }
    }

    /** Removes the directories above a path that are empty, up to the first that is not. What cannot be removed stays. */
    void removeEmptyParents(Path path) {
        Path directory = path.resolveSibling("");
        while (!directory.equals(paths.root()) && removeDirectory(directory)) {
            directory = directory.resolveSibling("");
        }
    }

    /** Brings the names in all directories above a path onto the disk. */
    void forceParents(Path path) throws IOException {
        Path directory = path;
        do {
            directory = directory.resolveSibling("");
            try {
                TempFile.force(directory, StandardOpenOption.READ);
            } catch (FileSystemException e) {
                if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                    throw e;
                }
                // It was empty and another delete removed it: the one above says so.
            }
        } while (!directory.equals(paths.root()));
    }

    private void make(String operation, String key, Path directory) throws IOException {
        Facts facts = Facts.of(directory);
        if (facts == null) {
            OwnerOnly.createDirectory(directory);
            facts = Facts.of(directory);
        }
        if (facts == null) {
            throw new NoSuchFileException(directory.toString());
        }
        if (facts.isDirectory()) {
            return;
        }
        String blocking = facts.isFile() ? paths.key(directory) : null;
        if (blocking == null) {
            throw LocalErrors.inTheWay(operation, key, directory);
        }
        throw new BlockedByFileException(blocking);
    }

    /**
     * Removes a directory if it is empty, and never a file: an object may have taken its place meanwhile. Only this way of the platform
     * tells the two apart in one step; where there is none, empty directories stay.
     *
     * @return whether it is gone
     */
    private static boolean removeDirectory(Path directory) {
        try (DirectoryStream<Path> parent = Files.newDirectoryStream(directory.resolveSibling(""))) {
            if (parent instanceof SecureDirectoryStream<Path> secure) {
                secure.deleteDirectory(directory.getFileName());
                return true;
            }
            return false;
        } catch (NoSuchFileException gone) {
            return true;
        } catch (IOException needed) {
            return false;
        }
    }
}
