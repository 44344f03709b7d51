package io.reactivestore.embeddeds3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The files of one server: {@code server.log}, {@code data/} and {@code alive}, which it keeps locked while it lives. */
final class ServerDirectory {

    private static final String PREFIX = "server-";
    /** A dead server's log stays for at least that long, to be read by whoever wonders why. */
    private static final Duration KEPT = Duration.ofHours(1);

    private ServerDirectory() {}

    /** A new directory among the others; those of servers that are long dead are deleted. */
    static Path create(Path servers) throws IOException {
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(servers, PREFIX + "*")) {
            for (Path directory : directories) {
                if (isDead(directory)) {
                    delete(directory);
                }
            }
        }
        Path directory = Files.createTempDirectory(servers, PREFIX);
        Files.createDirectories(store(directory));
        Files.createDirectories(temporary(directory));
        return directory;
    }

    /** Deleted when the server ends. */
    static Path data(Path directory) {
        return directory.resolve("data");
    }

    /** Where S3Mock keeps its objects. */
    static Path store(Path directory) {
        return data(directory).resolve("store");
    }

    /** The temporary directory of the server's JVM. */
    static Path temporary(Path directory) {
        return data(directory).resolve("tmp");
    }

    /** Says, until this process ends, that the server of this directory lives. The caller keeps the channel reachable. */
    static FileChannel markAlive(Path directory) throws IOException {
        // Locked before it has its name, so that no unlocked "alive" file of a living server is ever seen.
        Path draft = directory.resolve("alive.new");
        FileChannel channel = FileChannel.open(draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.lock();
        Files.move(draft, directory.resolve("alive"), StandardCopyOption.ATOMIC_MOVE);
        return channel;
    }

    private static boolean isDead(Path directory) {
        Path alive = directory.resolve("alive");
        try {
            if (Files.getLastModifiedTime(directory)
                    .toInstant()
                    .isAfter(Instant.now().minus(KEPT))) {
                return false;
            }
            if (!Files.exists(alive)) {
                return true; // it never got as far
            }
            try (FileChannel channel = FileChannel.open(alive, StandardOpenOption.WRITE)) {
                return channel.tryLock() != null;
            }
        } catch (IOException e) {
            return false; // another JVM deletes it just now
        }
    }

    /** Deletes what can be deleted: others may be writing to it or deleting it at the same time. */
    static void delete(Path tree) {
        try {
            Files.walkFileTree(tree, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    file.toFile().delete();
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
                    directory.toFile().delete();
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
