package io.reactivestore.payload;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreRejectedException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Reads the two halves of a payload and judges whether they belong together. */
final class PayloadReader {
    /*
     * How it works. The payload is read first, then the metadata. Between the two another writer may have replaced both, so that they do
     * not fit: they are read again, and are corrupt only if the same two objects, by etag and time, are still there.
     */

    private static final int META_MAX_BYTES = 16 << 20;

    /** An entry that is replaced more often than this during one lookup is a miss. */
    private static final int TRIES = 10;

    private final Store store;
    private final long maxPayloadBytes;
    private final StoreRuntime runtime;

    PayloadReader(Store store, long maxPayloadBytes, StoreRuntime runtime) {
        this.store = store;
        this.maxPayloadBytes = maxPayloadBytes;
        this.runtime = runtime;
    }

    /** What is there; empty if a half is missing. */
    Mono<Verdict> read(PayloadKey key) {
        return read(key, null, TRIES);
    }

    private Mono<Verdict> read(PayloadKey key, @Nullable Found before, int tries) {
        return find(key)
                .flatMap(found -> Blake3Hash.of(found.payload(), runtime).flatMap(hash -> {
                    Verdict verdict = judge(key, found, hash);
                    if (verdict instanceof Verdict.Sound || (before != null && before.isSame(found))) {
                        return Mono.just(verdict);
                    }
                    return tries == 0 ? Mono.<Verdict>empty() : read(key, found, tries - 1);
                }))
                .onErrorResume(
                        ObjectChangedException.class, e -> tries == 0 ? Mono.empty() : read(key, null, tries - 1))
                .onErrorResume(ObjectNotFoundException.class, e -> Mono.empty());
    }

    /** The entry of a key without its bytes; empty if it is gone or replaced meanwhile, or its metadata cannot be read. */
    Mono<PayloadEntry> entry(PayloadKey key) {
        return meta(key)
                .mapNotNull(meta -> {
                    try {
                        return new PayloadEntry(key, MetaJson.decode(meta.json()));
                    } catch (IllegalArgumentException unreadable) {
                        return null;
                    }
                })
                .onErrorResume(
                        e -> e instanceof ObjectChangedException
                                || e instanceof ObjectNotFoundException
                                || e instanceof StoreRejectedException, // longer than any metadata
                        e -> Mono.empty());
    }

    private Mono<Found> find(PayloadKey key) {
        ReadOptions whole = ReadOptions.defaults().withMaxBufferedBytes(maxPayloadBytes);
        return store.get(Names.payload(key), whole)
                .flatMap(payload -> payload.bytes()
                        .flatMap(bytes ->
                                meta(key).map(meta -> new Found(payload.info(), bytes, meta.info(), meta.json()))));
    }

    private Mono<Meta> meta(PayloadKey key) {
        return store.get(Names.meta(key), ReadOptions.defaults().withMaxBufferedBytes(META_MAX_BYTES))
                .flatMap(object -> object.bytes().map(json -> new Meta(object.info(), json)));
    }

    private static Verdict judge(PayloadKey key, Found found, String actual) {
        PayloadMeta meta;
        try {
            meta = MetaJson.decode(found.meta());
        } catch (IllegalArgumentException e) {
            return corrupt(key, "the metadata cannot be read: " + e.getMessage(), e);
        }
        return actual.equals(meta.payloadHash())
                ? new Verdict.Sound(new Payload(key, meta, found.payload()))
                : corrupt(key, "the payload should have the hash " + meta.payloadHash() + ", but has " + actual, null);
    }

    private static Verdict corrupt(PayloadKey key, String reason, @Nullable Exception cause) {
        return new Verdict.Corrupt(new StoreCorruptException("lookup", key.hex(), reason, false, cause));
    }

    private record Meta(ObjectInfo info, ByteBuffer json) {}

    private record Found(ObjectInfo payloadInfo, ByteBuffer payload, ObjectInfo metaInfo, ByteBuffer meta) {

        boolean isSame(Found other) {
            return isSame(payloadInfo, other.payloadInfo) && isSame(metaInfo, other.metaInfo);
        }

        private static boolean isSame(ObjectInfo one, ObjectInfo other) {
            return one.etag().equals(other.etag()) && one.lastModified().equals(other.lastModified());
        }
    }
}
