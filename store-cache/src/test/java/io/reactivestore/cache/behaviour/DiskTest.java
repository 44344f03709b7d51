package io.reactivestore.cache.behaviour;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Served;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.CacheStoreBuilder;
import io.reactivestore.cache.TierInfo;
import io.reactivestore.testkit.fault.OtherProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies on the local disk outlive the cache: warm, with their ages, within the limit, and for one cache at a time. */
class DiskTest extends CacheFixture {

    @TempDir
    Path directory;

    @Test
    void objectPutThroughCache_isServedFromDisk() {
        CacheStore cache = onDisk(1000);

        putAndSettle(cache, "a/1", 10);

        assertThat(await(cache.get("a/1")).served().tier()).isEqualTo(Served.DISK);
        assertThat(get(cache, "a/1", ByteRange.of(0, 2))).isEqualTo("xx");
        assertThat(source.calls("get")).isZero();
        assertThat(disk(cache).currentBytes()).isEqualTo(10);
    }

    @Test
    void afterCleanClose_isWarm() {
        CacheStore first = onDisk(1000);
        putAndSettle(first, "a", 10);
        close(first);

        CacheStore second = onDisk(1000);

        assertThat(get(second, "a")).isEqualTo("x".repeat(10));
        assertThat(source.calls("get")).isZero();
        assertThat(second.stats().hits(Served.DISK)).isEqualTo(1);
    }

    @Test
    void agesGoOnOverRestart() {
        UnaryOperator<CacheStoreBuilder> aging =
                c -> c.disk(d -> d.directory(directory).maxBytes(1000)).freshness(f -> f.maxAge(Duration.ofMinutes(1)));
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
        CacheStore first = onDisk(1000);
        putAndSettle(first, "a", 10);

        CacheStore second = onDisk(1000);

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
    void secondCache_hasTheTier_whenTheFirstHasClosed_andItTriesAgain() {
        CacheStore first = onDisk(1000);
        putAndSettle(first, "a", 10);
        CacheStore second = onDisk(1000);
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
            cache = onDisk(1000);

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
        CacheStore cache = cache(c -> c.disk(d -> d.directory(refusing).maxBytes(1000)));

        put(cache, "a", "x");

        assertThat(get(cache, "a")).isEqualTo("x");
        assertThat(disk(cache).offReason()).contains("the cache directory " + refusing + " cannot be used");
        assertThat(disk(cache).cachedKeys()).isZero();
    }

    @Test
    void limitHolds_afterReopeningWithSmallerOne_onTheDiskItselfToo() throws IOException {
        CacheStore first = onDisk(10_000);
        for (int i = 0; i < 10; i++) {
            putAndSettle(first, "key-" + i, 1000);
        }
        close(first);
        assertThat(payloadBytes()).isEqualTo(10_000);

        CacheStore second = onDisk(3000);
        settle(second);

        assertThat(disk(second).currentBytes()).isEqualTo(3000);
        assertThat(payloadBytes()).isEqualTo(3000);
    }

    @Test
    void deletedObject_isNotBackAfterRestart() {
        CacheStore first = onDisk(1000);
        putAndSettle(first, "a", 10);
        await(first.delete("a"));
        close(first);

        assertThat(get(onDisk(1000), "a")).isNull();
    }

    @Test
    void damagedFile_isLoadedAgain() throws IOException {
        CacheStore cache = onDisk(1000);
        put(cache, "a", "right");
        settle(cache);
        Files.writeString(fileOf("right"), "wrong");

        assertThat(get(cache, "a")).isEqualTo("right");
        assertThat(cache.stats().corrupt()).isEqualTo(1);
        settle(cache);
        assertThat(await(cache.get("a")).served().tier()).as("healed").isEqualTo(Served.DISK);
    }

    @Test
    void directoryThatCannotBeMade_leavesCacheWithoutTheTier() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "in the way");
        CacheStore cache =
                cache(c -> c.disk(d -> d.directory(file.resolve("below")).maxBytes(1000)));

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

    /** Bytes of the files that hold objects: those of the test have nothing but one letter in them. */
    private long payloadBytes() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> text(file).matches("x+"))
                    .mapToLong(file -> text(file).length())
                    .sum();
        }
    }

    private Path fileOf(String content) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> text(file).equals(content))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
