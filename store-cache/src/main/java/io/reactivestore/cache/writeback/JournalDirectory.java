package io.reactivestore.cache.writeback;

import io.reactivestore.cache.internal.DirectoryLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A journal's files in a directory of its own, readable for their owner only; beside them there is a lock. */
final class JournalDirectory implements JournalFiles {

    private static final Pattern NAME = Pattern.compile("[0-9a-f]{16}\\.journal");
    private static final int HEX = 16;

    /** The JDK keeps a direct buffer per thread of the size of the largest write. */
    private static final int WRITE_BYTES = 256 << 10;

    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private static final Set<StandardOpenOption> NEW =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);

    private final Path directory;
    private final Scheduler io;
    private final DirectoryLock lock;

    JournalDirectory(Path directory, Scheduler io) {
        this.directory = directory;
        this.io = io;
        this.lock = new DirectoryLock("journal", directory, io);
    }

    @Override
    public Mono<Void> lock() {
        return Mono.<Void>fromRunnable(this::createQuietly).subscribeOn(io).then(lock.take());
    }

    @Override
    public Mono<Void> unlock() {
        return lock.release();
    }

    @Override
    public List<Long> numbers() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> NAME.matcher(name).matches())
                    .map(name -> Long.parseUnsignedLong(name.substring(0, HEX), HEX))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public byte[] read(long number) throws IOException {
        return Files.readAllBytes(path(number));
    }

    @Override
    public Appender create(long number) throws IOException {
        FileChannel channel = FileChannel.open(path(number), NEW, ownerOnly("rw-------"));
        return new ChannelAppender(channel, POSIX ? directory : null);
    }

    @Override
    public void delete(long number) throws IOException {
        Files.deleteIfExists(path(number));
    }

    @Override
    public String name(long number) {
        return path(number).toString();
    }

    @Override
    public String toString() {
        return directory.toString();
    }

    private Path path(long number) {
        return directory.resolve(String.format("%016x.journal", number));
    }

    /** Taking the lock tells what is wrong with a directory that is not there then. */
    private void createQuietly() {
        try {
            Files.createDirectories(directory, ownerOnly("rwx------"));
        } catch (IOException told) {
            // By the lock.
        }
    }

    private static FileAttribute<?>[] ownerOnly(String permissions) {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static final class ChannelAppender implements Appender {

        private final FileChannel channel;
        private @Nullable Path unforced;

        /** @param directory to be forced with the first force, so that the file's name is on the disk too */
        ChannelAppender(FileChannel channel, @Nullable Path directory) {
            this.channel = channel;
            this.unforced = directory;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            int end = bytes.limit();
            while (bytes.position() < end) {
                bytes.limit(Math.min(end, bytes.position() + WRITE_BYTES));
                channel.write(bytes);
            }
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
            Path directory = unforced;
            if (directory != null) {
                try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
                    opened.force(true);
                }
                unforced = null;
            }
        }

        @Override
        public void truncate(long length) throws IOException {
            channel.truncate(length);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
