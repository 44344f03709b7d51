package io.reactivestore.local;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the file system says of one path, links not followed. Two equal ones of regular files mean the same version of the same file.
 *
 * @param fileId what tells the file from others of the same file system: its inode
 */
record Facts(Kind kind, long size, FileTime modified, String fileId) {

    /** How often a file and a directory may take each other's place while one looks. */
    private static final int TRIES = 100;

    enum Kind {
        FILE,
        DIRECTORY,
        /** A symbolic link, a pipe, a device: nothing that a store reads or replaces. */
        OTHER
    }

    /** Null if there is nothing at this path. */
    static @Nullable Facts of(Path path) throws IOException {
        FileSystemException last = null;
        for (int i = 0; i < TRIES; i++) {
            try {
                return of(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
            } catch (NoSuchFileException absent) {
                return null;
            } catch (AccessDeniedException e) {
                throw e;
            } catch (FileSystemException e) {
                // A file where the path wants a directory has no exception of its own, and its text depends on the
                // locale. If it is a
                // directory now, it may have become one meanwhile.
                if (!Files.isDirectory(path.resolveSibling(""), LinkOption.NOFOLLOW_LINKS)) {
                    return null;
                }
                last = e;
            }
        }
        throw Objects.requireNonNull(last);
    }

    boolean isFile() {
        return kind == Kind.FILE;
    }

    boolean isDirectory() {
        return kind == Kind.DIRECTORY;
    }

    /**
     * Changes with every put of a LocalStore, which gives each file a time of its own, in nanoseconds. Where the file system keeps
     * coarser times, two puts within one of its ticks are told apart by inode and size only.
     */
    String etag() {
        return Long.toHexString(modified.to(TimeUnit.NANOSECONDS)) + "-" + Long.toHexString(size) + "-" + fileId;
    }

    ObjectInfo info(String key, @Nullable Attributes attributes) {
        return new ObjectInfo(key, size, etag(), null, modified.toInstant(), attributes);
    }

    private static Facts of(BasicFileAttributes attributes) {
        Kind kind = attributes.isRegularFile() ? Kind.FILE : attributes.isDirectory() ? Kind.DIRECTORY : Kind.OTHER;
        return new Facts(kind, attributes.size(), attributes.lastModifiedTime(), fileId(attributes.fileKey()));
    }

    /** The inode alone: the device number, which a file key also holds, may be another one after a reboot. */
    private static String fileId(@Nullable Object fileKey) {
        if (fileKey == null) {
            return "0";
        }
        String text = fileKey.toString();
        int inode = text.indexOf("ino=");
        return inode >= 0 && text.endsWith(")")
                ? text.substring(inode + 4, text.length() - 1)
                : Integer.toHexString(text.hashCode());
    }
}
