package io.reactivestore.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Makes files and directories that nobody but their owner can use, where the file system knows owners. */
final class OwnerOnly {

    private static final FileAttribute<?>[] NONE = {};
    private static final FileAttribute<?>[] DIRECTORY = {permissions("rwx------")};
    private static final FileAttribute<?>[] FILE = {permissions("rw-------")};

    private OwnerOnly() {}

    /** Makes a directory with its parents; those that exist stay as they are. */
    static void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory, where(directory, DIRECTORY));
    }

    /** Makes one directory if there is nothing of this name yet. */
    static void createDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, where(directory, DIRECTORY));
        } catch (FileAlreadyExistsException present) {
            // Whether that is a directory is for the caller to see.
        }
    }

    /** Makes a file that must not exist yet, for writing. */
    static FileChannel createFile(Path file) throws IOException {
        return FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), where(file, FILE));
    }

    private static FileAttribute<?>[] where(Path path, FileAttribute<?>[] attributes) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix") ? attributes : NONE;
    }

    private static FileAttribute<?> permissions(String text) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }
}
