package io.reactivestore.examples.caching;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.Served;
import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.local.LocalStore;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.CountingStore;
import io.reactivestore.testkit.fault.StoreOperation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** The recipes of the guide do what it says. */
class CachingRecipesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private final Deque<Store> open = new ArrayDeque<>();

    @AfterEach
    void closeAll() {
        open.forEach(store -> await(store.close()));
    }

    @Test
    void localFilesInMemory_secondReadIsAHit() {
        LocalStore files = opened(LocalStore.builder(directory).build());
        CacheStore cache = opened(CachingRecipes.localFilesInMemory(files));
        await(files.put("a", Content.text("x")));

        assertThat(await(cache.get("a")).served().tier()).isEqualTo(Served.SOURCE);
        assertThat(await(cache.get("a")).served().tier()).isEqualTo(Served.MEMORY);
    }

    @Test
    void remoteOnLocalDisk_isWarmAfterRestart_untilAnHourIsOver() {
        MemoryStore remote = opened(MemoryStore.create());
        await(remote.put("a", Content.text("x")));
        CacheStore first = CachingRecipes.remoteOnLocalDisk(remote, directory);
        await(first.open());
        await(first.getText("a"));
        await(first.settled());
        await(first.close());

        CacheStore second = opened(CachingRecipes.remoteOnLocalDisk(remote, directory));

        assertThat(await(second.get("a")).served().tier()).isEqualTo(Served.DISK);
        assertThat(await(second.info()).maxAge()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void remoteThatMayBeAway_isNotMissed() {
        MemoryStore remote = opened(MemoryStore.create());
        await(remote.put("a", Content.text("x")));
        CacheStore cache = opened(CachingRecipes.remoteThatMayBeAway(remote, directory));
        await(cache.getText("a"));
        assertThat(cache.toString()).contains("staleWhileRevalidate=PT10M", "staleIfError=PT24H");
        assertThat(await(cache.get("a")).served().stale()).isFalse();
    }

    @Test
    void remoteThatIsMostlyReadOnce_fillsTheRoomOfItsDisk() {
        MemoryStore remote = opened(MemoryStore.create());
        await(remote.put("a", Content.text("x")));
        CacheStore cache = opened(CachingRecipes.remoteThatIsMostlyReadOnce(remote, directory));
        await(cache.open());
        await(cache.getText("a"));
        await(cache.settled());
        assertThat(await(cache.info()).tier(Served.DISK).payloadBytes()).isEqualTo(1);
        assertThat(cache.toString()).contains("on second use of 2097152 keys, 53687091200 bytes a day");
    }

    @Test
    void memoryWithPersistentCopies_outlivesItsSource() {
        LocalStore copies = opened(LocalStore.builder(directory).build());
        MemoryStore before = opened(MemoryStore.create());
        CacheStore first = CachingRecipes.memoryWithPersistentCopies(before, copies);
        await(first.put("a", Content.text("kept")));
        await(first.close());

        MemoryStore after = opened(MemoryStore.create());
        CacheStore second = opened(CachingRecipes.memoryWithPersistentCopies(after, copies));

        assertThat(await(second.getText("a"))).isEqualTo("kept");
        assertThat(await(second.stats().hits("copies") == 1 ? copies.getText("a") : Mono.empty()))
                .isEqualTo("kept");
    }

    @Test
    void remoteThatIsAskedALot_hearsOfEachQuestionOnce() {
        CountingStore remote = CountingStore.over(opened(MemoryStore.create()));
        CacheStore cache = opened(CachingRecipes.remoteThatIsAskedALot(remote));
        await(cache.put("a/1", Content.text("x")));
        for (int i = 0; i < 3; i++) {
            assertThat(await(cache.size("a/1"))).isEqualTo(1);
            assertThat(await(cache.exists("a/2"))).isFalse();
            assertThat(await(cache.list("a/").count())).isEqualTo(1);
        }
        assertThat(remote.calls(StoreOperation.HEAD)).isEqualTo(1);
        assertThat(remote.calls(StoreOperation.LIST)).isEqualTo(1);
    }

    @Test
    void largeFilesOfWhichPartsAreRead_keepsTheParts() {
        CountingStore remote = CountingStore.over(opened(MemoryStore.create()));
        CacheStore cache = opened(CachingRecipes.largeFilesOfWhichPartsAreRead(remote));
        await(remote.put("a", Content.bytes(new byte[1 << 20])));
        for (int i = 0; i < 3; i++) {
            assertThat(await(cache.getRange("a", ByteRange.of(300_000, 300_010 + i)))
                            .remaining())
                    .isEqualTo(10 + i);
        }
        assertThat(remote.calls(StoreOperation.GET)).isEqualTo(1);
    }

    @Test
    void cacheEffect_secondRoundAsksTheSourceForNothing() {
        LocalStore files = opened(LocalStore.builder(directory).build());
        CacheStore cache = opened(CachingRecipes.localFilesInMemory(files));

        var stats = await(CacheEffect.write(files).then(CacheEffect.readTwice(cache)));

        assertThat(stats.loads()).isEqualTo(100);
        assertThat(stats.hits()).isEqualTo(100);
        assertThat(stats.hitRate()).isEqualTo(0.5);
        assertThat(await(cache.info()).tier(Served.MEMORY).cachedKeys()).isEqualTo(100);
    }

    @Test
    void upkeep_reportsEachTier_andWarmsWhatAJobHasWritten() {
        MemoryStore source = opened(MemoryStore.create());
        CacheStore cache = opened(
                CacheStore.builder(source).memory(m -> m.maxBytes(100_000)).build());
        await(cache.put("reports/1", Content.text("old")));
        await(source.put("reports/1", Content.text("new")));

        await(CacheUpkeep.afterNightlyJob(cache));
        assertThat(await(CacheUpkeep.nightlyCheck(cache).collectList())).isEmpty();

        assertThat(await(cache.get("reports/1")).served().tier()).isEqualTo(Served.MEMORY);
        assertThat(await(cache.getText("reports/1"))).isEqualTo("new");
        assertThat(await(CacheUpkeep.report(cache))).startsWith("memory (").contains(" in 1\nhit rate 1.0");
    }

    @Test
    void everyProgramInTheGuide_isOneOfTheseSources() throws IOException {
        Path sources = Path.of("src/main/java/io/reactivestore/examples/caching");
        StringBuilder all = new StringBuilder();
        try (var files = Files.list(sources)) {
            for (Path file : files.toList()) {
                all.append(Files.readString(file));
            }
        }
        String[] parts = Files.readString(Path.of("../docs/guides/caching.md")).split("```", -1);

        assertThat(parts.length).isEqualTo(19);
        for (int i = 1; i < parts.length; i += 2) {
            assertThat(all.toString())
                    .contains(parts[i].substring("java\n".length()).stripTrailing());
        }
    }

    private <S extends Store> S opened(S store) {
        await(store.open());
        open.push(store);
        return store;
    }

    private static <T> T await(Mono<T> mono) {
        return mono.block(PATIENCE);
    }
}
