package io.reactivestore.internal;

import io.reactivestore.ObjectInfo;
import io.reactivestore.StoredObject;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreRejectedException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Byte buffers as the contract wants them: on the heap, read-only, each with a position of its own. */
public final class Buffers {

    private Buffers() {}

    /** A read-only view of an array that nobody writes to any more. */
    public static ByteBuffer wrap(byte[] bytes) {
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    /** A read-only heap copy of what remains in a buffer, which is not moved. */
    public static ByteBuffer copy(ByteBuffer buffer) {
        return wrap(bytes(buffer));
    }

    /** What remains in a buffer, which is not moved, in a new array. */
    public static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    /** What remains in a held buffer, in slices of at most {@code chunkBytes}, new views for each subscriber. */
    public static Flux<ByteBuffer> chunks(ByteBuffer bytes, int chunkBytes) {
        if (!bytes.hasRemaining()) {
            return Flux.empty();
        }
        return Flux.generate(bytes::position, (position, sink) -> {
            int end = position + Math.min(chunkBytes, bytes.limit() - position);
            sink.next(bytes.slice(position, end - position));
            if (end == bytes.limit()) {
                sink.complete();
            }
            return end;
        });
    }

    /** All of an answer whose bytes are in memory, as {@link StoredObject#bytes()} promises: a view of them. */
    public static Mono<ByteBuffer> whole(StoredObject object, Supplier<ByteBuffer> bytes) {
        return buffered(object, () -> Mono.fromSupplier(bytes));
    }

    /** All of an answer in one array of its own, as {@link StoredObject#byteArray()} promises. */
    public static Mono<byte[]> collect(StoredObject object) {
        return buffered(object, () -> collectBody(object));
    }

    private static <T> Mono<T> buffered(StoredObject object, Supplier<Mono<T>> read) {
        if (object.status() == StoredObject.Status.NOT_MODIFIED) {
            return Mono.empty();
        }
        long length = object.span().length();
        long max = object.options().maxBufferedBytes();
        if (length > max) {
            return Mono.error(tooLong(object.info().key(), length, max));
        }
        return read.get();
    }

    /** So many bytes are not to be gathered. */
    public static StoreRejectedException tooLong(String key, long length, long max) {
        return new StoreRejectedException(
                "get",
                key,
                length + " bytes are more than the maxBufferedBytes of " + max + "; read body() instead",
                false,
                null);
    }

    private static Mono<byte[]> collectBody(StoredObject object) {
        long length = object.span().length();
        ObjectInfo info = object.info();
        return Mono.defer(() -> {
            byte[] bytes = new byte[(int) length];
            ByteBuffer whole = ByteBuffer.wrap(bytes);
            return object.body()
                    .doOnNext(chunk -> {
                        if (chunk.remaining() > whole.remaining()) {
                            throw wrongLength(info, "more than the announced " + length);
                        }
                        whole.put(chunk);
                    })
                    .then(Mono.fromCallable(() -> {
                        if (whole.hasRemaining()) {
                            throw wrongLength(info, whole.position() + " of the announced " + length);
                        }
                        return bytes;
                    }));
        });
    }

    private static StoreCorruptException wrongLength(ObjectInfo info, String found) {
        return new StoreCorruptException("get", info.key(), "the body has " + found + " bytes", true, null);
    }
}
