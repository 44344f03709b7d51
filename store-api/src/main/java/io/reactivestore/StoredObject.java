package io.reactivestore;

import io.reactivestore.internal.Buffers;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The answer to a get: the facts of one version of an object, and its bytes for whoever subscribes to them.
 *
 * <p>It holds no connection and needs no closing. Each subscription to the bytes is a read of its own of this very version; if it
 * was replaced meanwhile, the read fails with {@link io.reactivestore.error.ObjectChangedException} instead of mixing two versions.
 */
public interface StoredObject {

    /** What the answer carries. */
    enum Status {
        /** The whole object. */
        FULL,
        /** The range that was asked for. */
        PARTIAL,
        /** No bytes: the caller's copy is still good. */
        NOT_MODIFIED
    }

    /** The facts, with attributes. */
    ObjectInfo info();

    /** What the answer carries. */
    Status status();

    /** The bytes served: all of the object, or the requested range clipped to it; empty if not modified. */
    Span span();

    /** Where the bytes come from. The age is computed when asked for. */
    Served served();

    /** The options of the read, for the limits on chunks and buffering. */
    ReadOptions options();

    /**
     * The bytes, in order and without gaps.
     *
     * @return {@code 0..n} buffers of {@code 1..chunkBytes} bytes each, which add up to {@link #span()}
     * @demand one buffer per {@code request(1)}
     */
    Flux<ByteBuffer> body();

    /**
     * The bytes in one buffer: an empty one for an empty object, none at all if not modified.
     *
     * @fails {@link io.reactivestore.error.StoreRejectedException} if they are more than {@code maxBufferedBytes}
     */
    default Mono<ByteBuffer> bytes() {
        return byteArray().map(Buffers::wrap);
    }

    /**
     * The bytes in an array of the caller's own: an empty one for an empty object, none at all if not modified.
     *
     * @fails {@link io.reactivestore.error.StoreRejectedException} if they are more than {@code maxBufferedBytes}
     */
    default Mono<byte[]> byteArray() {
        return Buffers.collect(this);
    }

    /** The bytes as text in UTF-8, malformed ones replaced. Fails as {@link #byteArray()}. */
    default Mono<String> text() {
        return text(StandardCharsets.UTF_8);
    }

    /** The bytes as text, malformed ones replaced. Fails as {@link #byteArray()}. */
    default Mono<String> text(Charset charset) {
        return byteArray().map(bytes -> new String(bytes, charset));
    }

    /** The status of an HTTP response with this answer: 200, 206 or 304. */
    default int httpStatus() {
        return switch (status()) {
            case FULL -> 200;
            case PARTIAL -> 206;
            case NOT_MODIFIED -> 304;
        };
    }

    /**
     * The headers of an HTTP response with this answer, each name once: validators, length and range, and the attributes. User
     * metadata is left out: it has no name in plain HTTP.
     *
     * @source RFC 9110, sections 15.3.7 (206) and 15.4.5 (304)
     */
    default void httpHeaders(BiConsumer<String, String> header) {
        HttpHeaders.write(this, header);
    }
}
