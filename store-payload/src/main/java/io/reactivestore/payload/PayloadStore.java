package io.reactivestore.payload;

import io.reactivestore.Content;
import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.internal.Contents;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.payload.Halves.Half;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Payloads, each under the hash of the input that it was made from and with a hash of its own that every lookup checks.
 *
 * <p>An entry is two objects, {@code ab/ab12….payload} and {@code ab/ab12….meta.json}; either alone is a miss. A payload is written before its
 * metadata, and metadata is deleted before its payload is replaced or removed, so that a lookup at any moment, also after a crash, finds
 * the old entry, the new one or none. Of two writers of a key the last one wins; two processes that write one at the same moment may leave
 * none. Other objects of the store are let alone.
 *
 * <p>A write that has begun goes on to its end when its subscriber cancels. One whose answer was lost may still be applied after a later
 * write of the same key by the store below; a lookup then reports corruption, and persisting again heals it.
 *
 * <p>For files that are on the disk before a persist is answered, use a {@code LocalStore} built with {@code fsync(true)}; temp files that a
 * dead process left in one are removed when it is opened.
 */
public final class PayloadStore {
    /*
     * How it works. Writes of one key take turns (Turns); readers (PayloadReader) never wait. Sizes and the listeners are told what comes
     * and goes. An eviction (Evictor) lists what is there and removes the oldest.
     */

    private static final int ENTRY_CONCURRENCY = 16;

    private final Store store;
    private final long maxPayloadBytes;

    /** What a payload that is too long is told. */
    private final String payloadLimit;

    private final boolean dropCorrupt;
    private final StoreRuntime runtime;
    private final Lifecycle lifecycle;
    private final PayloadReader reader;
    private final Turns turns = new Turns();
    private final Sizes sizes = new Sizes();
    private final Evictor evictor;
    private final List<Changes> listeners = new CopyOnWriteArrayList<>();

    PayloadStore(Store store, long maxPayloadBytes, boolean dropCorrupt, StoreRuntime runtime) {
        this.store = store;
        this.maxPayloadBytes = maxPayloadBytes;
        this.payloadLimit = "maxPayloadBytes, " + maxPayloadBytes + " bytes";
        this.dropCorrupt = dropCorrupt;
        this.runtime = runtime;
        this.reader = new PayloadReader(store, maxPayloadBytes, runtime);
        this.evictor = new Evictor(store, turns, this::delete);
        this.lifecycle = new Lifecycle(store::open, Mono::empty);
    }

    /** Learns of entries that come and go. Called on any thread; must not block. */
    interface Changes {

        void persisted(PayloadKey key, PayloadMeta meta);

        void removed(PayloadKey key);
    }

    /**
     * Starts the settings of a payload store.
     *
     * @param store where the payloads are; may have other objects too; not closed by the payload store
     */
    public static PayloadStoreBuilder builder(Store store) {
        return new PayloadStoreBuilder(store);
    }

    /** {@link #persistWithUpstreams} of a payload that was made from no others. */
    public Mono<PayloadMeta> persist(PayloadKey key, Content payload, String toolKind, List<FileRoot> fileRoots) {
        return persistWithUpstreams(key, payload, toolKind, fileRoots, List.of());
    }

    /**
     * Writes a payload, in the place of an older one. Writing the same again makes it the youngest.
     *
     * @param toolKind what made it, free text
     * @param fileRoots the files it was made from
     * @param upstreamKeys the payloads it was made from
     * @return what was written
     * @fails {@link StoreRejectedException} if the payload is longer than {@code maxPayloadBytes}; then the old entry is untouched. Else as
     *     the store; then there is the old entry or none
     */
    public Mono<PayloadMeta> persistWithUpstreams(
            PayloadKey key, Content payload, String toolKind, List<FileRoot> fileRoots, List<PayloadKey> upstreamKeys) {
        Keys.requireNonNull("persist", "key", key);
        Keys.requireNonNull("persist", "payload", payload);
        // Checked and copied at the call.
        PayloadMeta given = new PayloadMeta("", 0, toolKind, fileRoots, upstreamKeys);
        return lifecycle.whenOpen(
                "persist",
                key.hex(),
                () -> Contents.collect("persist", key.hex(), payload, runtime, maxPayloadBytes, payloadLimit)
                        .flatMap(bytes -> Blake3Hash.of(bytes, runtime)
                                .map(hash -> new PayloadMeta(
                                        hash,
                                        bytes.remaining(),
                                        given.toolKind(),
                                        given.fileRoots(),
                                        given.upstreamKeys()))
                                .flatMap(meta -> turns.inTurn(key, () -> write(key, bytes, meta)))));
    }

    /**
     * Looks a payload up and checks its bytes.
     *
     * @return the payload, or empty when there is none, or only a half of one
     * @fails {@link StoreCorruptException} with both hashes if the bytes are not those that were written, or the metadata cannot be read; the
     *     entry stays until it is removed or persisted again, unless the store was built with {@code dropCorrupt()}
     */
    public Mono<Payload> lookup(PayloadKey key) {
        Keys.requireNonNull("lookup", "key", key);
        return lifecycle.whenOpen(
                "lookup",
                key.hex(),
                () -> reader.read(key)
                        .flatMap(verdict -> verdict instanceof Verdict.Corrupt corrupt
                                ? corrupt(key, corrupt.error())
                                : Mono.just(((Verdict.Sound) verdict).payload())));
    }

    /** Removes a payload. One that is absent, as a whole or by half, is fine. */
    public Mono<Void> remove(PayloadKey key) {
        Keys.requireNonNull("remove", "key", key);
        return lifecycle.whenOpen("remove", key.hex(), () -> turns.inTurn(key, () -> delete(key)));
    }

    /** Whether both halves of a payload are there. Its bytes are not checked. */
    public Mono<Boolean> contains(PayloadKey key) {
        Keys.requireNonNull("contains", "key", key);
        return lifecycle.whenOpen(
                "contains",
                key.hex(),
                () -> store.exists(Names.payload(key))
                        .flatMap(there -> there ? store.exists(Names.meta(key)) : Mono.just(false)));
    }

    /**
     * The bytes of all payloads and their metadata, halves without the other included. The first call lists the store; later ones know what
     * this payload store has written and removed since.
     */
    public Mono<Long> totalBytes() {
        return lifecycle.whenOpen("totalBytes", null, () -> sizes.total(this::ours));
    }

    /**
     * Removes the least recently written entries, and halves of entries, until all take no more than so many bytes. Those written at the same
     * time go in the order of their keys.
     *
     * @param maxBytes 0 removes everything
     * @return what went and what could not be removed
     */
    public Mono<Eviction> evictToCap(long maxBytes) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("evictToCap: need 0 or more bytes, was " + maxBytes);
        }
        return lifecycle.whenOpen(
                "evictToCap",
                null,
                () -> halves().collectSortedList().flatMap(all -> {
                    long total = all.stream().mapToLong(Halves::bytes).sum();
                    return total <= maxBytes
                            ? Mono.just(new Eviction(List.of(), List.of()))
                            : evictor.evict(all, total - maxBytes);
                }));
    }

    /** All entries whose two halves are there and whose metadata can be read. */
    public Flux<PayloadEntry> entries() {
        return lifecycle.whenOpenMany(
                "entries",
                null,
                () -> halves().filter(Halves::isWhole)
                        .flatMapSequential(each -> reader.entry(each.key()), ENTRY_CONCURRENCY, 1));
    }

    /** Opens the store below. */
    public Mono<Void> open() {
        return lifecycle.open();
    }

    /** Refuses all that comes later; the store below stays open. */
    public Mono<Void> close() {
        return lifecycle.close();
    }

    @Override
    public String toString() {
        return "PayloadStore[" + store + ", maxPayloadBytes=" + maxPayloadBytes + ", dropCorrupt=" + dropCorrupt + "]";
    }

    StoreRuntime runtime() {
        return runtime;
    }

    void listen(Changes listener) {
        listeners.add(listener);
    }

    private Mono<PayloadMeta> write(PayloadKey key, ByteBuffer bytes, PayloadMeta meta) {
        byte[] json = MetaJson.encode(meta);
        return deleteHalf(Names.meta(key))
                .then(Mono.defer(() -> putHalf(Names.payload(key), Content.buffer(bytes), bytes.remaining())))
                .flatMap(payload -> putHalf(Names.meta(key), Content.bytes(json), json.length)
                        .then(Mono.defer(() -> keepIfStill(key, payload))))
                .then(Mono.fromSupplier(() -> {
                    listeners.forEach(listener -> listener.persisted(key, meta));
                    return meta;
                }));
    }

    private Mono<Void> delete(PayloadKey key) {
        return deleteHalf(Names.meta(key))
                .then(Mono.defer(() -> deleteHalf(Names.payload(key))))
                .then(Mono.fromRunnable(() -> listeners.forEach(listener -> listener.removed(key))));
    }

    /** If another process has replaced the payload in between, our metadata is not that of its payload: better none than wrong. */
    private Mono<Void> keepIfStill(PayloadKey key, ObjectInfo payload) {
        return store.head(Names.payload(key))
                .map(now -> now.etag().equals(payload.etag()))
                .defaultIfEmpty(false)
                .flatMap(still -> still ? Mono.empty() : deleteHalf(Names.meta(key)));
    }

    private Mono<ObjectInfo> putHalf(String name, Content content, long bytes) {
        return store.put(name, content)
                .doOnSuccess(info -> sizes.written(name, bytes))
                .doOnError(error -> sizes.forget());
    }

    private Mono<Void> deleteHalf(String name) {
        return store.delete(name).doOnSuccess(gone -> sizes.written(name, null)).doOnError(error -> sizes.forget());
    }

    private Mono<Payload> corrupt(PayloadKey key, StoreCorruptException error) {
        return dropCorrupt ? turns.inTurn(key, () -> delete(key)).then(Mono.empty()) : Mono.error(error);
    }

    private Flux<ObjectInfo> ours() {
        return store.list(ListOptions.defaults()).filter(info -> Names.keyOf(info.key()) != null);
    }

    /** What is there of each key; the two halves of one lie beside each other in every order but none. */
    private Flux<Halves> halves() {
        Flux<Half> all = ours().map(info -> new Half(new PayloadKey(stem(info.key())), info));
        Flux<Half> ordered = store.capabilities().listOrder() == ListOrder.NONE
                ? all.sort((one, other) -> one.key().compareTo(other.key()))
                : all;
        return ordered.bufferUntilChanged(Half::key).map(Halves::of);
    }

    private static String stem(String name) {
        return name.substring(3, 3 + 64);
    }
}
