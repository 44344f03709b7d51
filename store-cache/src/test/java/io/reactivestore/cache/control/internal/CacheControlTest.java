package io.reactivestore.cache.control.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.disk.internal.DirectoryFiles;
import io.reactivestore.cache.disk.internal.DiskLog;
import io.reactivestore.cache.disk.internal.DiskLogSettings;
import io.reactivestore.cache.disk.internal.LogRecord;
import io.reactivestore.cache.disk.internal.Place;
import io.reactivestore.cache.disk.internal.RecordVersion;
import io.reactivestore.cache.internal.DirectoryLock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.scheduler.Schedulers;

class CacheControlTest {

    private static final DiskLogSettings SETTINGS = new DiskLogSettings(1 << 20, 16 << 10);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    Path directory;

    @Test
    void wrongUse_isExplained() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("info", "x")).isEqualTo(2);
        assertThat(run("nonsense")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("usage: cachectl DIR info|verify|ls");
    }

    @Test
    void directoryWithoutATier_isRefused_andLeftAlone() throws IOException {
        assertThat(run("info")).isEqualTo(2);
        assertThat(run("compact")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no disk tier in " + directory);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void readingCommands_showWhatIsThere_andChangeNothing_alsoBesideACache() throws IOException {
        try (DiskLog log = open()) {
            put(log, "a/one", "first");
            put(log, "b/two", "second");
            log.append(List.of(LogRecord.tombstone("gone", version(log))));
            byte[] state = Files.readAllBytes(directory.resolve("state"));
            assertThat(run("info")).isZero();
            assertThat(printed())
                    .contains("state           in use")
                    .contains("entries         2")
                    .contains("removal bytes   88");
            assertThat(run("ls")).isZero();
            assertThat(printed().lines()).hasSize(2).first().asString().endsWith("1970-01-01T00:01:40Z  a/one");
            assertThat(run("ls", "b/")).isZero();
            assertThat(printed().lines()).hasSize(1);
            assertThat(run("export", "b/two")).isZero();
            assertThat(printed()).isEqualTo("second");
            assertThat(run("export", "gone")).isEqualTo(1);
            assertThat(printed()).isEmpty();
            assertThat(run("verify")).isZero();
            assertThat(printed()).startsWith("2 entries and 0 blocks read, 0 damaged");
            assertThat(Files.readAllBytes(directory.resolve("state"))).isEqualTo(state);
        }
    }

    @Test
    void objectInBlocks_isOneEntry_andIsExportedIfAllAreThere() throws IOException {
        try (DiskLog log = open()) {
            putOutline(log, "large", 10);
            put(log, "empty", "");
            putBlock(log, "large", 10, 4, "4567");
            putBlock(log, "large", 10, 0, "0123");
            assertThat(run("export", "large")).isEqualTo(1);
            assertThat(printed()).isEmpty();
            assertThat(err.toString(StandardCharsets.UTF_8))
                    .contains("large is kept in blocks, and the one from byte 8");
            putBlock(log, "large", 10, 8, "89");
        }
        assertThat(run("info")).isZero();
        assertThat(printed()).contains("entries         2").contains("blocks          3");
        assertThat(run("ls")).isZero();
        assertThat(printed().lines())
                .hasSize(2)
                .anyMatch(line -> line.endsWith("  large  (10 bytes, in blocks)"))
                .anyMatch(line -> line.endsWith("  empty"));
        assertThat(run("export", "large")).isZero();
        assertThat(printed()).isEqualTo("0123456789");
        assertThat(run("export", "empty")).isZero();
        assertThat(printed()).isEmpty();
        assertThat(run("verify")).isZero();
        assertThat(printed()).startsWith("2 entries and 3 blocks read, 0 damaged");
        assertThat(run("evict", "la")).isZero();
        assertThat(printed()).startsWith("1 entries removed, 1 left; 3 blocks removed, 0 left");
        assertThat(run("export", "large")).isEqualTo(1);
    }

    @Test
    void damagedBlock_isToldByVerify_andItsObjectIsNotExported() throws IOException {
        try (DiskLog log = open()) {
            putOutline(log, "large", 10);
            putBlock(log, "large", 10, 0, "01234567");
            putBlock(log, "large", 10, 8, "yy");
            log.closeCleanly();
        }
        Path file = segmentFiles().get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("01234567")] ^= 1;
        Files.write(file, bytes);
        assertThat(run("verify")).isEqualTo(1);
        assertThat(printed()).startsWith("1 entries and 2 blocks read, 1 damaged");
        assertThat(run("export", "large")).isEqualTo(1);
        assertThat(printed()).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("the one from byte 0");
    }

    @Test
    void damagedEntry_isToldByVerify_andNotExported() throws IOException {
        Place place;
        try (DiskLog log = open()) {
            place = put(log, "a", "x".repeat(100));
            put(log, "b", "sound");
            log.closeCleanly();
        }
        Path file = segmentFiles().get(0);
        byte[] bytes = Files.readAllBytes(file);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("xxx");
        bytes[at] ^= 1;
        Files.write(file, bytes);
        assertThat(place.recordBytes()).isGreaterThan(100);
        assertThat(run("verify")).isEqualTo(1);
        assertThat(printed()).startsWith("2 entries and 0 blocks read, 1 damaged");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("a: damaged record");
        assertThat(run("export", "a")).isEqualTo(1);
        assertThat(run("export", "b")).isZero();
    }

    @Test
    void evict_removesAPrefixForGood_alsoAfterAKill() throws IOException {
        for (boolean clean : new boolean[] {true, false}) {
            try (DiskLog log = open()) {
                put(log, "a/one", "first");
                put(log, "b/two", "second");
                if (clean) {
                    log.closeCleanly();
                }
            }
            assertThat(run("evict", "a/")).isZero();
            assertThat(printed()).startsWith("1 entries removed, 1 left");
            try (DiskLog log = open()) {
                assertThat(log.opening().closedCleanly())
                        .as("is not made clean")
                        .isEqualTo(clean);
                log.recover();
                assertThat(log.find("a/one")).isNull();
                assertThat(log.find("b/two")).isNotNull();
            }
        }
    }

    @Test
    void compact_givesSpaceBack_andKeepsAllEntries() throws IOException {
        try (DiskLog log = open()) {
            for (int i = 0; i < 600; i++) {
                put(log, "rewritten", "x".repeat(1000));
                if (i % 50 == 0) {
                    put(log, "kept" + i, "value" + i);
                    putBlock(log, "large", 10_000, i, "block" + i);
                }
                log.prepareFree();
            }
            log.closeCleanly();
        }
        int before = segmentFiles().size();
        assertThat(run("compact")).isZero();
        assertThat(printed()).contains("13 entries kept, 12 blocks");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("compacting: 100 %");
        assertThat(before).isGreaterThan(30);
        assertThat(segmentFiles().size()).isLessThan(5);
        try (DiskLog log = open()) {
            log.recover();
            assertThat(log.entries()).isEqualTo(13);
            ObjectInfo large = new ObjectInfo("large", 10_000, "e", null, Instant.EPOCH, null);
            Place block = Objects.requireNonNull(log.findBlock(large, 550));
            assertThat(log.readBlock(large, 550, 8, block)).isEqualTo(bytes("block550"));
            Place place = Objects.requireNonNull(log.find("kept550"));
            assertThat(place.suspect()).isFalse();
            assertThat(Objects.requireNonNull(log.read("kept550", place)).filledAtMillis())
                    .isEqualTo(100_000);
        }
    }

    @Test
    void directoryInUse_isNotWritten() throws IOException {
        open().closeCleanly();
        DirectoryLock lock = new DirectoryLock("cache", directory, Schedulers.immediate());
        lock.takeNow();
        try {
            assertThat(run("compact")).isEqualTo(2);
            assertThat(run("evict", "a")).isEqualTo(2);
            assertThat(err.toString(StandardCharsets.UTF_8)).contains("is in use by another cache");
            assertThat(run("info")).isZero();
        } finally {
            lock.releaseNow();
        }
    }

    private DiskLog open() throws IOException {
        return DiskLog.open(
                DirectoryFiles.in(directory),
                SETTINGS,
                new Progress(new PrintStream(err, true, StandardCharsets.UTF_8)));
    }

    private static Place put(DiskLog log, String key, String value) throws IOException {
        ObjectInfo info = new ObjectInfo(key, value.length(), "e", null, Instant.EPOCH, null);
        Place place = log.append(List.of(LogRecord.entry(version(log), 0, 100_000, info, bytes(value))))
                .get(0);
        log.publish(place);
        return place;
    }

    private static void putOutline(DiskLog log, String key, long size) throws IOException {
        ObjectInfo info = new ObjectInfo(key, size, "e", null, Instant.EPOCH, null);
        log.publish(log.append(List.of(LogRecord.entry(version(log), 0, 100_000, info, bytes(""))))
                .get(0));
    }

    private static void putBlock(DiskLog log, String key, long size, long start, String value) throws IOException {
        ObjectInfo info = new ObjectInfo(key, size, "e", null, Instant.EPOCH, null);
        log.publish(log.append(List.of(LogRecord.block(version(log), 0, 100_000, info, start, bytes(value))))
                .get(0));
    }

    private static ByteBuffer bytes(String value) {
        return ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8));
    }

    private static RecordVersion version(DiskLog log) {
        return new RecordVersion(log.epoch(), 0);
    }

    private List<Path> segmentFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> !file.endsWith("state") && !file.endsWith("lock"))
                    .toList();
        }
    }

    private int run(String... arguments) {
        out.reset();
        String[] all = Stream.concat(Stream.of(directory.toString()), Arrays.stream(arguments))
                .toArray(String[]::new);
        return CacheControl.run(List.of(all), print(out), print(err));
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
