package io.reactivestore.testkit.fault;

import io.reactivestore.Content;
import io.reactivestore.StoreRuntime;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What happens to bytes on their way. */
final class Bodies {

    private Bodies() {}

    /** All bytes of a content, for a request that outlives whoever sent it; the announced length stays, right or wrong. */
    static Mono<Content> held(Content content, StoreRuntime runtime) {
        return content.body(runtime)
                .collect(ByteArrayOutputStream::new, (all, chunk) -> {
                    byte[] bytes = new byte[chunk.remaining()];
                    chunk.get(bytes);
                    all.writeBytes(bytes);
                })
                .map(all -> Content.bytes(all.toByteArray()))
                .flatMap(held -> content.length(runtime).map(held::withLength).defaultIfEmpty(held));
    }

    /** The bytes before a place, then whatever comes instead of the rest. */
    static Flux<ByteBuffer> upTo(long place, Flux<ByteBuffer> body, Flux<ByteBuffer> then) {
        return Flux.defer(() -> {
            long[] left = {place};
            return body.<ByteBuffer>handle((chunk, sink) -> {
                        int take = (int) Math.min(left[0], chunk.remaining());
                        left[0] -= take;
                        if (take > 0) {
                            sink.next(chunk.slice(chunk.position(), take));
                        }
                        if (left[0] == 0) {
                            sink.complete();
                        }
                    })
                    .concatWith(Flux.defer(() -> left[0] == 0 ? then : Flux.empty()));
        });
    }

    /** The same bytes, one of them with its lowest bit turned; as they were if they end before it. */
    static Flux<ByteBuffer> corrupted(long place, Flux<ByteBuffer> body) {
        return Flux.defer(() -> {
            long[] seen = {0};
            return body.map(chunk -> {
                long at = place - seen[0];
                seen[0] += chunk.remaining();
                if (at < 0 || at >= chunk.remaining()) {
                    return chunk;
                }
                byte[] bytes = new byte[chunk.remaining()];
                chunk.get(chunk.position(), bytes);
                bytes[(int) at] ^= 1;
                return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
            });
        });
    }
}
