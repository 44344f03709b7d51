package io.reactivestore.s3;

import io.reactivestore.Span;
import io.reactivestore.s3.PagedFlux.Page;
import java.nio.ByteBuffer;
import java.util.AbstractList;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The bytes of one version of an object, part after part. The next part is asked for when half of the present one is taken, so at
 * most one is held ahead; each is pinned to the version of the first.
 */
final class S3Body {

    private final PartReader reader;
    private final PinnedObject object;
    private final int partBytes;

    S3Body(PartReader reader, PinnedObject object, int partBytes) {
        this.reader = reader;
        this.object = object;
        this.partBytes = partBytes;
    }

    /** @param held the first bytes, if they are here already */
    Flux<ByteBuffer> chunks(byte @Nullable [] held) {
        Span span = object.span();
        if (span.length() == 0) {
            return Flux.empty();
        }
        Mono<Page<ByteBuffer>> first = held == null
                ? part(span.start(), Math.min(object.options().firstPartBytes(), partBytes))
                : Mono.just(page(held, span.start() + held.length));
        return new PagedFlux<>(first, 1);
    }

    private Mono<Page<ByteBuffer>> part(long start, long bytes) {
        Span part = new Span(start, Math.min(start + bytes, object.span().end()));
        return reader.pinned("get", object.info(), part).map(read -> page(read.bytes(), part.end()));
    }

    private Page<ByteBuffer> page(byte[] bytes, long end) {
        Mono<Page<ByteBuffer>> next = end < object.span().end() ? part(end, partBytes) : null;
        return new Page<>(new Chunks(bytes, object.options().chunkBytes()), next);
    }

    /** An array in read-only slices, each made when it is asked for. */
    private static final class Chunks extends AbstractList<ByteBuffer> {

        private final ByteBuffer bytes;
        private final int chunkBytes;

        Chunks(byte[] bytes, int chunkBytes) {
            this.bytes = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
            this.chunkBytes = chunkBytes;
        }

        @Override
        public ByteBuffer get(int index) {
            int start = index * chunkBytes;
            return bytes.slice(start, Math.min(chunkBytes, bytes.limit() - start));
        }

        @Override
        public int size() {
            return (int) ((bytes.limit() + (long) chunkBytes - 1) / chunkBytes);
        }
    }
}
