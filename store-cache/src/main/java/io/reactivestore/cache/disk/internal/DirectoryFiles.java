package io.reactivestore.cache.disk.internal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A log's files in a directory, readable for their owner only. */
public final class DirectoryFiles implements LogFiles {

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** The JDK keeps a direct buffer per thread of the size of the largest read or write. */
    private static final int PIECE_BYTES = 128 << 10;

    private static final Set<OpenOption> TO_READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private static final Set<OpenOption> TO_WRITE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private final Path directory;
    private final SecureRandom random = new SecureRandom();

    /** The files in this directory, which is there. */
    private DirectoryFiles(Path directory) {
        this.directory = directory;
    }

    /**
     * The files in a directory, which is made if it is not there.
     *
     * @throws IOException also if it is a symbolic link: whoever may change that could have the files written anywhere
     */
    public static DirectoryFiles in(Path directory) throws IOException {
        if (Files.isSymbolicLink(directory)) {
            throw new IOException(directory + " is a symbolic link");
        }
        Files.createDirectories(directory, ownerOnly("rwx------"));
        if (POSIX) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
        return new DirectoryFiles(directory);
    }

    /** The files in a directory that is left as it is, to be read only. */
    public static DirectoryFiles toRead(Path directory) {
        return new DirectoryFiles(directory);
    }

    @Override
    public @Nullable String bootId() {
        try {
            return Files.readString(BOOT_ID).trim();
        } catch (IOException unknown) {
            return null;
        }
    }

    @Override
    public long random() {
        return random.nextLong();
    }

    @Override
    public List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .map(file -> file.getFileName().toString())
                    .toList();
        } catch (NoSuchFileException absent) {
            return List.of();
        }
    }

    @Override
    public File open(String name, boolean toWrite) throws IOException {
        return new ChannelFile(directory.resolve(name), toWrite, 0);
    }

    @Override
    public File create(String name, long bytes) throws IOException {
        Path path = directory.resolve(name);
        if (Files.getFileStore(directory).getUsableSpace() < bytes) {
            // Not found out by filling the disk, which others use too.
            throw new IOException("no space left on device for " + bytes + " bytes of " + path);
        }
        Files.createFile(path, ownerOnly("rw-------"));
        try {
            return new ChannelFile(path, true, bytes);
        } catch (IOException e) {
            Files.deleteIfExists(path);
            throw e;
        }
    }

    @Override
    public void forceNames() throws IOException {
        if (POSIX) {
            try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
                opened.force(true);
            }
        }
    }

    @Override
    public void requirePresent() throws IOException {
        if (!Files.isRegularFile(directory.resolve(StatePage.NAME), LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(directory.resolve(StatePage.NAME).toString());
        }
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    private static FileAttribute<?>[] ownerOnly(String permissions) {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static final class ChannelFile implements File {
        /*
         * How it works. A channel closes itself when a thread that reads or writes through it is interrupted, and fails all others that
         * do. Nobody interrupts the threads of ours; but should it happen, whoever finds the channel closed opens another one and goes
         * on. The interrupt is kept for whoever waits for it.
         *
         *   open --closed by an interrupt--> (next read or write) --> open
         *   open --close, delete--> closed
         *
         * What lies in memory is read at once. Whether it lies there the system is asked by a map of the whole file, which shows what is
         * written through the channel, also after a rename and by whatever channel. Nothing is copied from the map: what is not there after
         * all would be waited for several times as long as by a read, and to copy what somebody else has cut off is an error in the thread
         * of the caller. Making the map is I/O, so it is made by the next read after somebody has wanted it: what recovery alone reads is
         * not mapped, nor what it deletes.
         *
         *   no map --readResident--> wanted --read--> mapped --close, delete--> no map any more
         *                            wanted --it fails--> no map any more: all goes through the channel
         *
         * Close lets go of the map; that ends with the garbage collector, since others may be asking by it, and with it the room on the
         * disk of a file that was deleted. The log only deletes files as it is opened, before anybody has wanted a map, and later those of
         * another length than it makes now, as their turn comes: so what is over its limit is what it was opened with, and for some time
         * longer than it was.
         *
         *   channel, path, closed   this object         its lock; channel is volatile
         *   wanted                  readResident        volatile; never taken back
         *   map, mappable           read, close         its lock; volatile
         */

        private final Set<OpenOption> options;
        private final long length;
        private Path path;
        private volatile FileChannel channel;
        private boolean closed;
        private volatile boolean wanted;
        private volatile boolean mappable;
        private volatile @Nullable MappedByteBuffer map;

        /** @param bytes how long to make it, or 0 for as it is */
        ChannelFile(Path path, boolean toWrite, long bytes) throws IOException {
            this.path = path;
            this.options = toWrite ? TO_WRITE : TO_READ;
            this.channel = FileChannel.open(path, options);
            try {
                allocate(bytes);
                this.length = channel.size();
                // Elsewhere the JDK cannot tell what lies in memory, and what is mapped cannot be deleted.
                this.mappable = POSIX && length > 0 && length <= Integer.MAX_VALUE;
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }

        private void allocate(long bytes) throws IOException {
            ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(bytes, PIECE_BYTES));
            for (long at = 0; at < bytes; at += zeros.capacity()) {
                write(zeros.clear().limit((int) Math.min(bytes - at, zeros.capacity())), at);
            }
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public void read(ByteBuffer into, long position) throws IOException {
            if (wanted && mappable && map == null) {
                makeMap();
            }
            steadily(used -> readFully(used, into.duplicate(), position));
            into.position(into.limit());
        }

        private static void readFully(FileChannel channel, ByteBuffer into, long position) throws IOException {
            int end = into.limit();
            long at = position;
            while (into.position() < end) {
                into.limit(Math.min(end, into.position() + PIECE_BYTES));
                int count = channel.read(into, at);
                if (count < 0) {
                    throw new EOFException("end of the file at " + at);
                }
                at += count;
            }
        }

        @Override
        public byte @Nullable [] readResident(long position, int count) {
            MappedByteBuffer present = map;
            if (present == null) {
                wanted = true;
                return null;
            }
            if (position + count > length) {
                return null;
            }
            try {
                // An interrupted thread would close the channel.
                if (!present.slice((int) position, count).isLoaded()
                        || Thread.currentThread().isInterrupted()) {
                    return null;
                }
                byte[] bytes = new byte[count];
                readFully(channel, ByteBuffer.wrap(bytes), position);
                return bytes;
            } catch (IOException notAtOnce) {
                return null; // of the question or the read: who reads it by the other way learns why
            }
        }

        private synchronized void makeMap() {
            try {
                if (mappable && map == null) {
                    steadily(used -> {
                        if (used.size() < length) {
                            throw new EOFException("end of the file"); // to map it would make it longer
                        }
                        map = used.map(MapMode.READ_ONLY, 0, length);
                    });
                }
            } catch (IOException | RuntimeException failure) {
                mappable = false;
            }
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            steadily(used -> {
                ByteBuffer left = from.duplicate();
                long at = position;
                while (left.position() < from.limit()) {
                    left.limit(from.isDirect() ? from.limit() : Math.min(from.limit(), left.position() + PIECE_BYTES));
                    at += used.write(left, at);
                }
            });
            from.position(from.limit());
        }

        @Override
        public void force() throws IOException {
            steadily(used -> used.force(false));
        }

        @Override
        public synchronized void rename(String name) throws IOException {
            Path renamed = path.resolveSibling(name);
            Files.move(path, renamed, StandardCopyOption.ATOMIC_MOVE);
            path = renamed;
        }

        @Override
        public synchronized void delete() throws IOException {
            close();
            Files.deleteIfExists(path);
        }

        @Override
        public synchronized void close() throws IOException {
            closed = true;
            mappable = false;
            map = null;
            channel.close();
        }

        private void steadily(Step step) throws IOException {
            boolean interrupted = false;
            try {
                while (true) {
                    FileChannel used = channel;
                    try {
                        step.on(used);
                        return;
                    } catch (ClosedChannelException e) {
                        interrupted |= Thread.interrupted();
                        reopen(used, e);
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private synchronized void reopen(FileChannel broken, ClosedChannelException found) throws IOException {
            if (closed) {
                throw found;
            }
            if (channel == broken) {
                channel = FileChannel.open(path, options);
            }
        }
    }

    /** Something that is done again from its begin if the channel was closed meanwhile. */
    private interface Step {
        void on(FileChannel channel) throws IOException;
    }
}
