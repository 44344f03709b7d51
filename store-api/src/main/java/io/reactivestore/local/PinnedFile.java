package io.reactivestore.local;

import io.reactivestore.ObjectInfo;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** One version of an object, which can be opened as long as it is there. Holds nothing open itself. Blocking. */
final class PinnedFile {

    private final ObjectFinder finder;
    private final String operation;
    private final ObjectInfo info;
    private final Facts facts;

    PinnedFile(ObjectFinder finder, String operation, ObjectInfo info, Facts facts) {
        this.finder = finder;
        this.operation = operation;
        this.info = info;
        this.facts = facts;
    }

    ObjectInfo info() {
        return info;
    }

    /** Opens this version and no other; once open, it stays readable when the object is replaced or deleted. */
    FileChannel open() throws IOException {
        FileChannel channel = open(finder.paths().primary(info.key()));
        if (channel == null) {
            channel = open(finder.paths().alternate(info.key()));
        }
        if (channel == null) {
            throw LocalErrors.changed(operation, info);
        }
        return channel;
    }

    /** Fails if the file, which must still be open, was written to in place by others. */
    void requireUnchanged() throws IOException {
        Facts primary = Facts.of(finder.paths().primary(info.key()));
        if (facts.equals(primary)) {
            return;
        }
        Facts alternate = Facts.of(finder.paths().alternate(info.key()));
        if (isRewritten(primary) || isRewritten(alternate)) {
            throw LocalErrors.changed(operation, info);
        }
    }

    private @Nullable FileChannel open(Path path) throws IOException {
        Located found = finder.fileAt(path);
        if (found == null || !found.facts().equals(facts)) {
            return null;
        }
        FileChannel channel = null;
        boolean pinned = false;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            // No version comes back once it was replaced, so one that is here before and after is the one that was
            // opened.
            pinned = facts.equals(Facts.of(path));
            return pinned ? channel : null;
        } catch (FileSystemException e) {
            if (facts.equals(Facts.of(path))) {
                throw e;
            }
            return null;
        } finally {
            if (channel != null && !pinned) {
                channel.close();
            }
        }
    }

    /** The same file in another state: while it is open, no other file gets its inode. */
    private boolean isRewritten(@Nullable Facts now) {
        return now != null && now.isFile() && now.fileId().equals(facts.fileId()) && !now.equals(facts);
    }
}
