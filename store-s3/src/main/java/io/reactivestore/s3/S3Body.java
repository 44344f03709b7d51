package io.reactivestore.s3;

import io.reactivestore.Span;
import io.reactivestore.internal.Emission;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Signal;

/**
 * The bytes of one version of an object, read in parts of which several travel at a time, and given in order.
 *
 * <p>Parts are asked for as far as the demand reaches, so that whoever asks for all of it gets as many at a time as are allowed, and one
 * ahead once half of what is here is taken.
 */
final class S3Body extends Flux<ByteBuffer> {

    private final Function<Span, Mono<byte[]>> reader;
    private final Span span;
    private final byte @Nullable [] held;
    private final Settings settings;

    /**
     * How it is read.
     *
     * @param firstPartBytes of the first part, if it is not here yet
     * @param partBytes of the others
     * @param concurrency parts that travel or wait for their turn at a time
     */
    record Settings(int chunkBytes, int firstPartBytes, int partBytes, int concurrency, ReadBudget budget) {}

    /**
     * A body.
     *
     * @param reader reads a part, pinned to the version: an array with just its bytes
     * @param held the first bytes, if they are here already
     */
    S3Body(Function<Span, Mono<byte[]>> reader, Span span, byte @Nullable [] held, Settings settings) {
        this.reader = reader;
        this.span = span;
        this.held = held;
        this.settings = settings;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuffer> actual) {
        if (span.length() == 0) {
            Operators.complete(actual);
            return;
        }
        actual.onSubscribe(new Reading(actual));
    }

    private final class Reading extends Emission<ByteBuffer> {
        /*
         * How it works. Parts are in line in their order. The first one is given out, chunk by chunk, as chunks are asked for; behind it,
         * new ones are begun. The error of a part is told when its turn comes.
         *
         *   part: begun --bytes--> here --all chunks given--> gone, its bytes go back to the budget
         *         begun --error--> failed --first in line--> told: all others are cancelled
         *
         *   state                        written by               guard                    seen by others
         *   line, asked, undelivered     rounds                   see Emission             -
         *   Part.bytes, Part.error       the part's signals       volatile                 in the next round
         */

        private final ReadBudget.Share share = settings.budget.open();
        private final Deque<Part> line = new ArrayDeque<>();

        /** Where the next part begins. */
        private long asked = span.start();

        /** Bytes in line, here or under way. */
        private long undelivered;

        Reading(CoreSubscriber<? super ByteBuffer> actual) {
            super(actual);
            byte[] first = held;
            if (first != null) {
                Part part = new Part(first.length, 0);
                part.bytes = ByteBuffer.wrap(first).asReadOnlyBuffer();
                enter(part);
            }
        }

        @Override
        protected void round() {
            begin();
            while (!isCancelled() && giveChunk()) {
                begin();
            }
            Part first = line.peek();
            if (isCancelled()) {
                return;
            }
            if (first == null && asked == span.end()) {
                complete();
            } else if (first != null && first.error != null) {
                fail(first.error);
            }
        }

        /** Gives one chunk, if one is asked for and here. */
        private boolean giveChunk() {
            Part first = line.peek();
            ByteBuffer bytes = first == null ? null : first.bytes;
            if (first == null || bytes == null || demand() == 0) {
                return false;
            }
            int length = Math.min(settings.chunkBytes, bytes.remaining());
            ByteBuffer chunk = bytes.slice(bytes.position(), length);
            bytes.position(bytes.position() + length);
            undelivered -= length;
            if (!bytes.hasRemaining()) {
                line.remove();
                share.give(first.taken);
            }
            give(chunk);
            return true;
        }

        private void begin() {
            while (!isCancelled() && asked < span.end() && line.size() < settings.concurrency && isWanted()) {
                boolean isFirst = asked == span.start();
                int size = isFirst ? Math.min(settings.firstPartBytes, settings.partBytes) : settings.partBytes;
                int taken = share.take((int) Math.min(size, span.end() - asked), line.isEmpty());
                if (taken == 0) {
                    return;
                }
                Part part = new Part(taken, taken);
                Span bytes = new Span(asked, asked + taken);
                enter(part);
                part.start(bytes);
            }
        }

        private boolean isWanted() {
            if (demand() > undelivered / settings.chunkBytes) {
                return true;
            }
            Part first = line.peek();
            ByteBuffer bytes = first == null ? null : first.bytes;
            return line.size() == 1 && bytes != null && bytes.position() > 0 && bytes.remaining() <= bytes.limit() / 2;
        }

        private void enter(Part part) {
            line.add(part);
            asked += part.length;
            undelivered += part.length;
        }

        @Override
        protected void release() {
            line.forEach(Part::dispose);
            line.clear();
            share.close();
        }

        /** Some of the bytes. */
        private final class Part {

            private final int length;
            private final int taken;
            private volatile @Nullable ByteBuffer bytes;
            private volatile @Nullable Throwable error;
            private @Nullable Disposable work;

            /** @param taken what it has of the budget */
            Part(int length, int taken) {
                this.length = length;
                this.taken = taken;
            }

            void start(Span wanted) {
                // As a value, since an error that comes when nobody waits any more would be logged.
                work = Mono.defer(() -> reader.apply(wanted))
                        .materialize()
                        .subscribe(this::arrived, this::failed, () -> {}, context());
            }

            void dispose() {
                Disposable started = work;
                if (started != null) {
                    started.dispose();
                }
            }

            private void arrived(Signal<byte[]> outcome) {
                byte[] array = outcome.get();
                if (array == null) {
                    failed(Objects.requireNonNull(outcome.getThrowable()));
                    return;
                }
                bytes = ByteBuffer.wrap(array).asReadOnlyBuffer();
                drain();
            }

            private void failed(Throwable failure) {
                error = failure;
                drain();
            }
        }
    }
}
