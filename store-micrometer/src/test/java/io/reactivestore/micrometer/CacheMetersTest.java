package io.reactivestore.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.reactivestore.Content;
import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.memory.MemoryStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A registry shows what the cache does when it is asked. */
class CacheMetersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String TIER = "reactivestore.cache.tier.";

    @TempDir
    Path directory;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MemoryStore source = MemoryStore.create();
    private final Sinks.Empty<Void> gate = Sinks.empty();
    private final Store slow = new ForwardingStore(MemoryStore.create()) {
        @Override
        protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
            return operation.equals("put") && !key.startsWith(".")
                    ? gate.asMono().then(work)
                    : work;
        }
    };
    private CacheStore cache;

    @AfterEach
    void close() {
        gate.tryEmitEmpty();
        cache.close().block(PATIENCE);
    }

    @Test
    void requestsAndCopies_areCounted() {
        cache = CacheStore.builder(source)
                .memory(memory -> memory.maxBytes(1 << 20))
                .disk(disk -> disk.directory(directory).maxBytes(1 << 20).maxEntryBytes(100))
                .build();
        cache.open().block(PATIENCE);
        new CacheMeters(cache, "mine").bindTo(registry);

        cache.put("a", Content.text("x")).block(PATIENCE);
        cache.put("large", Content.text("x".repeat(101))).block(PATIENCE);
        cache.getText("a").block(PATIENCE);
        cache.getText("a").block(PATIENCE);
        cache.getText("absent").block(PATIENCE);
        cache.settled().block(PATIENCE);

        assertThat(counter("cache.gets", "result", "hit")).isEqualTo(2);
        assertThat(counter("cache.gets", "result", "miss")).isEqualTo(1);
        assertThat(counter("reactivestore.cache.loads", "outcome", "success")).isEqualTo(1);
        assertThat(counter(TIER + "fills", "outcome", "admitted")).isEqualTo(1);
        assertThat(counter(TIER + "fills", "outcome", "refused")).isEqualTo(1);
        assertThat(counter(TIER + "uses", "applied", "true")).isEqualTo(1);
        assertThat(counter(TIER + "uses", "applied", "false")).isZero();
        assertThat(counter(TIER + "written", "tier", "disk")).isGreaterThan(100);
        assertThat(counter(TIER + "stalled", "tier", "disk"))
                .isEqualTo(cache.stats().tier("disk").stalledReads());
        assertThat(gauge("backlog", "disk")).isZero();
        assertThat(registry.getMeters())
                .isNotEmpty()
                .allSatisfy(meter -> assertThat(meter.getId().getTag("cache")).isEqualTo("mine"));
    }

    @Test
    void tierThatIsBehind_showsIt_untilItHasCaughtUp() {
        cache = CacheStore.builder(source).tier(slow).build();
        cache.open().block(PATIENCE);
        new CacheMeters(cache, "mine").bindTo(registry);

        cache.put("a", Content.text("x".repeat(100))).block(PATIENCE);
        assertThat(gauge("backlog.size", "tier-1")).isGreaterThan(100);

        gate.tryEmitEmpty();
        cache.settled().block(PATIENCE);
        assertThat(gauge("backlog.size", "tier-1")).isZero();
        assertThat(gauge("backlog", "tier-1")).isZero();
        assertThat(registry.get(TIER + "lag").tag("tier", "tier-1").timeGauge().value(TimeUnit.SECONDS))
                .isZero();
        assertThat(counter(TIER + "written", "tier", "tier-1")).isEqualTo(100);
    }

    private double counter(String name, String tag, String value) {
        return registry.get(name).tag(tag, value).functionCounter().count();
    }

    private double gauge(String name, String tier) {
        return registry.get(TIER + name).tag("tier", tier).gauge().value();
    }
}
