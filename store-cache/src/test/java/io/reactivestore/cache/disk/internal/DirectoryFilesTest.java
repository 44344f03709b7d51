package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log in a real directory. */
class DirectoryFilesTest {

    private static final int READS = Boolean.getBoolean("reactivestore.slow") ? 100_000 : 10_000;

    @TempDir
    Path temporary;

    @Test
    void directoryAndFiles_areTheirOwnersOnly() throws IOException {
        Path directory = temporary.resolve("a/b");
        try (DiskLog log = open(directory)) {
            log.prepareFree();
            assertThat(permissions(directory)).isEqualTo("rwx------");
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files.toList())
                        .hasSize(3)
                        .allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
            }
        }
    }

    @Test
    void directoryThatOthersCouldRead_isClosedToThem() throws IOException {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
        DirectoryFiles.in(temporary);
        assertThat(permissions(temporary)).isEqualTo("rwx------");
    }

    @Test
    void symbolicLinks_areRefused_asDirectoryAndAsFile() throws IOException {
        Path real = Files.createDirectory(temporary.resolve("real"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), real);
        assertThatThrownBy(() -> DirectoryFiles.in(link)).hasMessage(link + " is a symbolic link");
        Path elsewhere = Files.write(temporary.resolve("elsewhere"), new byte[100]);
        Files.createSymbolicLink(real.resolve("state"), elsewhere);
        assertThat(DirectoryFiles.in(real).names()).isEmpty();
        assertThatThrownBy(() -> DirectoryFiles.in(real).open("state", true)).isInstanceOf(IOException.class);
    }

    @Test
    void entries_areThereAgain_overClosesAndDeaths_andOverTheBuffer() throws IOException {
        String large = "x".repeat(3 << 20);
        DiskLogSettings settings = new DiskLogSettings(64L << 20, 16 << 20);
        for (int round = 0; round < 4; round++) {
            try (DiskLog log =
                    DiskLog.open(DirectoryFiles.in(temporary), settings, DirectoryFilesTest::failIfDamaged)) {
                log.recover();
                for (int before = 0; before < round; before++) {
                    Place place = log.find("k" + before);
                    assertThat(LogStage.text(log.read("k" + before, place))).isEqualTo(large + before);
                }
                assertThat(log.opening().closedCleanly()).isEqualTo(round != 1);
                assertThat(log.opening().osStopped()).isFalse();
                log.append(List.of(entry(log, "small", "s"), entry(log, "k" + round, large + round)))
                        .forEach(log::publish);
                if (round > 0) {
                    log.closeCleanly();
                }
            }
        }
    }

    @Test
    void fileHasItsRoom_andWhatIsWrittenThereIsRead() throws IOException {
        DirectoryFiles files = DirectoryFiles.in(temporary);
        try (LogFiles.File file = files.create("a", 1_000_000)) {
            assertThat(Files.size(temporary.resolve("a"))).isEqualTo(1_000_000);
            byte[] bytes = new byte[400_000];
            new Random(1).nextBytes(bytes);
            file.write(ByteBuffer.wrap(bytes), 300_001);
            ByteBuffer read = ByteBuffer.allocate(400_000);
            file.read(read, 300_001);
            assertThat(read.array()).isEqualTo(bytes);
            assertThatThrownBy(() -> file.read(ByteBuffer.allocate(2), 999_999)).isInstanceOf(EOFException.class);
            file.rename("b");
            file.force();
            assertThat(files.names()).containsExactly("b");
            file.delete();
            assertThat(files.names()).isEmpty();
            assertThatThrownBy(() -> file.read(read.clear(), 0)).isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void fileThatDoesNotFit_isNotThere() throws IOException {
        DirectoryFiles files = DirectoryFiles.in(temporary);
        assertThatThrownBy(() -> files.create("a", Long.MAX_VALUE)).hasMessageContaining("no space left");
        assertThat(files.names()).isEmpty();
    }

    @Test
    void directoryThatIsRemoved_isNoticed() throws IOException {
        Path directory = temporary.resolve("gone");
        try (DiskLog log = open(directory)) {
            log.requirePresent();
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
            assertThatThrownBy(log::requirePresent).isInstanceOf(NoSuchFileException.class);
            assertThatThrownBy(log::prepareFree).isInstanceOf(IOException.class);
        }
        assertThat(DirectoryFiles.toRead(directory).names()).isEmpty();
    }

    /** Nobody interrupts the threads that read and write; that it would do no harm is shown by doing it. */
    @Test
    void interrupts_closeNoFileForOthers_andAreKept() throws Exception {
        try (DiskLog log = open(temporary)) {
            for (int i = 0; i < 50; i++) {
                log.append(List.of(entry(log, "k" + i, "value-" + i))).forEach(log::publish);
            }
            long before = openFiles();
            ExecutorService threads = Executors.newFixedThreadPool(4);
            AtomicInteger interrupts = new AtomicInteger();
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int thread = 0; thread < 4; thread++) {
                    SplittableRandom random = new SplittableRandom(thread);
                    boolean writes = thread == 0;
                    all.add(threads.submit(() -> {
                        for (int i = 0; i < READS / 4; i++) {
                            boolean interrupted = random.nextInt(3) == 0;
                            if (interrupted) {
                                Thread.currentThread().interrupt();
                                interrupts.incrementAndGet();
                            }
                            String key = "k" + random.nextInt(50);
                            if (writes && i % 50 == 0) {
                                log.append(List.of(entry(log, "own", "w" + i))).forEach(log::publish);
                                key = "own";
                            }
                            LogRecord record = log.read(key, log.find(key));
                            assertThat(record).isNotNull();
                            assertThat(Thread.interrupted()).isEqualTo(interrupted);
                        }
                        return null;
                    }));
                }
                for (Future<?> each : all) {
                    each.get(50, TimeUnit.SECONDS);
                }
            } finally {
                threads.shutdown();
            }
            assertThat(interrupts.get()).isPositive();
            assertThat(openFiles()).isEqualTo(before);
        }
    }

    private static LogRecord entry(DiskLog log, String key, String value) {
        return LogRecord.entry(
                new RecordVersion(log.epoch(), 0), 0, 0, LogStage.info(key, value), LogStage.bytes(value));
    }

    private static DiskLog open(Path directory) throws IOException {
        DiskLogSettings settings = new DiskLogSettings(4L << 20, 256 << 10);
        return DiskLog.open(DirectoryFiles.in(directory), settings, DirectoryFilesTest::failIfDamaged);
    }

    private static String permissions(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Descriptors of files in the directory that this process has open. */
    private long openFiles() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .filter(each -> {
                        try {
                            return Files.readSymbolicLink(each).startsWith(temporary);
                        } catch (IOException closed) {
                            return false;
                        }
                    })
                    .count();
        }
    }

    private static void failIfDamaged(long segment, String reason) {
        throw new AssertionError("segment " + segment + ": " + reason);
    }
}
