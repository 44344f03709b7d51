package io.reactivestore.cache;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.Keys;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.CacheStoreBuilder.Settings;
import io.reactivestore.cache.Invalidation.Event;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.internal.Arguments;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A store that keeps copies of another one, the source, in memory, on disk and in further stores.
 *
 * <p>After a write through it is acknowledged, no read through it returns older bytes. What others write to the source is seen when a
 * copy reaches {@code maxAge}; without one, never: set it unless nobody else writes there.
 *
 * <p>Objects of at most {@code maxEntryBytes} are kept whole when they are read; of larger ones, and of those of which a part is read,
 * memory keeps the blocks that are read ({@link BlocksSpec}), and without blocks nothing. Listings, head and exists ask the source, unless {@link FreshnessSpec#heads} or {@link
 * FreshnessSpec#listings} are kept. Many readers of one key share one load; one that leaves hurts nobody. Waiters of a load are told on
 * the runtime's delivery scheduler. A hit in memory arrives on the caller's thread, and so does one on disk of an object of up to 1 MiB that
 * lies in the page cache.
 * Each reader keeps its Context; a load runs under none of theirs ({@link LoadListener}).
 *
 * <p>The source and other stores passed in are opened, but not closed.
 */
public final class CacheStore implements Store {

    private final Store source;
    private final CacheParts parts;

    CacheStore(
            Store source,
            Settings settings,
            StoreRuntime runtime,
            @Nullable Invalidation invalidation,
            @Nullable LoadListener loads) {
        this.source = source;
        this.parts = new CacheParts(source, settings, runtime, invalidation, loads);
    }

    /** Starts the settings of a cache before a source. */
    public static CacheStoreBuilder builder(Store source) {
        return new CacheStoreBuilder(source);
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        Keys.requireKey("get", key);
        Keys.requireNonNull("get", "options", options);
        return parts.reads.get(key, options);
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        Keys.requireKey("getRanges", key);
        return parts.reads.getRanges(key, Arguments.requireRanges(ranges, options), options);
    }

    @Override
    public Mono<ObjectInfo> head(String key, ReadOptions options) {
        Keys.requireKey("head", key);
        Keys.requireNonNull("head", "options", options);
        return parts.heads.head(key, options);
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        Keys.requireKey("put", key);
        Keys.requireNonNull("put", "content", content);
        Keys.requireNonNull("put", "options", options);
        return announced(parts.writes.put(key, content, options), new Event.KeyChanged(key));
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        Keys.requireKey("delete", key);
        Keys.requireNonNull("delete", "options", options);
        return announced(parts.writes.delete(key, options), new Event.KeyChanged(key));
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        Keys.requireNonNull("deleteAll", "keys", keys);
        return parts.writes.deleteAll(keys, key -> parts.announce(new Event.KeyChanged(key)));
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        Keys.requirePrefix("deletePrefix", prefix);
        return announced(parts.writes.deletePrefix(prefix), new Event.PrefixChanged(prefix));
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        Keys.requireNonNull("list", "options", options);
        return parts.listings.list(options);
    }

    @Override
    public Flux<ListEntry> listDirectory(String prefix) {
        Keys.requirePrefix("listDirectory", prefix);
        return parts.listings.listDirectory(prefix);
    }

    @Override
    public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        Arguments.requireCopy(from, to, options);
        return announced(parts.writes.copy(from, to, options), new Event.KeyChanged(to));
    }

    @Override
    public StoreCapabilities capabilities() {
        return source.capabilities();
    }

    /** Opens the source and the tiers. The first operation opens the source alone: it does not wait for a tier. */
    @Override
    public Mono<Void> open() {
        return parts.lifecycle.open().then(parts.tiersOpened());
    }

    @Override
    public Mono<Void> close() {
        return parts.lifecycle.close();
    }

    /** Drops every copy. The counters and the source stay as they are; nothing is touched but what this cache keeps. */
    public Mono<Void> clearCache() {
        return invalidatePrefix("").then(settled());
    }

    /** Drops the copies of a key, because it was written past this store. */
    public Mono<Void> invalidate(String key) {
        Keys.requireKey("invalidate", key);
        return parts.writes.ready("invalidate", key).then(Mono.defer(() -> parts.removals.drop(key)));
    }

    /** Drops the copies of every key with a prefix. */
    public Mono<Void> invalidatePrefix(String prefix) {
        Keys.requirePrefix("invalidatePrefix", prefix);
        return parts.writes.ready("invalidatePrefix", prefix).then(Mono.defer(() -> parts.removals.dropPrefix(prefix)));
    }

    /** {@link #warm(Publisher, int)}, 16 at a time. */
    public Flux<WarmResult> warm(Publisher<String> keys) {
        return warm(keys, 16);
    }

    /**
     * Loads objects that will be read, so that they are here by then: what has no copy in any tier comes from the source, as by a read
     * that nobody waits for. Not counted as requests.
     *
     * @param keys their keys; an error of this publisher ends the result
     * @param concurrency how many to load at once
     * @return a result for each key, as they are done; one that fails does not end it, and neither does a malformed key
     * @demand keys are asked for as their results are taken, at most {@code concurrency} ahead
     * @cancel gives up the loads that nobody else waits for
     */
    public Flux<WarmResult> warm(Publisher<String> keys, int concurrency) {
        Keys.requireNonNull("warm", "keys", keys);
        if (concurrency < 1) {
            throw new IllegalArgumentException("warm: need a concurrency of 1 or more, was " + concurrency);
        }
        return parts.warming.warm(keys, concurrency);
    }

    /**
     * Reads every copy below memory and compares it with what was written, so that damage is found before a reader meets it. A damaged
     * copy is dropped and counted as {@link CacheStats#corrupt}; the next read of its key loads it anew. Copies that come or go meanwhile
     * are not damage. Memory is not looked through: what is there was checked when it came, and nobody else can have changed it.
     *
     * <p>It begins when what was begun behind the callers before has ended, and reads one copy at a time on I/O threads, when there is
     * room for it beside what readers load: they go on. All that lies there is read, so the quiet hours are the time for it. A copy that
     * somebody else has put into a store has nothing to be compared with, it is only read. Of a shared tier the copies of this cache are
     * looked through.
     *
     * @return what was found in each tier, in their order, as it is done; of one that is off, only that
     * @fails {@link StoreClosedException} if the cache is closed before the end. A tier in trouble is no failure
     * @cancel ends it; the copy that is being read is read to its end
     */
    public Flux<TierCheck> verify() {
        return parts.verify();
    }

    /**
     * Completes when everything that was begun behind the callers before has ended: fills, deletes and book-keeping of the tiers. A
     * delete that failed and waits to be tried again is not waited for.
     */
    public Mono<Void> settled() {
        return parts.settled();
    }

    /** Facts about this cache and its tiers, after what was queued in their books before. */
    public Mono<CacheInfo> info() {
        return parts.lifecycle.whenOpen("info", null, parts::info);
    }

    /** What it has done since it was built. */
    public CacheStats stats() {
        return parts.stats();
    }

    /** Loads, blocks and bytes that are on their way into the cache: none when nobody waits for anything. */
    long underWay() {
        BlockLoads blocks = parts.blocks;
        return parts.flights.underWay() + parts.budget.taken() + (blocks == null ? 0 : blocks.underWay());
    }

    /** Copies that a tier failed to take. */
    long failedFills() {
        return parts.stats.failedFills.sum();
    }

    /** However it ends: what went unanswered may have been applied. */
    private <T> Mono<T> announced(Mono<T> mutation, Event event) {
        Runnable announce = () -> parts.announce(event);
        return mutation.doOnTerminate(announce).doOnCancel(announce);
    }

    @Override
    public String toString() {
        return "CacheStore[" + parts.settings + "; " + parts.sizes() + "]";
    }
}
