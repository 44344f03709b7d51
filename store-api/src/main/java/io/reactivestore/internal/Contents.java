package io.reactivestore.internal;

import io.reactivestore.Content;
import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreRejectedException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads the content of a put and holds it to the length it announced. */
public final class Contents {

    private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8;

    private Contents() {}

    /** The bytes of one attempt; fails with {@link StoreCorruptException} if they are not as many as announced. */
    public static Flux<ByteBuffer> checked(String operation, String key, Content content, StoreRuntime runtime) {
        return content.length(runtime)
                .map(length -> counted(operation, key, content.body(runtime), length))
                .switchIfEmpty(Mono.fromSupplier(() -> content.body(runtime)))
                .flatMapMany(body -> body);
    }

    /** All bytes of one attempt in one read-only buffer. */
    public static Mono<ByteBuffer> collect(String operation, String key, Content content, StoreRuntime runtime) {
        return collect(operation, key, content, runtime, MAX_ARRAY_BYTES, "an array, " + MAX_ARRAY_BYTES);
    }

    /**
     * The same, up to a limit; fails with {@link StoreRejectedException} as soon as there are more.
     *
     * @param limit what the content is longer than, for the message
     */
    public static Mono<ByteBuffer> collect(
            String operation, String key, Content content, StoreRuntime runtime, long maxBytes, String limit) {
        ByteBuffer held = content.inMemory();
        if (held != null && held.remaining() <= maxBytes) {
            return Mono.just(held);
        }
        return checked(operation, key, content, runtime)
                .collect(ByteArrayOutputStream::new, (all, chunk) -> {
                    if ((long) all.size() + chunk.remaining() > Math.min(maxBytes, MAX_ARRAY_BYTES)) {
                        throw new StoreRejectedException(
                                operation, key, "the content is longer than " + limit, false, null);
                    }
                    byte[] bytes = new byte[chunk.remaining()];
                    chunk.get(bytes);
                    all.writeBytes(bytes);
                })
                .map(all -> Buffers.wrap(all.toByteArray()));
    }

    private static Flux<ByteBuffer> counted(String operation, String key, Flux<ByteBuffer> body, long length) {
        return Flux.defer(() -> {
            long[] seen = {0};
            return body.doOnNext(chunk -> {
                        seen[0] += chunk.remaining();
                        if (seen[0] > length) {
                            throw wrongLength(operation, key, "more than the announced " + length);
                        }
                    })
                    .concatWith(Mono.defer(() -> seen[0] == length
                            ? Mono.empty()
                            : Mono.error(wrongLength(operation, key, seen[0] + " of the announced " + length))));
        });
    }

    private static StoreCorruptException wrongLength(String operation, String key, String found) {
        return new StoreCorruptException(operation, key, "the content has " + found + " bytes", false, null);
    }
}
