package io.reactivestore.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.reactivestore.cache.CacheStats;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.cache.TierStats;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Meters of a {@link CacheStore}: what {@link CacheStore#stats()} tells, asked when a registry collects. They cost the cache nothing in
 * between. A registry holds the cache weakly.
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><th>name</th><th>what</th><th>tags</th></tr>
 *   <tr><td>{@code cache.gets}</td><td>requests</td><td>{@code result}: hit, miss</td></tr>
 *   <tr><td>{@code cache.evictions}</td><td>copies removed to make room</td><td></td></tr>
 *   <tr><td>{@code reactivestore.cache.loads}</td><td>reads of the source</td><td>{@code outcome}: success, failure</td></tr>
 *   <tr><td>{@code reactivestore.cache.shed}</td><td>copies not kept because a tier could not keep up</td><td></td></tr>
 *   <tr><td>{@code reactivestore.cache.corrupt}</td><td>copies found damaged</td><td></td></tr>
 *   <tr><td>{@code reactivestore.cache.tier.failures}</td><td>what a tier failed at</td><td></td></tr>
 *   <tr><td>{@code reactivestore.cache.tier.fills}</td><td>copies written or not worth it</td><td>{@code tier}, {@code
 *       outcome}: admitted, refused</td></tr>
 *   <tr><td>{@code reactivestore.cache.tier.written}</td><td>bytes written</td><td>{@code tier}</td></tr>
 *   <tr><td>{@code reactivestore.cache.tier.uses}</td><td>uses told to a tier</td><td>{@code tier}, {@code applied}: true,
 *       false</td></tr>
 *   <tr><td>{@code reactivestore.cache.tier.stalled}</td><td>reads that a caller's thread has waited for</td><td>{@code tier}</td></tr>
 *   <tr><td>{@code reactivestore.cache.tier.backlog}</td><td>events to be done</td><td>{@code tier}</td></tr>
 *   <tr><td>{@code reactivestore.cache.tier.backlog.size}</td><td>bytes to be written</td><td>{@code tier}</td></tr>
 *   <tr><td>{@code reactivestore.cache.tier.lag}</td><td>since when the oldest event waits</td><td>{@code tier}</td></tr>
 * </table>
 */
public final class CacheMeters implements MeterBinder {

    private static final String PREFIX = "reactivestore.cache.";
    private static final String BYTES = "bytes";

    private final CacheStore cache;
    private final Tags tags;

    /**
     * Of a cache.
     *
     * @param name the value of the tag {@code cache}, which all meters have
     */
    public CacheMeters(CacheStore cache, String name) {
        this.cache = Objects.requireNonNull(cache, "cache");
        this.tags = Tags.of("cache", Objects.requireNonNull(name, "name"));
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        count(registry, "cache.gets", tags.and("result", "hit"), CacheStats::hits);
        count(registry, "cache.gets", tags.and("result", "miss"), CacheStats::misses);
        count(registry, "cache.evictions", tags, CacheStats::evictions);
        count(
                registry,
                PREFIX + "loads",
                tags.and("outcome", "success"),
                stats -> stats.loads() - stats.loadFailures());
        count(registry, PREFIX + "loads", tags.and("outcome", "failure"), CacheStats::loadFailures);
        count(registry, PREFIX + "shed", tags, CacheStats::shed);
        count(registry, PREFIX + "corrupt", tags, CacheStats::corrupt);
        count(registry, PREFIX + "tier.failures", tags, CacheStats::tierFailures);
        cache.stats().tiers().keySet().forEach(tier -> bindTier(registry, tier));
    }

    private void bindTier(MeterRegistry registry, String tier) {
        String prefix = PREFIX + "tier.";
        Tags tagged = tags.and("tier", tier);
        countTier(registry, prefix + "fills", tier, Tag.of("outcome", "admitted"), TierStats::admitted);
        countTier(registry, prefix + "fills", tier, Tag.of("outcome", "refused"), TierStats::refused);
        countTier(registry, prefix + "uses", tier, Tag.of("applied", "true"), TierStats::usesApplied);
        countTier(
                registry,
                prefix + "uses",
                tier,
                Tag.of("applied", "false"),
                tierStats -> tierStats.uses() - tierStats.usesApplied());
        FunctionCounter.builder(prefix + "written", cache, of(tier, TierStats::writtenBytes))
                .tags(tagged)
                .baseUnit(BYTES)
                .register(registry);
        FunctionCounter.builder(prefix + "stalled", cache, of(tier, TierStats::stalledReads))
                .tags(tagged)
                .register(registry);
        Gauge.builder(prefix + "backlog", cache, of(tier, TierStats::backlogEvents))
                .tags(tagged)
                .register(registry);
        Gauge.builder(prefix + "backlog.size", cache, of(tier, TierStats::backlogBytes))
                .tags(tagged)
                .baseUnit(BYTES)
                .register(registry);
        TimeGauge.builder(
                        prefix + "lag",
                        cache,
                        TimeUnit.NANOSECONDS,
                        of(tier, stats -> stats.lag().toNanos()))
                .tags(tagged)
                .register(registry);
    }

    private void countTier(
            MeterRegistry registry, String name, String tier, Tag tag, ToDoubleFunction<TierStats> value) {
        FunctionCounter.builder(name, cache, of(tier, value))
                .tags(tags.and("tier", tier).and(tag))
                .register(registry);
    }

    private void count(MeterRegistry registry, String name, Tags tagged, ToDoubleFunction<CacheStats> value) {
        FunctionCounter.builder(name, cache, counted -> value.applyAsDouble(counted.stats()))
                .tags(tagged)
                .register(registry);
    }

    private static ToDoubleFunction<CacheStore> of(String tier, ToDoubleFunction<TierStats> value) {
        return cache -> value.applyAsDouble(cache.stats().tier(tier));
    }
}
