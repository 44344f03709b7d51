package io.reactivestore.local;

import io.reactivestore.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The file of an object before it has its name. Blocking, for the I/O threads only. */
final class TempFile {
    /*
     * How it works. A write fills it, step by step; the cancel of that write discards it from another thread, maybe in the middle of a
     * step. Both take this monitor, so a discard waits for the step under way (one buffer at most), and steps after it do nothing
     * or fail. Hence after discard() nothing is open and nothing is left, whatever came before.
     *
     *   new --write, finish--> open --finish--> finished --moveTo, linkTo--> placed (gone from here)
     *   any --discard--> discarded (a placed object stays)
     *
     *   state                      guard      seen by others
     *   channel, facts, sideFile,  monitor    under the monitor
     *   placed, discarded
     *   gone                       monitor    at once: nothing is left to discard
     */

    private final Path path;
    private final AttributeFiles attributeFiles;
    private @Nullable FileChannel channel;
    private @Nullable Facts facts;
    private boolean sideFile;
    private boolean placed;
    private boolean discarded;
    private volatile boolean gone;

    TempFile(Path path, AttributeFiles attributeFiles) {
        this.path = path;
        this.attributeFiles = attributeFiles;
    }

    /** Appends all of a buffer. */
    synchronized void write(ByteBuffer bytes) throws IOException {
        if (!discarded) {
            FileChannel open = open();
            while (bytes.hasRemaining()) {
                open.write(bytes);
            }
        }
    }

    /**
     * Closes it and gives it everything but its name.
     *
     * @return the facts, which stay true when it gets its name; null if it was discarded
     */
    synchronized @Nullable Facts finish(FileTime modified, Attributes attributes, boolean fsync) throws IOException {
        if (discarded) {
            return null;
        }
        open().close();
        Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(modified, null, null);
        Facts finished = Objects.requireNonNull(Facts.of(path));
        facts = finished;
        if (!attributes.isNone()) {
            sideFile = true;
            attributeFiles.attach(path, finished, attributes);
        }
        if (fsync) {
            force(path, StandardOpenOption.WRITE);
        }
        return finished;
    }

    /** Gives it its name, in place of a file that has it. */
    synchronized void moveTo(Path target) throws IOException {
        requireKept();
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
        placed = true;
        gone = true;
    }

    /** Gives it its name unless there is something of this name, also if another process makes it at the same time. */
    synchronized void linkTo(Path target) throws IOException {
        requireKept();
        Files.createLink(target, path);
        placed = true;
    }

    /** Leaves nothing behind but the object, if it was placed. */
    synchronized void discard() throws IOException {
        discarded = true;
        try (FileChannel open = channel) {
            Files.deleteIfExists(path);
            if (sideFile && facts != null && !placed) {
                attributeFiles.forget(facts);
            }
        }
        gone = true;
    }

    /** Whether nothing is left to discard. */
    boolean isGone() {
        return gone;
    }

    /** Brings a file or a directory onto the disk. */
    static void force(Path path, StandardOpenOption access) throws IOException {
        try (FileChannel channel = FileChannel.open(path, access)) {
            channel.force(true);
        }
    }

    private FileChannel open() throws IOException {
        if (channel == null) {
            channel = OwnerOnly.createFile(path);
        }
        return channel;
    }

    private void requireKept() throws IOException {
        if (discarded) {
            throw new IOException("cancelled");
        }
    }
}
