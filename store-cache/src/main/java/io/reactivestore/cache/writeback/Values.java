package io.reactivestore.cache.writeback;

import io.reactivestore.Content;
import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.Contents;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import reactor.core.publisher.Mono;

/** Reads the content of a put into memory. */
final class Values {

    private Values() {}

    /** All bytes of a content; fails as soon as there are too many. */
    static Mono<ByteBuffer> collect(String key, Content content, long maxBytes, StoreRuntime runtime) {
        return Contents.checked("put", key, content, runtime)
                .collect(ByteArrayOutputStream::new, (all, chunk) -> {
                    if ((long) all.size() + chunk.remaining() > Math.min(maxBytes, Integer.MAX_VALUE - 8)) {
                        throw new StoreRejectedException(
                                "put",
                                key,
                                "the content is longer than maxEntryBytes, " + maxBytes + "; putInner takes it",
                                false,
                                null);
                    }
                    byte[] bytes = new byte[chunk.remaining()];
                    chunk.get(bytes);
                    all.writeBytes(bytes);
                })
                .map(all -> Buffers.wrap(all.toByteArray()));
    }
}
