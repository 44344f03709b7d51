package io.reactivestore.cache.window;

import io.reactivestore.Content;
import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import io.reactivestore.Store;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.writeback.DirtyEntry;
import io.reactivestore.cache.writeback.RecordContext;
import io.reactivestore.cache.writeback.WriteBackStore;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.internal.Buffers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Windowed values in a store, behind a {@link WriteBackStore}: writes are acknowledged in memory and reach the inner store when they
 * are flushed, reads see them at once. Bytes are laid out as {@link WindowKeySchema} says; in the inner store each value is one object,
 * whose keys are in the order of the store keys.
 *
 * <p>Reads of several windows give each at most once, in ascending order of the store keys as unsigned bytes. They see every write that
 * was acknowledged before they were subscribed to, or a later one of the same window.
 *
 * <p>With a {@linkplain CachingWindowStoreBuilder#retention retention}, windows that are too old are left out of reads, and writes to
 * them are ignored. The time is the latest start of a window that was written through this store, and starts anew with it.
 *
 * <p>Nobody else may write to the inner store, and nothing else lies in it; where it is shared, a {@link
 * io.reactivestore.decorate.PrefixedStore} cuts off a part. Its prefix makes the longest record key shorter.
 */
public final class CachingWindowStore {

    /** The longest record key, in bytes. */
    public static final int MAX_KEY_BYTES = OrderedKeys.MAX_BYTES - WindowKeySchema.WINDOW_BYTES;

    private static final int READ_CONCURRENCY = 8;
    private static final int DELETE_CONCURRENCY = 8;

    private final WriteBackStore store;
    private final Retention retention;

    CachingWindowStore(WriteBackStore store, Retention retention) {
        this.store = store;
        this.retention = retention;
    }

    /**
     * A window store before another store.
     *
     * @param inner gets the writes; must be able to write and delete, and list in UTF-8 order; not closed by this store
     */
    public static CachingWindowStoreBuilder builder(Store inner) {
        return new CachingWindowStoreBuilder(inner);
    }

    /** As {@link #put(WindowedKey, ByteBuffer, long, RecordContext)} at the time of the context. */
    public Mono<Void> put(WindowedKey key, ByteBuffer value, RecordContext context) {
        Keys.requireNonNull("put", "context", context);
        return put(key, value, context.timestamp(), context);
    }

    /**
     * Writes a value.
     *
     * @param key its start is not negative
     * @param value copied now
     * @param recordTimestamp the time to keep with the value
     * @param context comes back when the write is flushed
     * @return completes when the value is held; at once if the window is too old
     */
    public Mono<Void> put(WindowedKey key, ByteBuffer value, long recordTimestamp, RecordContext context) {
        String storeKey = writtenKey("put", key);
        ByteBuffer wrapped = wrapped("put", value, recordTimestamp);
        Keys.requireNonNull("put", "context", context);
        return writing(key, store.putBytes(storeKey, wrapped, context));
    }

    /**
     * Deletes a value. An absent one is fine.
     *
     * @param key its start is not negative
     * @param context comes back when the delete is flushed
     * @return completes when the delete is held; at once if the window is too old
     */
    public Mono<Void> delete(WindowedKey key, RecordContext context) {
        String storeKey = writtenKey("delete", key);
        Keys.requireNonNull("delete", "context", context);
        return writing(key, store.delete(storeKey, context));
    }

    /** Reads a value; empty when there is none, or its window is too old. */
    public Mono<WindowedEntry> get(WindowedKey key) {
        Keys.requireNonNull("get", "key", key);
        byte[] storeKey = storeKey("get", key);
        Mono<WindowedEntry> read = read(OrderedKeys.encode(storeKey), storeKey);
        return retention.isForEver()
                ? read
                : Mono.defer(() -> retention.isLive(key.windowStart()) ? read : Mono.empty());
    }

    /**
     * Reads the windows of a record key.
     *
     * @param key the record key
     * @param from the first start; a negative one counts as 0
     * @param to the last start, included; less than {@code from}: no windows
     * @return entries by start, then by seq
     * @demand what the inner store has is listed as it is consumed, and at most 8 values are read ahead
     */
    public Flux<WindowedEntry> fetch(ByteBuffer key, long from, long to) {
        Keys.requireNonNull("fetch", "key", key);
        WindowedKey first = new WindowedKey(key, Math.max(from, 0));
        byte[] lo = storeKey("fetch", first);
        if (first.windowStart() > to) {
            return Flux.empty();
        }
        byte[] hi = WindowKeySchema.storeKey(Buffers.bytes(key), to, Integer.MIN_VALUE);
        // In between lie windows of other keys too: all those whose record key begins with this one and goes on with
        // small bytes.
        return read(bounds(lo, hi), window -> window.hasKeyOf(first));
    }

    /**
     * Reads the windows of all record keys. Lists the whole store, since the start comes last in a store key, but reads only the values
     * that are wanted.
     *
     * @param from the first start; a negative one counts as 0
     * @param to the last start, included; less than {@code from}: no windows
     * @return entries by store key
     * @demand as {@link #fetch}
     */
    public Flux<WindowedEntry> fetchAll(long from, long to) {
        return read(ListOptions.defaults(), window -> window.windowStart() >= from && window.windowStart() <= to);
    }

    /**
     * Reads a range of store keys.
     *
     * @param lo the first one
     * @param hi the end, not included; not greater than {@code lo}: no windows
     * @return entries by store key
     * @demand as {@link #fetch}
     */
    public Flux<WindowedEntry> range(ByteBuffer lo, ByteBuffer hi) {
        Keys.requireNonNull("range", "lo", lo);
        Keys.requireNonNull("range", "hi", hi);
        byte[] first = shortBytes("range", lo);
        byte[] end = shortBytes("range", hi);
        return Arrays.compareUnsigned(first, end) < 0 ? read(bounds(first, end), window -> true) : Flux.empty();
    }

    /**
     * Reads everything.
     *
     * @return entries by store key
     * @demand as {@link #fetch}
     */
    public Flux<WindowedEntry> all() {
        return read(ListOptions.defaults(), window -> true);
    }

    /**
     * Writes what is not yet flushed to the inner store, in the order in which it was last written, then deletes from there what is too
     * old, once per half of the retention, at most once a minute of the windows' time.
     *
     * @return each write after the inner store acknowledged it; windows that were too old meanwhile too
     * @fails as {@link WriteBackStore#flush()}; with the error of listing or deleting after all writes were told
     * @demand no more writes are under way than were asked for
     * @cancel as {@link WriteBackStore#flush()}
     */
    public Flux<DirtyWindow> flush() {
        return store.flush().map(CachingWindowStore::dirtyWindow).concatWith(sweep());
    }

    /** As {@link #flush()}, with the value that each write replaced, read from the inner store right before. */
    public Flux<FlushedWindow> flushWithOld() {
        return store.flushWithOld()
                .map(flushed -> {
                    DirtyWindow window = dirtyWindow(flushed.entry());
                    ByteBuffer old = flushed.old();
                    return new FlushedWindow(
                            window, old == null ? null : entry(window.key().toStoreKey(), old));
                })
                .concatWith(sweep());
    }

    /**
     * Writes a value to the inner store at once, such as when it is restored from a log. A write of the same window that is not yet
     * flushed keeps winning.
     *
     * @param key its start is not negative
     * @param value copied now
     * @param recordTimestamp the time to keep with the value
     */
    public Mono<Void> putInner(WindowedKey key, ByteBuffer value, long recordTimestamp) {
        String storeKey = writtenKey("putInner", key);
        Content content = Content.wrap(wrapped("putInner", value, recordTimestamp));
        return writing(
                key, store.putInner(storeKey, content, WriteOptions.defaults()).then());
    }

    /** Deletes a value from the inner store at once, as {@link #putInner} writes one. */
    public Mono<Void> deleteInner(WindowedKey key) {
        return writing(key, store.deleteInner(writtenKey("deleteInner", key)));
    }

    /** Forgets what is not yet flushed, empties the inner store, and starts the time anew, as {@link WriteBackStore#clear()}. */
    public Mono<Void> clear() {
        return Mono.defer(() -> {
            retention.forget();
            return store.clear();
        });
    }

    /** Opens the inner store. Implied by the first operation. */
    public Mono<Void> open() {
        return store.open();
    }

    /** Flushes everything and closes this store and not the inner one, as {@link WriteBackStore#close()}. */
    public Mono<Void> close() {
        return store.close();
    }

    @Override
    public String toString() {
        return "CachingWindowStore[" + store + ", retention=" + retention + "]";
    }

    /** A write, unless the window is too old. What was acknowledged moves the time on. */
    private Mono<Void> writing(WindowedKey key, Mono<Void> write) {
        if (retention.isForEver()) {
            return write;
        }
        return Mono.defer(() -> retention.isLive(key.windowStart())
                ? write.doOnSuccess(done -> retention.observe(key.windowStart()))
                : Mono.empty());
    }

    /**
     * The windows within the bounds that are wanted. Keys are listed, with what is not yet flushed, and only then are values read: most
     * of what lies between the windows of a key, or outside of a time, is never touched.
     */
    private Flux<WindowedEntry> read(ListOptions bounds, Predicate<WindowedKey> wanted) {
        return store.list(bounds)
                .map(info -> Found.of(info.key()))
                .filter(found -> retention.isLive(found.window.windowStart()) && wanted.test(found.window))
                .flatMapSequential(found -> read(found.key, found.window.toStoreKey()), READ_CONCURRENCY, 1);
    }

    private Mono<WindowedEntry> read(String key, byte[] storeKey) {
        return store.getBytes(key, wrapped -> entry(storeKey, wrapped));
    }

    /** Deletes from the inner store what is too old. What is not yet flushed comes after it, and goes with the next sweep. */
    private <T> Mono<T> sweep() {
        return Mono.defer(() -> {
            if (!retention.isSweepDue()) {
                return Mono.empty();
            }
            long now = retention.now();
            return store.list(ListOptions.defaults())
                    .map(info -> Found.of(info.key()))
                    .filter(found -> !retention.isLive(found.window.windowStart()))
                    .flatMap(found -> store.deleteInner(found.key), DELETE_CONCURRENCY, 1)
                    .then(Mono.fromRunnable(() -> retention.sweptAt(now)));
        });
    }

    private static DirtyWindow dirtyWindow(DirtyEntry dirty) {
        Found found = Found.of(dirty.key());
        ByteBuffer wrapped = dirty.value();
        return new DirtyWindow(
                found.window, wrapped == null ? null : entry(found.window.toStoreKey(), wrapped), dirty.context());
    }

    private static WindowedEntry entry(byte[] storeKey, ByteBuffer wrapped) {
        try {
            return new WindowedEntry(storeKey, wrapped);
        } catch (IllegalArgumentException e) {
            throw new StoreCorruptException(
                    "get", OrderedKeys.encode(storeKey), "the value has no record time before it", false, e);
        }
    }

    private static ListOptions bounds(byte[] lo, byte[] hi) {
        return ListOptions.defaults().withStartAfter(OrderedKeys.justBefore(lo)).withEndBefore(OrderedKeys.encode(hi));
    }

    private static String writtenKey(String operation, WindowedKey key) {
        Keys.requireNonNull(operation, "key", key);
        if (key.windowStart() < 0) {
            throw new IllegalArgumentException(
                    operation + ": the window starts at " + key.windowStart() + ", need 0 or more");
        }
        return OrderedKeys.encode(storeKey(operation, key));
    }

    private static ByteBuffer wrapped(String operation, ByteBuffer value, long recordTimestamp) {
        Keys.requireNonNull(operation, "value", value);
        return WindowKeySchema.wrap(recordTimestamp, value);
    }

    private static byte[] storeKey(String operation, WindowedKey key) {
        if (key.length() > MAX_KEY_BYTES) {
            throw new IllegalArgumentException(
                    operation + ": the record key has " + key.length() + " bytes, more than " + MAX_KEY_BYTES);
        }
        return key.toStoreKey();
    }

    private static byte[] shortBytes(String operation, ByteBuffer storeKey) {
        if (storeKey.remaining() > OrderedKeys.MAX_BYTES) {
            throw new IllegalArgumentException(operation + ": the store key has " + storeKey.remaining()
                    + " bytes, more than " + OrderedKeys.MAX_BYTES);
        }
        return Buffers.bytes(storeKey);
    }

    /** A key of the inner store and what it stands for. */
    private record Found(String key, WindowedKey window) {

        static Found of(String key) {
            byte[] storeKey = OrderedKeys.decode(key);
            if (storeKey == null) {
                throw notOurs(key, null);
            }
            try {
                WindowKeySchema.requireStoreKey(storeKey);
                return new Found(key, WindowKeySchema.windowedKey(storeKey));
            } catch (IllegalArgumentException e) {
                throw notOurs(key, e);
            }
        }

        private static StoreCorruptException notOurs(String key, @Nullable Exception cause) {
            return new StoreCorruptException("list", key, "the key is none of a window store", false, cause);
        }
    }
}
