package io.reactivestore.cache;

import io.reactivestore.Content;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.error.StoreTimeoutException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What a cleanly closed tier leaves for the next opening: which copies are ours, and how old they are. Taken away before the tier
 * is used, so that a process that is killed leaves none.
 *
 * <p>Two reserved keys: the manifest, and a mark that lies there while a process has the tier open, or has written past it. Version 1 is {@code int magic}, then per
 * copy {@code UTF key, UTF generation and etag ("" for none), long filledAtMillis (-1 for unknown)}, in the order of least recent use.
 */
final class Manifest {

    private static final String RESERVED = ".reactivestore/";
    private static final String KEY = RESERVED + "manifest";
    private static final String OPEN = RESERVED + "open";
    private static final int MAGIC = 0x52534d31; // "RSM1"
    private static final int CHUNK_BYTES = 64 << 10;

    /** For a manifest of a few million copies over a slow line. */
    private static final Duration TRANSFER_TIMEOUT = Duration.ofMinutes(1);

    private final Store store;
    private final StoreRuntime runtime;
    private final Duration timeout;

    /** @param timeout for each small request */
    Manifest(Store store, StoreRuntime runtime, Duration timeout) {
        this.store = store;
        this.runtime = runtime;
        this.timeout = timeout;
    }

    /** Keys of ours, which no copy may have. */
    static boolean isReserved(String key) {
        return key.startsWith(RESERVED);
    }

    /**
     * What the last process left.
     *
     * @param lines by key, in their order; null if there is no manifest
     * @param marked whether it was killed while it had the tier open, or wrote past it
     */
    record Found(@Nullable Map<String, Line> lines, boolean marked) {

        @Nullable Line line(String key) {
            return lines == null ? null : lines.get(key);
        }

        /**
         * Whether a copy can be served unasked: the manifest names it and nothing came after, or there are no books at all. In both
         * cases one that carries a generation which the manifest does not name is not to be trusted all the same.
         */
        boolean isTrusted(String key) {
            return !marked && (lines == null || lines.containsKey(key));
        }
    }

    /** One copy; what was not known is null. */
    record Line(
            @Nullable String generation,
            @Nullable String etag,
            @Nullable Long filledAtMillis) {}

    Mono<Found> read() {
        return limited("exists", OPEN, timeout, Mono.defer(() -> store.exists(OPEN)))
                .flatMap(marked -> lines().map(lines -> new Found(lines, marked))
                        .switchIfEmpty(Mono.fromSupplier(() -> new Found(null, marked))));
    }

    private Mono<Map<String, Line>> lines() {
        Mono<byte[]> bytes = Mono.defer(
                        () -> store.get(KEY, ReadOptions.defaults().withMaxBufferedBytes(1 << 30)))
                .flatMap(StoredObject::byteArray);
        return limited("get", KEY, TRANSFER_TIMEOUT, bytes).map(Manifest::decode);
    }

    /** Puts the mark there, then takes the manifest away: in between, both are there, and nothing is trusted. */
    Mono<Void> begin() {
        return mark().then(limited("delete", KEY, timeout, Mono.defer(() -> store.delete(KEY))));
    }

    Mono<Void> mark() {
        Content text = Content.text(runtime.clock().instant().toString());
        return limited("put", OPEN, timeout, Mono.defer(() -> store.put(OPEN, text)))
                .then();
    }

    /** Writes the manifest, then takes the mark away. */
    Mono<Void> write(Map<String, Copy> kept, ToLongFunction<Copy> filledAtMillis) {
        Content content = Content.publisher(Flux.defer(() -> encode(kept, filledAtMillis)));
        return limited("put", KEY, TRANSFER_TIMEOUT, Mono.defer(() -> store.put(KEY, content)))
                .then(limited("delete", OPEN, timeout, Mono.defer(() -> store.delete(OPEN))));
    }

    private <T> Mono<T> limited(String operation, String key, Duration limit, Mono<T> request) {
        return request.timeout(
                limit,
                Mono.error(() -> new StoreTimeoutException(operation, key, "no answer within " + limit, null)),
                runtime.timers());
    }

    private static Flux<ByteBuffer> encode(Map<String, Copy> kept, ToLongFunction<Copy> filledAtMillis) {
        Iterator<Map.Entry<String, Copy>> lines = kept.entrySet().iterator();
        return Flux.generate(() -> true, (first, sink) -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (DataOutputStream out = new DataOutputStream(bytes)) {
                if (first) {
                    out.writeInt(MAGIC);
                }
                while (bytes.size() < CHUNK_BYTES && lines.hasNext()) {
                    Map.Entry<String, Copy> line = lines.next();
                    Copy copy = line.getValue();
                    out.writeUTF(line.getKey());
                    out.writeUTF(copy.generation() == null ? "" : copy.generation());
                    out.writeUTF(copy.etag() == null ? "" : copy.etag());
                    out.writeLong(copy.filledAtNanos() == null ? -1 : filledAtMillis.applyAsLong(copy));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e); // memory does not fail
            }
            sink.next(ByteBuffer.wrap(bytes.toByteArray()));
            if (!lines.hasNext()) {
                sink.complete();
            }
            return false;
        });
    }

    /** One that cannot be read names no copy, so that none is trusted. */
    private static Map<String, Line> decode(byte[] bytes) {
        Map<String, Line> lines = new LinkedHashMap<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readInt() != MAGIC) {
                return Map.of();
            }
            while (in.available() > 0) {
                String key = in.readUTF();
                String generation = in.readUTF();
                String etag = in.readUTF();
                long filledAt = in.readLong();
                lines.put(
                        key,
                        new Line(
                                generation.isEmpty() ? null : generation,
                                etag.isEmpty() ? null : etag,
                                filledAt < 0 ? null : filledAt));
            }
            return lines;
        } catch (IOException malformed) {
            return Map.of();
        }
    }
}
