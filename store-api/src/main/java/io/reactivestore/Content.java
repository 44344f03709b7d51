package io.reactivestore;

import io.reactivestore.internal.FileReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What a put writes. A store asks for {@link #length} and subscribes to {@link #body}, once per attempt; each subscription gives
 * buffers of its own.
 */
public final class Content {

    /** Large enough to cost little per byte, small enough to hold several. */
    private static final int FILE_CHUNK_BYTES = 256 << 10;

    private final Function<StoreRuntime, Mono<Long>> length;
    private final Function<StoreRuntime, Flux<ByteBuffer>> body;

    /** Set by the first subscription to content that can be read once; null if it can be read again. */
    private final @Nullable AtomicBoolean taken;

    /** All of the bytes, which nobody changes; null if they are not in memory. */
    private final @Nullable ByteBuffer held;

    private Content(
            Function<StoreRuntime, Mono<Long>> length,
            Function<StoreRuntime, Flux<ByteBuffer>> body,
            @Nullable AtomicBoolean taken) {
        this(length, body, taken, null);
    }

    private Content(
            Function<StoreRuntime, Mono<Long>> length,
            Function<StoreRuntime, Flux<ByteBuffer>> body,
            @Nullable AtomicBoolean taken,
            @Nullable ByteBuffer held) {
        this.length = length;
        this.body = body;
        this.taken = taken;
        this.held = held;
    }

    /** No bytes at all. */
    public static Content empty() {
        return bytes(new byte[0]);
    }

    /** A copy of these bytes, taken now. */
    public static Content bytes(byte[] bytes) {
        Keys.requireNonNull("content", "bytes", bytes);
        return held(ByteBuffer.wrap(bytes.clone()).asReadOnlyBuffer());
    }

    /** A copy of the remaining bytes of this buffer, taken now; the buffer itself is not moved. */
    public static Content buffer(ByteBuffer buffer) {
        Keys.requireNonNull("content", "buffer", buffer);
        ByteBuffer copy = ByteBuffer.allocate(buffer.remaining());
        copy.put(buffer.duplicate()).flip();
        return held(copy.asReadOnlyBuffer());
    }

    /**
     * The remaining bytes of this buffer as they are, not copied if they lie on the heap: nobody may change them from now on. The buffer
     * itself is not moved.
     */
    public static Content wrap(ByteBuffer buffer) {
        Keys.requireNonNull("content", "buffer", buffer);
        return buffer.isDirect()
                ? buffer(buffer)
                : held(buffer.isReadOnly() ? buffer.slice() : buffer.slice().asReadOnlyBuffer());
    }

    /** This text in UTF-8. */
    public static Content text(String text) {
        Keys.requireNonNull("content", "text", text);
        return held(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer());
    }

    /**
     * The bytes of a file, as long as the file is when the put is subscribed to. A file that grows or shrinks under way fails the
     * put; one that cannot be read fails it with its {@link java.io.IOException}.
     */
    public static Content file(Path file) {
        Keys.requireNonNull("content", "file", file);
        return new Content(
                runtime -> FileReader.size(file, runtime.io()),
                runtime -> FileReader.read(file, FILE_CHUNK_BYTES, runtime.io()),
                null);
    }

    /**
     * What a publisher emits, read once; of unknown length. A put that fails after it began to read is not tried again, unless {@link
     * #asReplayable()} promises that the publisher can be read again.
     *
     * @param publisher buffers whose bytes stay as they are until the put has ended
     */
    public static Content publisher(Publisher<ByteBuffer> publisher) {
        Keys.requireNonNull("content", "publisher", publisher);
        return new Content(
                runtime -> Mono.empty(),
                runtime -> Flux.from(publisher).map(buffer -> buffer.slice().asReadOnlyBuffer()),
                new AtomicBoolean());
    }

    /**
     * What a publisher of pooled elements emits, such as the body of an HTTP request, read once; of unknown length. The bytes are
     * copied before {@code onNext} returns, and each element is released, also when the put fails or is cancelled:
     *
     * <pre>{@code
     * Content.publisher(body, DataBuffer::readableByteCount, DataBuffer::toByteBuffer, DataBufferUtils::release)
     * }</pre>
     *
     * <p>A put that fails before it reads (a closed store) does not subscribe to the publisher. What operators of the publisher hold
     * when the put is cancelled comes back through Reactor's discard hook. Up to Reactor 3.8.8 {@link Flux#publishOn} lets its
     * queue go without it if its next task has not begun by then (reactor-core issue 4396).
     *
     * @param publisher the elements
     * @param size the bytes of an element, by number
     * @param copy writes these bytes into a buffer that has room for just them
     * @param release gives an element back; it must not throw, and must bear a second call if the publisher discards elements by a
     *     hook of its own
     */
    public static <T> Content publisher(
            Publisher<? extends T> publisher,
            ToIntFunction<? super T> size,
            BiConsumer<? super T, ByteBuffer> copy,
            Consumer<? super T> release) {
        Keys.requireNonNull("content", "publisher", publisher);
        Keys.requireNonNull("content", "size", size);
        Keys.requireNonNull("content", "copy", copy);
        Keys.requireNonNull("content", "release", release);
        return new Content(
                runtime -> Mono.empty(),
                runtime -> new ReleasingFlux<T>(publisher, size, copy, release),
                new AtomicBoolean());
    }

    /** The same content, with its length known beforehand. A put of other than that many bytes fails. */
    public Content withLength(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("content: need a length of 0 or more bytes, was " + bytes);
        }
        return new Content(runtime -> Mono.just(bytes), body, taken);
    }

    /** The same content, promised to give the same bytes to each subscriber, so that a failed put may be tried again. */
    public Content asReplayable() {
        return new Content(length, body, null);
    }

    /** The same content, with each attempt's bytes passed through an operator that neither adds nor removes any. */
    public Content through(UnaryOperator<Flux<ByteBuffer>> operator) {
        Keys.requireNonNull("content", "operator", operator);
        return new Content(length, runtime -> operator.apply(body.apply(runtime)), taken);
    }

    /**
     * How many bytes there will be.
     *
     * @return the length, or empty if it is not known beforehand
     */
    public Mono<Long> length(StoreRuntime runtime) {
        return length.apply(Objects.requireNonNull(runtime, "runtime"));
    }

    /** The bytes, if they lie in memory: a view of what nobody changes, which a store may keep; otherwise null. */
    public @Nullable ByteBuffer inMemory() {
        return held == null ? null : held.duplicate();
    }

    /**
     * The bytes.
     *
     * @return {@code 0..n} buffers that belong to the subscriber; an error of the caller's own publisher comes through as it is
     * @demand that of the caller's publisher
     */
    public Flux<ByteBuffer> body(StoreRuntime runtime) {
        Flux<ByteBuffer> attempt = body.apply(Objects.requireNonNull(runtime, "runtime"));
        AtomicBoolean once = taken;
        return once == null
                ? attempt
                : Flux.defer(() -> once.compareAndSet(false, true)
                        ? attempt
                        : Flux.error(new IllegalStateException("content: can be read only once")));
    }

    /** Whether {@link #body} may be subscribed to more than once. */
    public boolean replayable() {
        return taken == null;
    }

    private static Content held(ByteBuffer bytes) {
        return new Content(
                runtime -> Mono.just((long) bytes.remaining()),
                runtime -> Flux.defer(() -> bytes.hasRemaining() ? Flux.just(bytes.duplicate()) : Flux.empty()),
                null,
                bytes);
    }
}
