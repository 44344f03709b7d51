package io.reactivestore.cache.behaviour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Served;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.CacheStoreBuilder;
import io.reactivestore.cache.TierInfo;
import io.reactivestore.testkit.fault.OtherProcess;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Copies on the local disk outlive the cache: warm, with their ages, within the limit, and for one cache at a time. */
class DiskTest extends CacheFixture {

    /** Four segments of 256 KiB. */
    private static final long BYTES = 1 << 20;

    @TempDir
    Path directory;

    @Test
    void objectPutThroughCache_isServedFromDisk() {
        CacheStore cache = onDisk(BYTES);

        putAndSettle(cache, "a/1", 10);

        assertThat(await(cache.get("a/1")).served().tier()).isEqualTo(Served.DISK);
        assertThat(get(cache, "a/1", ByteRange.of(0, 2))).isEqualTo("xx");
        assertThat(source.calls("get")).isZero();
        assertThat(disk(cache).currentBytes()).isBetween(10L, 500L);
        assertThat(disk(cache).cachedKeys()).isEqualTo(1);
    }

    /** The JDK tells what lies in the page cache where it can ask the system; of a file just written it all does. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void objectInThePageCache_isServedOnTheThreadThatAsks_fromTheSecondReadOn() {
        CacheStore cache = onDisk(BYTES);
        putAndSettle(cache, "a", 10);
        get(cache, "a");
        Scheduler asking = Schedulers.newParallel("asking", 1);
        try {
            String servedOn = await(cache.get("a")
                    .map(object -> object.served().tier() + " on "
                            + Thread.currentThread().getName())
                    .subscribeOn(asking));
            assertThat(servedOn).startsWith("disk on asking-");
            assertThat(get(cache, "a")).isEqualTo("x".repeat(10));
            assertThat(source.calls("get")).isZero();
        } finally {
            asking.dispose();
        }
    }

    @Test
    void afterCleanClose_isWarm() {
        CacheStore first = onDisk(BYTES);
        putAndSettle(first, "a", 10);
        close(first);

        CacheStore second = onDisk(BYTES);

        assertThat(get(second, "a")).isEqualTo("x".repeat(10));
        assertThat(source.calls("get")).isZero();
        assertThat(second.stats().hits(Served.DISK)).isEqualTo(1);
    }

    @Test
    void agesGoOnOverRestart() {
        UnaryOperator<CacheStoreBuilder> aging = c ->
                c.disk(d -> d.directory(directory).maxBytes(BYTES)).freshness(f -> f.maxAge(Duration.ofMinutes(1)));
        CacheStore first = cache(aging);
        putAndSettle(first, "a", 10);
        runtime.pass(Duration.ofSeconds(30));
        close(first);
        runtime.pass(Duration.ofSeconds(29));

        CacheStore second = cache(aging);
        assertThat(await(second.get("a")).served()).isEqualTo(new Served(Served.DISK, false, Duration.ofSeconds(59)));

        runtime.pass(Duration.ofSeconds(1));
        get(second, "a");
        assertThat(source.calls("get")).isEqualTo(1);
    }

    @Test
    void secondCacheOnTheDirectory_worksWithoutTheTier_andSaysWhy() {
        CacheStore first = onDisk(BYTES);
        putAndSettle(first, "a", 10);

        CacheStore second = onDisk(BYTES);

        assertThat(disk(first).offReason()).isNull();
        assertThat(disk(second).offReason()).contains(directory.toString(), "in use");
        assertThat(get(second, "a")).isEqualTo("x".repeat(10));
        put(second, "b", "written");
        settle(second);
        assertThat(get(second, "b")).isEqualTo("written");
        assertThat(disk(second).cachedKeys()).isZero();
        assertThat(disk(first).cachedKeys()).isEqualTo(1);
    }

    @Test
    void secondCacheOnTheDirectory_keepsCopiesInMemoryAtOnce() {
        onDisk(BYTES);
        CacheStore second = cache(c -> c.memory(m -> m.maxBytes(BYTES))
                .disk(d -> d.directory(directory).maxBytes(BYTES)));
        assertThat(disk(second).offReason()).contains("in use");

        put(second, "b", "written");

        assertThat(get(second, "b")).isEqualTo("written");
        assertThat(source.calls("get")).isZero();
    }

    @Test
    void secondCache_hasTheTier_whenTheFirstHasClosed_andItTriesAgain() {
        CacheStore first = onDisk(BYTES);
        putAndSettle(first, "a", 10);
        CacheStore second = onDisk(BYTES);
        close(first);

        runtime.pass(Duration.ofSeconds(30));

        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(disk(second).offReason()).isNull());
        assertThat(get(second, "a")).isEqualTo("x".repeat(10));
        assertThat(source.calls("get")).isZero();
    }

    @Test
    void cacheBesideAnotherProcess_worksWithoutTheTier_saysWhy_andHasItWhenTheOtherIsGone() throws IOException {
        CacheStore cache;
        try (OtherProcess other = CacheInAnotherProcess.start(directory)) {
            cache = onDisk(BYTES);

            assertThat(disk(cache).offReason()).contains(directory.toString(), "in use by another cache");
            put(cache, "a", "written");
            settle(cache);
            assertThat(get(cache, "a")).isEqualTo("written");
            assertThat(disk(cache).cachedKeys()).isZero();
        }

        runtime.pass(Duration.ofSeconds(30));

        CacheStore alone = cache;
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(disk(alone).offReason()).isNull());
    }

    /** Even the superuser can make no files in these. */
    @ParameterizedTest
    @ValueSource(strings = {"/proc/reactivestore", "/sys/kernel"})
    @EnabledOnOs(OS.LINUX)
    void directoryThatRefusesFiles_leavesCacheWithoutTheTier_andSaysWhy(Path refusing) {
        CacheStore cache = cache(c -> c.disk(d -> d.directory(refusing).maxBytes(BYTES)));

        put(cache, "a", "x");

        assertThat(get(cache, "a")).isEqualTo("x");
        assertThat(disk(cache).offReason()).contains("the cache directory " + refusing + " cannot be used");
        assertThat(disk(cache).cachedKeys()).isZero();
    }

    @Test
    void limitHolds_andAfterReopeningWithSmallerOne_onTheDiskItself() throws IOException {
        CacheStore first = onDisk(BYTES);
        for (int i = 0; i < 100; i++) {
            putAndSettle(first, "key-" + i, 20_000);
            assertThat(bytesOnDisk()).isLessThanOrEqualTo(BYTES + BYTES / 4);
        }
        assertThat(get(first, "key-99")).hasSize(20_000);
        assertThat(get(first, "key-0")).hasSize(20_000);
        assertThat(first.stats().evictions()).isBetween(50L, 90L);
        assertThat(source.calls("get")).isEqualTo(1);
        close(first);

        CacheStore second = onDisk(BYTES / 4);
        settle(second);

        assertThat(bytesOnDisk()).isLessThanOrEqualTo(BYTES / 4 + BYTES / 16);
        assertThat(disk(second).currentBytes()).isLessThanOrEqualTo(BYTES / 4);
    }

    @Test
    void filesAndDirectory_areReadableForTheirOwnerOnly() throws IOException {
        Path below = directory.resolve("below");
        CacheStore cache = cache(c -> c.disk(d -> d.directory(below).maxBytes(BYTES)));
        putAndSettle(cache, "a", 10);

        assertThat(Files.getPosixFilePermissions(below)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        try (Stream<Path> files = Files.list(below)) {
            assertThat(files)
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(Files.getPosixFilePermissions(file))
                            .isEqualTo(PosixFilePermissions.fromString("rw-------")));
        }
    }

    @Test
    void symbolicLink_isRefused() throws IOException {
        Path link = Files.createSymbolicLink(
                directory.resolve("link"), Files.createDirectory(directory.resolve("elsewhere")));
        CacheStore cache = cache(c -> c.disk(d -> d.directory(link).maxBytes(BYTES)));

        put(cache, "a", "x");

        assertThat(get(cache, "a")).isEqualTo("x");
        assertThat(disk(cache).offReason()).contains("symbolic link");
    }

    @Test
    void directoryRemovedMeanwhile_turnsTheTierOff_andItComesBackInANewOne() throws IOException {
        CacheStore cache = onDisk(BYTES);
        putAndSettle(cache, "a", 10);
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
        runtime.pass(Duration.ofSeconds(2));

        putAndSettle(cache, "b", 10);

        assertThat(get(cache, "a")).hasSize(10);
        assertThat(get(cache, "b")).hasSize(10);
        runtime.pass(Duration.ofSeconds(30));
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(disk(cache).offReason()).isNull());
        assertThat(get(cache, "a")).hasSize(10);
        settle(cache);
        assertThat(await(cache.get("a")).served().tier()).isEqualTo(Served.DISK);
        assertThat(cache.stats().tierFailures()).isPositive();
    }

    @Test
    void deletedObject_isNotBackAfterRestart() {
        CacheStore first = onDisk(BYTES);
        putAndSettle(first, "a", 10);
        await(first.delete("a"));
        close(first);

        assertThat(get(onDisk(BYTES), "a")).isNull();
    }

    @Test
    void damagedFile_isLoadedAgain() throws IOException {
        CacheStore cache = onDisk(BYTES);
        put(cache, "a", "right");
        settle(cache);
        overwrite("right", "wrong");

        assertThat(get(cache, "a")).isEqualTo("right");
        assertThat(cache.stats().corrupt()).isEqualTo(1);
        settle(cache);
        assertThat(await(cache.get("a")).served().tier()).as("healed").isEqualTo(Served.DISK);
    }

    @Test
    void directoryThatCannotBeMade_leavesCacheWithoutTheTier() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "in the way");
        CacheStore cache =
                cache(c -> c.disk(d -> d.directory(file.resolve("below")).maxBytes(BYTES)));

        put(cache, "a", "x");

        assertThat(get(cache, "a")).isEqualTo("x");
        assertThat(disk(cache).offReason()).contains("below");
    }

    private CacheStore onDisk(long maxBytes) {
        return cache(c -> c.disk(d -> d.directory(directory).maxBytes(maxBytes)));
    }

    private TierInfo disk(CacheStore cache) {
        settle(cache);
        return await(cache.info()).tier(Served.DISK);
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    /** Changes bytes where they lie. */
    private void overwrite(String present, String other) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                int at = new String(Files.readAllBytes(file), ISO_8859_1).indexOf(present);
                if (at >= 0) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.write(ByteBuffer.wrap(other.getBytes(ISO_8859_1)), at);
                    }
                }
            }
        }
    }
}
