package io.reactivestore.cache.writeback;

import io.reactivestore.Attributes;
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
import io.reactivestore.cache.writeback.InnerWrites.Flushed;
import io.reactivestore.cache.writeback.InnerWrites.Turn;
import io.reactivestore.cache.writeback.WriteBackStoreBuilder.Settings;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.internal.Arguments;
import io.reactivestore.internal.BulkDelete;
import io.reactivestore.internal.Contents;
import io.reactivestore.internal.Directory;
import io.reactivestore.internal.Lifecycle;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A store that acknowledges puts and deletes in memory and writes them to another store later: when {@link #flush()} is called, when
 * they grow too many, too large or too old, and when it is closed. Reads and listings see them at once.
 *
 * <p>What is not flushed is lost with the process, unless there is a {@linkplain WriteBackStoreBuilder#journal journal}. Nobody else may
 * write to the inner store. Reads never wait for a flush; a put or delete waits only when a limit is reached, until something was
 * flushed, and for the journal.
 *
 * <p>Conditional and encrypted puts, conditional deletes and copies flush their keys and go to the inner store. A put answers with an
 * etag of this store's own, which reads give too until the write is flushed; then they give that of the inner store. Conditions
 * understand the former as long as the copy is held.
 *
 * <p>One attempt per key is under way at a time. One that ends without an answer leaves its key in doubt: the entry stays dirty, and the
 * next write of that key to the inner store waits until the former can no longer be applied ({@link WriteBackStoreBuilder#inDoubt}).
 *
 * <p>Listings need an inner store that lists in UTF-8 order; before another one they fail with {@link StoreUnsupportedException}.
 */
public final class WriteBackStore implements Store {
    /*
     * How it works. Writes go through Room and Journal into Table and are acknowledged. InnerWrites takes them from the table to the
     * inner store, each behind the gate of its key (Gates): for a Flush, for Room when it needs room, or before a conditional write. Reads
     * ask the table, then the inner store (TableReads); Merge lays a snapshot of the table over a listing. Clearing shuts all gates.
     * Handover opens with what a former process has left in the journal, and closes.
     *
     * All state is in these parts; each opens with its own. Locks are taken in the order Clearing, then Table, Gates or GroupCommit; none
     * is held while anything else is called.
     */

    private static final int SCAN_CONCURRENCY = 8;

    /** So many deletes go into the journal together, which is then forced once for all of them. */
    private static final int DELETE_CONCURRENCY = 64;

    private final Store inner;
    private final Settings settings;
    private final StoreRuntime runtime;
    private final Table table;
    private final Gates gates;
    private final InnerWrites writes;
    private final Room room;
    private final Clearing clearing;
    private final TableReads reads;
    private final Lifecycle lifecycle;

    /** The inner store as readers see it: its open bodies end when this store is closed. */
    private final Store readable;

    /** Makes etags of two stores differ. */
    private final String etagPrefix;

    private final AtomicLong etags = new AtomicLong();

    /** What a put that is too long is told. */
    private final String entryLimit;

    WriteBackStore(Store inner, Settings settings, StoreRuntime runtime) {
        this.inner = inner;
        this.settings = settings;
        this.runtime = runtime;
        this.table = new Table(
                new Limits(settings.maxDirtyBytes(), settings.maxBytes(), settings.maxEntries()), settings.budget());
        this.gates = new Gates(runtime, settings.inDoubt());
        JournalSettings journaled = settings.journal();
        Journal journal = journaled == null
                ? new NoJournal(table, runtime)
                : new FileJournal(journaled, table, runtime, this::arrived);
        this.writes = new InnerWrites(
                inner, table, gates, journal, runtime, settings.writeTimeout(), settings.inDoubt(), this::acknowledged);
        this.room = new Room(
                table,
                writes,
                journal,
                runtime,
                settings.flushConcurrency(),
                settings.maxDirtyAge(),
                settings.budget());
        this.clearing = new Clearing(inner, table, gates, journal, runtime, settings.inDoubt(), room::changed);
        this.readable = new ForwardingStore(inner) {};
        this.entryLimit = "maxEntryBytes, " + settings.maxEntryBytes() + "; putInner takes it";
        this.reads = new TableReads(table, readable);
        Handover handover = new Handover(inner, table, gates, journal, clearing, room, runtime);
        this.lifecycle = new Lifecycle(handover::open, () -> handover.close(this::flushAll));
        this.etagPrefix = "wb-" + Long.toHexString(runtime.random().nextLong()) + "-";
    }

    /**
     * A store before another one.
     *
     * @param inner gets the writes; must be able to write and delete; nobody else writes to it; not closed by this store
     */
    public static WriteBackStoreBuilder builder(Store inner) {
        return new WriteBackStoreBuilder(inner);
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        Keys.requireKey("get", key);
        Keys.requireNonNull("get", "options", options);
        return lifecycle.whenOpen("get", key, () -> reads.get(key, options, lifecycle));
    }

    /** As {@link Store#getBytes}, without an object around the bytes. */
    @Override
    public Mono<ByteBuffer> getBytes(String key) {
        return getBytes(key, bytes -> bytes);
    }

    /**
     * What is made of the bytes of an object, as by {@code getBytes(key).map(make)}, with one operator less where the object is held.
     *
     * @param make is called on the thread that answers, and does not block; what it throws is the error of the read
     */
    public <T> Mono<T> getBytes(String key, Function<ByteBuffer, T> make) {
        Keys.requireKey("getBytes", key);
        Keys.requireNonNull("getBytes", "make", make);
        return lifecycle.whenOpen("get", key, () -> reads.getBytes(key, lifecycle, make));
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        Keys.requireKey("getRanges", key);
        List<ByteRange> wanted = Arguments.requireRanges(ranges, options);
        return lifecycle.whenOpenMany("getRanges", key, () -> reads.getRanges(key, wanted, options));
    }

    @Override
    public Mono<ObjectInfo> head(String key, ReadOptions options) {
        Keys.requireKey("head", key);
        Keys.requireNonNull("head", "options", options);
        return lifecycle.whenOpen("head", key, () -> reads.head(key, options));
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        return put(key, content, options, null);
    }

    /**
     * Writes an object and keeps where the write came from.
     *
     * @param context comes back when the write is flushed; dropped if the write goes to the inner store at once
     * @return the facts, with an etag of this store's own
     * @fails as {@link Store#put}; {@link io.reactivestore.error.StoreRejectedException} if the content is longer than {@code
     *     maxEntryBytes}
     * @cancel while it waits for room it leaves no trace; on its way into the journal it is written all the same
     */
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options, @Nullable RecordContext context) {
        Keys.requireKey("put", key);
        Keys.requireNonNull("put", "content", content);
        Keys.requireNonNull("put", "options", options);
        if (options.isConditional() || options.encryption() != null) {
            return lifecycle.whenOpen("put", key, () -> {
                requireAbsent("put", key, options);
                return past("put", key, options.ifMatch(), etag -> inner.put(key, content, withIfMatch(options, etag)));
            });
        }
        return lifecycle.whenOpen("put", key, () -> {
            ByteBuffer held = content.inMemory();
            return held != null && held.remaining() <= settings.maxEntryBytes()
                    ? take(key, held, options, context)
                    : Contents.collect("put", key, content, runtime, settings.maxEntryBytes(), entryLimit)
                            .flatMap(value -> take(key, value, options, context));
        });
    }

    /**
     * Writes bytes, as a put without options does, and tells no facts.
     *
     * @param value taken over: nobody changes it any more, nor moves it
     * @param context comes back when the write is flushed
     * @fails as {@link #put(String, Content, WriteOptions, RecordContext)}
     * @cancel as that
     */
    public Mono<Void> putBytes(String key, ByteBuffer value, @Nullable RecordContext context) {
        Keys.requireKey("putBytes", key);
        Keys.requireNonNull("putBytes", "value", value);
        if (value.remaining() > settings.maxEntryBytes()) {
            return put(key, Content.wrap(value), WriteOptions.defaults(), context)
                    .then(); // which refuses it
        }
        ByteBuffer held = value.isReadOnly() && value.position() == 0
                ? value
                : value.slice().asReadOnlyBuffer();
        return lifecycle.whenOpen(
                "put", key, () -> room.take(write(key, held, WriteOptions.defaults(), context), null));
    }

    private Mono<ObjectInfo> take(String key, ByteBuffer value, WriteOptions options, @Nullable RecordContext context) {
        Entry write = write(key, value, options, context);
        return room.take(write, write.info());
    }

    private Entry write(String key, ByteBuffer value, WriteOptions options, @Nullable RecordContext context) {
        Attributes given = capabilities().attributes() ? options.attributes() : null;
        return Entry.put(
                key,
                value,
                etagPrefix,
                etags.incrementAndGet(),
                runtime.clock().millis(),
                given == null ? Attributes.none() : given,
                options,
                context);
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        Keys.requireKey("delete", key);
        Keys.requireNonNull("delete", "options", options);
        if (options.ifMatch() == null && options.version() == null) {
            return delete(key, (RecordContext) null);
        }
        if (options.version() != null && !capabilities().versions()) {
            return lifecycle.whenOpen("delete", key, () -> inner.delete(key, options)); // which refuses it
        }
        return lifecycle.whenOpen(
                "delete",
                key,
                () -> past("delete", key, options.ifMatch(), etag -> inner.delete(key, withIfMatch(options, etag))));
    }

    /**
     * Deletes an object and keeps where the delete came from.
     *
     * @param context comes back when the delete is flushed
     * @cancel while it waits for room it leaves no trace
     */
    public Mono<Void> delete(String key, @Nullable RecordContext context) {
        Keys.requireKey("delete", key);
        return lifecycle.whenOpen("delete", key, () -> room.take(Entry.tombstone(key, context), null));
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        Keys.requireNonNull("deleteAll", "keys", keys);
        return lifecycle.whenOpenMany(
                "deleteAll",
                null,
                () -> BulkDelete.each(keys, DELETE_CONCURRENCY, key -> delete(key, DeleteOptions.defaults())));
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        Keys.requirePrefix("deletePrefix", prefix);
        return lifecycle.whenOpen(
                "deletePrefix",
                prefix,
                () -> merge("deletePrefix", ListOptions.prefix(prefix))
                        .list()
                        .flatMap(info -> delete(info.key()).thenReturn(info), DELETE_CONCURRENCY, 1)
                        .count());
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        Keys.requireNonNull("list", "options", options);
        return lifecycle.whenOpenMany(
                "list", options.prefix(), () -> merge("list", options).list());
    }

    @Override
    public Flux<ListEntry> listDirectory(String prefix) {
        Keys.requirePrefix("listDirectory", prefix);
        return lifecycle.whenOpenMany(
                "listDirectory",
                prefix,
                () -> Directory.list(
                        prefix, options -> merge("listDirectory", options).list()));
    }

    /**
     * Reads a range of keys with their values: what is not yet flushed, as of the subscription, over what the inner store has.
     *
     * @param options prefix and bounds
     * @return objects in UTF-8 order, each key once; one that vanishes before its value is read is left out
     * @fails as {@link #list}; {@link io.reactivestore.error.StoreRejectedException} for a value of the inner store above 16 MiB
     * @demand the inner store is listed as the objects are consumed; at most 8 values are read ahead
     */
    public Flux<ScannedObject> scan(ListOptions options) {
        Keys.requireNonNull("scan", "options", options);
        return lifecycle.whenOpenMany(
                "scan", options.prefix(), () -> merge("scan", options).scan(SCAN_CONCURRENCY));
    }

    @Override
    public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        Arguments.requireCopy(from, to, options);
        return lifecycle.whenOpen("copy", from, () -> {
            requireAbsent("copy", to, options);
            return flushOne(from)
                    .then(past(
                            "copy", to, options.ifMatch(), etag -> inner.copy(from, to, withIfMatch(options, etag))));
        });
    }

    /**
     * Writes everything to the inner store that was acknowledged before the subscription.
     *
     * @return each entry after the inner store acknowledged it, in the order in which they were last written; what another flush wrote
     *     meanwhile is not told
     * @fails with the first failure, the others suppressed in it, after all other entries were written; those that failed stay dirty
     * @demand no more writes are under way than were asked for, nor more than {@code flushConcurrency}
     * @cancel cancels the writes that are under way and leaves their keys in doubt; nothing is lost
     */
    public Flux<DirtyEntry> flush() {
        return flush("flush", false).map(flushed -> flushed.write().toDirtyEntry());
    }

    /** As {@link #flush()}, with the value that each entry replaced, read from the inner store right before. */
    public Flux<FlushedEntry> flushWithOld() {
        return flush("flushWithOld", true).map(Flushed::toFlushedEntry);
    }

    /**
     * Writes an object to the inner store at once, after what is under way for its key. A value of the key that is not yet flushed keeps
     * winning, and will be written over this one.
     *
     * @return the inner store's facts
     * @fails as {@link Store#put} of the inner store
     */
    public Mono<ObjectInfo> putInner(String key, Content content, WriteOptions options) {
        Keys.requireKey("putInner", key);
        Keys.requireNonNull("putInner", "content", content);
        Keys.requireNonNull("putInner", "options", options);
        return lifecycle.whenOpen(
                "putInner", key, () -> changing(writes.past("putInner", key, () -> inner.put(key, content, options))));
    }

    /** Deletes an object from the inner store at once, as {@link #putInner} writes one. */
    public Mono<Void> deleteInner(String key) {
        Keys.requireKey("deleteInner", key);
        return lifecycle.whenOpen(
                "deleteInner",
                key,
                () -> changing(writes.past("deleteInner", key, () -> inner.delete(key, DeleteOptions.defaults()))));
    }

    /**
     * Forgets what is not yet flushed and empties the inner store. From the subscription on, or with a journal from when that is noted
     * there, nothing of before is seen any more; what is written meanwhile is kept, and flushed after it.
     *
     * @return completes when the inner store is empty
     * @fails with the inner store's error; the store goes on trying to empty it, and flushes nothing before that. If the journal cannot
     *     be written, nothing has changed
     * @cancel ends an attempt under way, if nobody else waits for it; the store goes on trying
     */
    public Mono<Void> clear() {
        return lifecycle.whenOpen("clear", null, clearing::clear);
    }

    /** What it holds and has done. */
    public WriteBackStats stats() {
        return table.stats(room.waitingCount(), gates.keysInDoubt());
    }

    @Override
    public StoreCapabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public Mono<Void> open() {
        return lifecycle.open();
    }

    /**
     * Closes this store and not the inner one, after everything was flushed.
     *
     * @fails {@link StoreUnavailableException} if something could not be flushed; it is lost, or stays in the journal for the next
     *     opening
     */
    @Override
    public Mono<Void> close() {
        return lifecycle.close();
    }

    @Override
    public String toString() {
        return "WriteBackStore[" + inner + ", " + settings + "]";
    }

    private Mono<Void> flushAll() {
        return readable.close()
                .thenMany(new Flush(table, writes, settings.flushConcurrency(), false))
                .then();
    }

    private Merge merge(String operation, ListOptions options) {
        if (inner.capabilities().listOrder() != StoreCapabilities.ListOrder.UTF8) {
            throw new StoreUnsupportedException(
                    operation,
                    options.prefix(),
                    "the inner store does not list in UTF-8 order, so that nothing can be merged over its listing",
                    null);
        }
        return new Merge(readable, table.snapshot(), options);
    }

    private Flux<Flushed> flush(String operation, boolean withOld) {
        Flux<Flushed> flush = new Flush(table, writes, settings.flushConcurrency(), withOld);
        return lifecycle.whenOpenMany(operation, null, () -> flush);
    }

    private Mono<Flushed> flushOne(String key) {
        return Mono.defer(() -> writes.flush(Turn.ofUpTo(key, table.latest()), false));
    }

    /** Flushes a key, then writes to the inner store; a condition on an etag of our own becomes one on that of the inner store. */
    private <T> Mono<T> past(
            String operation, String key, @Nullable String ifMatch, Function<@Nullable String, Mono<T>> send) {
        return Mono.defer(() -> {
            String before = ifMatch == null ? "" : table.innerEtag(key, ifMatch);
            return flushOne(key)
                    .map(flushed -> flushed.innerEtag(before))
                    .defaultIfEmpty(before)
                    .flatMap(etag -> changing(writes.past(
                            operation, key, () -> send.apply(ifMatch == null ? null : table.innerEtag(key, etag)))));
        });
    }

    private void acknowledged() {
        room.pumpIfWanted();
    }

    private void arrived() {
        room.arrived();
    }

    /** A clean copy may go. */
    private <T> Mono<T> changing(Mono<T> write) {
        return write.doFinally(end -> room.changed());
    }

    /** What the table knows to be there needs no flush to be refused. */
    private void requireAbsent(String operation, String key, WriteOptions options) {
        if (options.ifAbsent() && table.isHeld(key)) {
            throw new PreconditionFailedException(operation, key, "there is an object already", null);
        }
    }

    private static WriteOptions withIfMatch(WriteOptions options, @Nullable String etag) {
        return etag == null ? options : options.withIfMatch(etag);
    }

    private static DeleteOptions withIfMatch(DeleteOptions options, @Nullable String etag) {
        return etag == null ? options : options.withIfMatch(etag);
    }
}
