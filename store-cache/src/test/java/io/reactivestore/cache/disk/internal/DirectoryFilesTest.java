package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
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

    @Test
    @EnabledOnOs(OS.LINUX)
    void fileIsMappedByTheFirstReadAfterSomebodyAskedWhatLiesInMemory_andIsNoLongerOnceItIsClosed() throws IOException {
        DirectoryFiles files = DirectoryFiles.in(temporary);
        ByteBuffer into = ByteBuffer.allocate(1_000);
        LogFiles.File file = files.create("a", 100_000);
        file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 50_000);
        file.read(into.clear(), 50_000);
        assertThat(maps()).as("nobody wants it").isZero();
        assertThat(file.readResident(50_000, 1_000)).isNull();
        assertThat(maps()).as("not on a thread that must not wait").isZero();
        file.read(into.clear(), 0);
        assertThat(maps()).isEqualTo(1);
        assertThat(file.readResident(50_000, 1_000)).hasSize(1_000).startsWith(1, 2, 3, 0);
        file.read(into.clear(), 0);
        assertThat(maps()).as("once").isEqualTo(1);
        file.close();
        assertThat(file.readResident(50_000, 1_000)).isNull();
        assertThatThrownBy(() -> file.read(into.clear(), 0)).isInstanceOf(ClosedChannelException.class);
        assertThat(file.readResident(50_000, 1_000)).isNull();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void mapShowsWhatIsWritten_alsoAfterARename_andBehindAnInterrupt() throws IOException {
        DirectoryFiles files = DirectoryFiles.in(temporary);
        try (LogFiles.File file = mapped(files, "a", 100_000)) {
            file.rename("b");
            file.write(ByteBuffer.wrap(new byte[] {1}), 0);
            assertThat(firstOf(file)).isEqualTo((byte) 1);
            Thread.currentThread().interrupt();
            file.write(ByteBuffer.wrap(new byte[] {2}), 0);
            assertThat(file.readResident(0, 1)).as("would close the channel").isNull();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(firstOf(file)).as("by another channel").isEqualTo((byte) 2);
            file.delete();
            assertThat(file.readResident(0, 1)).isNull();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void fileThatSomebodyHasCut_isNotCopiedFrom_andTheReadTells() throws IOException {
        DirectoryFiles files = DirectoryFiles.in(temporary);
        try (LogFiles.File file = mapped(files, "a", 100_000)) {
            cut("a", 8_192);
            ByteBuffer into = ByteBuffer.allocate(1_000);
            assertThat(file.readResident(50_000, 1_000)).isNull();
            assertThat(file.readResident(8_000, 1_000)).as("across the end").isNull();
            assertThat(file.readResident(99_999, 1_000))
                    .as("beyond what it was")
                    .isNull();
            assertThatThrownBy(() -> file.read(into, 50_000)).isInstanceOf(EOFException.class);
            file.read(into, 0);
            assertThat(into.hasRemaining()).isFalse();
        }
    }

    @Test
    void fileThatWasCutBeforeItWasMapped_isNotMadeLongerByThat() throws IOException {
        DirectoryFiles files = DirectoryFiles.in(temporary);
        try (LogFiles.File file = files.create("a", 100_000)) {
            cut("a", 8_192);
            ByteBuffer into = ByteBuffer.allocate(1_000);
            for (int i = 0; i < 3; i++) {
                assertThat(file.readResident(0, 1_000)).isNull();
                file.read(into.clear(), 0);
            }
            assertThat(Files.size(temporary.resolve("a"))).isEqualTo(8_192);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void recordsOfUpToAMiB_areGivenToThoseWhoMustNotWait_largerOnesAreNot() throws IOException {
        try (DiskLog log = logOfLargeSegments()) {
            String most = "x".repeat(1 << 20);
            String more = "y".repeat(LogReader.MAX_RESIDENT_BYTES);
            log.append(List.of(entry(log, "most", most), entry(log, "more", more)))
                    .forEach(log::publish);
            Place place = log.find("most");
            assertThat(log.resident(place)).isNull();
            assertThat(maps()).as("of what was opened alone").isZero();
            assertThat(LogStage.text(log.read("most", place))).isEqualTo(most);
            byte[] resident = log.resident(place);
            assertThat(resident).hasSize(place.recordBytes());
            assertThat(LogStage.text(log.read("most", place, resident))).isEqualTo(most);
            assertThat(log.read("other", place, resident)).isNull();
            assertThat(log.resident(log.find("more"))).isNull();
            assertThat(LogStage.text(log.read("more", log.find("more")))).isEqualTo(more);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void blocksOfUpTo64KiB_areGivenToThoseWhoMustNotWait_largerOnesAreNot() throws IOException {
        try (DiskLog log = logOfLargeSegments()) {
            String most = "x".repeat(64 << 10);
            String more = "y".repeat(LogReader.MAX_RESIDENT_BLOCK_BYTES);
            log.append(List.of(block(log, "most", most), block(log, "more", more)))
                    .forEach(log::publish);
            Place place = log.findBlock(LogStage.info("most", most), 0);
            assertThat(log.resident(place)).isNull();
            log.readBlock(LogStage.info("most", most), 0, most.length(), place);
            assertThat(log.resident(place)).hasSize(place.recordBytes());
            assertThat(log.resident(log.findBlock(LogStage.info("more", more), 0)))
                    .isNull();
        }
    }

    private DiskLog logOfLargeSegments() throws IOException {
        DiskLogSettings settings = new DiskLogSettings(64L << 20, 16 << 20);
        return DiskLog.open(DirectoryFiles.in(temporary), settings, DirectoryFilesTest::failIfDamaged);
    }

    /** A file of zeros, in memory and mapped. */
    private static LogFiles.File mapped(DirectoryFiles files, String name, int bytes) throws IOException {
        LogFiles.File file = files.create(name, bytes);
        file.readResident(0, 1);
        file.read(ByteBuffer.allocate(1), 0);
        assertThat(firstOf(file)).isZero();
        return file;
    }

    private static byte firstOf(LogFiles.File file) {
        byte[] bytes = file.readResident(0, 1);
        assertThat(bytes).hasSize(1);
        return bytes[0];
    }

    private void cut(String name, long length) throws IOException {
        try (FileChannel channel = FileChannel.open(temporary.resolve(name), StandardOpenOption.WRITE)) {
            channel.truncate(length);
        }
    }

    /** Maps of files in the directory that this process has. */
    private long maps() throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.contains(temporary.toString())).count();
        }
    }

    private static LogRecord entry(DiskLog log, String key, String value) {
        return LogRecord.entry(
                new RecordVersion(log.epoch(), 0), 0, 0, LogStage.info(key, value), LogStage.bytes(value));
    }

    private static LogRecord block(DiskLog log, String key, String value) {
        return LogRecord.block(
                new RecordVersion(log.epoch(), 0), 0, 0, LogStage.info(key, value), 0, LogStage.bytes(value));
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
