package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.StoreCapabilities;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.CacheStoreBuilder;
import io.reactivestore.memory.MemoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Settings that cannot be: each is refused before anything is opened, with a message that names it and says why. */
class SettingsTest {

    private static final MemoryStore SOURCE = MemoryStore.create();
    private static final MemoryStore STORE = MemoryStore.create();

    static Stream<Arguments> refused() {
        return Stream.of(
                setting("maxAge zero", c -> c.freshness(f -> f.maxAge(Duration.ZERO)), "freshness.maxAge", "PT0S"),
                setting(
                        "maxAge negative",
                        c -> c.freshness(f -> f.maxAge(Duration.ofSeconds(-1))),
                        "freshness.maxAge",
                        "PT-1S"),
                setting(
                        "windows without maxAge",
                        c -> c.freshness(f -> f.staleIfError(Duration.ofHours(1))),
                        "freshness",
                        "set maxAge"),
                setting(
                        "negative window",
                        c -> c.freshness(f -> f.staleWhileRevalidate(Duration.ofSeconds(-1))),
                        "freshness.staleWhileRevalidate",
                        "PT-1S"),
                setting("jitter above 1", c -> c.freshness(f -> f.jitter(1.5)), "freshness.jitter", "was 1.5"),
                setting(
                        "early refresh that is no number",
                        c -> c.freshness(f -> f.earlyRefresh(Double.NaN)),
                        "freshness.earlyRefresh",
                        "was NaN"),
                setting(
                        "no renewals",
                        c -> c.freshness(f -> f.renewals(0, Duration.ofSeconds(1))),
                        "freshness.renewals",
                        "was 0"),
                setting(
                        "renewals without time",
                        c -> c.freshness(f -> f.renewals(1, Duration.ZERO)),
                        "freshness.renewals",
                        "PT0S"),
                setting(
                        "fewer than no negatives",
                        c -> c.freshness(f -> f.negative(Duration.ofSeconds(1), -1)),
                        "freshness.negative",
                        "was -1"),
                setting(
                        "heads of a negative time",
                        c -> c.freshness(f -> f.heads(Duration.ofSeconds(-1), 1)),
                        "freshness.heads",
                        "PT-1S"),
                setting(
                        "fewer than no listings",
                        c -> c.freshness(f -> f.listings(Duration.ofSeconds(1), -1)),
                        "freshness.listings",
                        "was -1"),
                setting("pages without keys", c -> c.freshness(f -> f.pageKeys(0)), "freshness.pageKeys", "was 0"),
                setting("memory zero", c -> c.memory(m -> m.maxBytes(0)), "memory.maxBytes", "was 0"),
                setting("memory negative", c -> c.memory(m -> m.maxBytes(-1)), "memory.maxBytes", "was -1"),
                setting("memory without limit", c -> c.memory(m -> {}), "memory", "maxBytes or unlimited()"),
                setting("disk zero", c -> c.disk(d -> d.maxBytes(0)), "disk.maxBytes", "was 0"),
                setting(
                        "disk without limit",
                        c -> c.disk(d -> d.directory(Path.of("unused"))),
                        "disk",
                        "maxBytes or unlimited()"),
                setting(
                        "disk, no keys to remember",
                        c -> c.disk(d -> d.onSecondUse(0)),
                        "disk.onSecondUse",
                        "need 1..67108864 keys, was 0"),
                setting("disk, entries", c -> c.disk(d -> d.minEntryBytes(-1)), "disk.minEntryBytes", "was -1"),
                setting("disk, large entries", c -> c.disk(d -> d.maxEntryBytes(0)), "disk.maxEntryBytes", "was 0"),
                setting("disk, a day", c -> c.disk(d -> d.maxBytesPerDay(0)), "disk.maxBytesPerDay", "was 0"),
                setting(
                        "disk, no entries",
                        c -> c.disk(d -> d.directory(Path.of("unused"))
                                .unlimited()
                                .minEntryBytes(10)
                                .maxEntryBytes(9)),
                        "minEntryBytes is 10",
                        "maxEntryBytes, 9"),
                setting("disk without directory", c -> c.disk(d -> d.unlimited()), "disk", "directory"),
                setting("tier zero", c -> c.tier(STORE, t -> t.maxBytes(0)), "tier.maxBytes", "was 0"),
                setting("tier negative", c -> c.tier(STORE, t -> t.maxBytes(-5)), "tier.maxBytes", "was -5"),
                setting("maxEntryBytes zero", c -> c.maxEntryBytes(0), "maxEntryBytes", "was 0"),
                setting("maxEntryBytes of 2 GiB", c -> c.maxEntryBytes(1L << 31), "maxEntryBytes", "was 2147483648"),
                setting("maxLoadingBytes zero", c -> c.maxLoadingBytes(0), "maxLoadingBytes", "was 0"),
                setting("inDoubt negative", c -> c.inDoubt(Duration.ofSeconds(-1)), "inDoubt", "PT-1S"),
                setting("no tier at all", c -> c, "CacheStore", "at least one of memory, disk and tier"),
                setting(
                        "two tiers of one name",
                        c -> c.tier(STORE, t -> t.name("same")).tier(MemoryStore.create(), t -> t.name("same")),
                        "tier name same",
                        "taken"),
                setting("a tier called memory", c -> c.tier(STORE, t -> t.name("memory")), "tier name memory", "taken"),
                setting("a tier called source", c -> c.tier(STORE, t -> t.name("source")), "tier name source", "taken"),
                setting("a tier without a name", c -> c.tier(STORE, t -> t.name("")), "tier.name", "empty"),
                setting("source as its own tier", c -> c.tier(SOURCE), "tier-1", "source"),
                setting(
                        "one store as two tiers",
                        c -> c.tier(STORE).tier(STORE, t -> t.name("again")),
                        "again",
                        "twice"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void refused(String what, UnaryOperator<CacheStoreBuilder> settings, String setting, String reason) {
        assertThatThrownBy(() -> settings.apply(CacheStore.builder(SOURCE)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(setting)
                .hasMessageContaining(reason);
    }

    @Test
    void maxAgeOfZero_namesReadsThatAlwaysAskTheSource() {
        assertThatThrownBy(() -> CacheStore.builder(SOURCE).freshness(f -> f.maxAge(Duration.ZERO)))
                .hasMessageContaining("REVALIDATE")
                .hasMessageContaining("SOURCE_ONLY");
    }

    @Test
    void shortestMaxAge_isTaken() {
        CacheStore cache = CacheStore.builder(SOURCE)
                .tier(MemoryStore.create())
                .freshness(f -> f.maxAge(Duration.ofNanos(1)))
                .build();

        assertThat(cache.toString()).contains("maxAge=PT0.000000001S");
    }

    @Test
    void longestMaxAge_isTaken() {
        CacheStore cache = CacheStore.builder(SOURCE)
                .tier(MemoryStore.create())
                .freshness(f -> f.maxAge(Duration.ofSeconds(Long.MAX_VALUE)))
                .build();

        assertThat(cache.toString()).contains("maxAge=PT");
    }

    @Test
    void tierThatCannotDelete_isRefused_withItsName() {
        refuses(StoreCapabilities.standard().withDeletes(false), "delete");
    }

    @Test
    void tierThatCannotWrite_isRefused_withItsName() {
        refuses(StoreCapabilities.standard().withWrites(false), "write");
    }

    @Test
    void tierThatKeepsNoAttributes_isRefused_withItsName() {
        refuses(StoreCapabilities.standard().withAttributes(false), "keeps no attributes");
    }

    @Test
    void nullSettings_areRefused_withTheirNames() {
        assertThatThrownBy(() -> CacheStore.builder(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("source");
        assertThatThrownBy(() -> CacheStore.builder(SOURCE).tier(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("tier");
        assertThatThrownBy(() -> CacheStore.builder(SOURCE).freshness(f -> f.maxAge(null)))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("freshness.maxAge");
        assertThatThrownBy(() -> CacheStore.builder(SOURCE).disk(d -> d.directory(null)))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("disk.directory");
        assertThatThrownBy(() -> CacheStore.builder(SOURCE).runtime(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("runtime");
    }

    private static void refuses(StoreCapabilities capabilities, String reason) {
        WatchedStore odd = new WatchedStore(MemoryStore.create());
        odd.pretend(capabilities);

        assertThatThrownBy(() -> CacheStore.builder(SOURCE)
                        .tier(odd, t -> t.name("copies"))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("copies")
                .hasMessageContaining(reason);
    }

    private static Arguments setting(
            String what, UnaryOperator<CacheStoreBuilder> settings, String setting, String reason) {
        return Arguments.of(what, settings, setting, reason);
    }
}
