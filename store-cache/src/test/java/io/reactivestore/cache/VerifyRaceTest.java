package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.Store;
import io.reactivestore.memory.MemoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Copies are looked through on real threads while they are written, read, dropped, evicted and recycled. */
class VerifyRaceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int OPERATIONS = Boolean.getBoolean("reactivestore.slow") ? 200_000 : 8_000;
    private static final int KEYS = 60;

    @TempDir
    Path directory;

    @Test
    void whatComesAndGoes_isNeverTakenForDamage() {
        Store source = MemoryStore.create();
        CacheStore cache = CacheStore.builder(source)
                .disk(disk -> disk.directory(directory).maxBytes(64 << 10))
                .tier(MemoryStore.create(), tier -> tier.name("own").maxBytes(20_000))
                .sharedTier(MemoryStore.create(), tier -> tier.name("shared"))
                .build();
        Random random = new Random(1);
        List<TierCheck> checks = new ArrayList<>();
        Mono<Void> writes = Flux.range(0, OPERATIONS)
                .map(i -> random.nextInt())
                .flatMap(chance -> operation(cache, chance).subscribeOn(Schedulers.parallel()), 4)
                .then();
        cache.verify()
                .doOnNext(checks::add)
                .repeat()
                .takeUntilOther(writes)
                .then()
                .block(PATIENCE);

        assertThat(checks).hasSizeGreaterThan(30).allMatch(TierCheck::sound);
        assertThat(checks.stream().mapToLong(TierCheck::copies).sum()).isGreaterThan(1_000);
        assertThat(cache.stats().corrupt()).isZero();
        assertThat(cache.stats().evictions()).isGreaterThan(100);
        cache.settled().block(PATIENCE);
        assertThat(cache.underWay()).isZero();
        cache.close().block(PATIENCE);
    }

    private static Mono<?> operation(CacheStore cache, int chance) {
        String key = "key-" + Math.floorMod(chance, KEYS);
        return switch (Math.floorMod(chance / KEYS, 8)) {
            case 0 -> cache.invalidate(key);
            case 1 -> cache.delete(key);
            case 2, 3 -> cache.getText(key);
            default -> cache.put(key, Content.text("x".repeat(200 + Math.floorMod(chance, 800))));
        };
    }
}
