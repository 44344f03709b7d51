package io.reactivestore.s3;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.internal.Emission;
import io.reactivestore.s3.Landing.InChunks;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * The bytes of one version of an object, read in parts of which several travel at a time, and given in order, as they come.
 *
 * <p>Parts are asked for as far as the demand reaches, so that whoever asks for all of it gets as many at a time as are allowed, and one
 * ahead once half of what is here is taken.
 */
final class S3Body extends Flux<ByteBuffer> {

    /**
     * What is to be read.
     *
     * @param parts reads parts of it, pinned to the version
     */
    record Subject(Span span, Parts parts) {}

    /** Reads a part; completes when all of it has landed. */
    interface Parts {
        Mono<?> read(Span part, Landings landings);
    }

    /** The first request for an object that is not known yet. */
    interface Opening {

        /** How many bytes are wanted at most. */
        long mostBytes();

        /** Asks for so many bytes at most, from the first one that is wanted. Completes when all of them have landed. */
        Mono<?> ask(int bytes, Landings landings);

        /** What is to be read of the object that was found; fails if that is nothing. On the thread of the transport. */
        Subject opened(ObjectInfo info);
    }

    private final @Nullable Opening opening;
    private final @Nullable Subject subject;
    private final byte @Nullable [] held;
    private final Settings settings;

    /**
     * How it is read.
     *
     * @param firstPartBytes of the first part, if it is not here yet; of an object that is not known only if little is asked for
     * @param partBytes of the others
     * @param concurrency parts that travel or wait for their turn at a time
     * @param toldBytes so much has landed before a reader who waits is told, unless that is the end of a part; some times as much, or a
     *     little later, if the reader was told just now
     * @param delivery where readers are told of what comes
     * @param timers where they are remembered who are told later
     * @param nanoTime tells how long ago they were told
     */
    record Settings(
            int chunkBytes,
            int firstPartBytes,
            int partBytes,
            int concurrency,
            int toldBytes,
            ReadBudget budget,
            Scheduler delivery,
            Scheduler timers,
            LongSupplier nanoTime) {

        /** To be told changes threads, which costs as much as a chunk or two. */
        private static final int TOLD_BYTES = 256 << 10;

        /** Where bytes come fast, no reader loses time by being told less often. */
        private static final long FAST_NANOS = Duration.ofMillis(10).toNanos();

        /** So many times as much is told at once then. */
        private static final int FAST_TIMES = 4;

        static Settings of(ReadOptions options, S3Settings settings, ReadBudget budget) {
            return new Settings(
                    options.chunkBytes(),
                    (int) Math.min(options.firstPartBytes(), settings.partBytes()),
                    settings.partBytes(),
                    settings.readConcurrency(),
                    TOLD_BYTES,
                    budget,
                    settings.runtime().delivery(),
                    settings.runtime().timers(),
                    settings.runtime()::nanoTime);
        }
    }

    /**
     * The body of an object that was found.
     *
     * @param held the first bytes, if they are here already
     */
    S3Body(Subject subject, byte @Nullable [] held, Settings settings) {
        this.opening = null;
        this.subject = subject;
        this.held = held;
        this.settings = settings;
    }

    /** The body of an object that is looked for by its first part. */
    S3Body(Opening opening, Settings settings) {
        this.opening = opening;
        this.subject = null;
        this.held = null;
        this.settings = settings;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuffer> actual) {
        if (subject != null && subject.span.length() == 0) {
            Operators.complete(actual);
            return;
        }
        actual.onSubscribe(new Reading(actual));
    }

    /** The head of the first part. */
    private record Head(ObjectInfo info, Subject subject, Span part) {

        boolean isOf(ObjectInfo other, Span span) {
            return info.etag().equals(other.etag()) && info.size() == other.size() && part.equals(span);
        }
    }

    private final class Reading extends Emission<ByteBuffer> {
        /*
         * How it works. Parts are in line in their order. Of the first one, chunks are given out as they land and are asked for; behind it,
         * new parts are begun. The error of a part is told when its turn comes and all of it that has landed is given.
         *
         *   body: unknown --demand--> opening, by its first part --head--> known --all parts given--> complete
         *         known from the begin, if the object was found before
         *   part: begun --bytes--> landing --all bytes, end--> here --last chunk given--> gone, its bytes go back to the budget
         *         begun, landing --error--> failed --first in line, its chunks given--> told: all others are cancelled
         *
         * A part may be read by two attempts at once. Both bring the same bytes; what one brings again is not taken.
         *
         * Bytes land on the thread of the transport, which does not run rounds. When enough of the part that is due has landed it has the
         * delivery scheduler do so; at the end of a part whoever read it is there already. Where the last call was a moment ago, it is made
         * when that moment is over, or once more has landed. Behind the end no part is due.
         *
         *   state                          written by               guard                    seen by others
         *   line, asked, undelivered       rounds                   see Emission             -
         *   head                           the first part           volatile                 in the next round
         *   due                            rounds                   volatile                 at once
         *   Part.landed                    who lets chunks land     the part                 -
         *   Part.untold, toldAt            the same, and timers     the part, volatile       about: they only spare rounds
         *   Part.chunks, done, error       the part's signals       queue, volatile          in the next round
         *   called, calledLater            the same, timers, rounds atomic                   at once
         */

        private final ReadBudget.Share share = settings.budget.open();
        private final Deque<Part> line = new ArrayDeque<>();
        private final AtomicBoolean called = new AtomicBoolean();
        private final AtomicBoolean calledLater = new AtomicBoolean();
        private volatile @Nullable Head head;
        private volatile @Nullable Part due;
        private volatile long toldAt = settings.nanoTime.getAsLong() - Settings.FAST_NANOS;
        private @Nullable Subject known = subject;

        /** Where the next part begins. */
        private long asked = subject == null ? 0 : subject.span.start();

        /** Bytes in line, landed or under way. */
        private long undelivered;

        Reading(CoreSubscriber<? super ByteBuffer> actual) {
            super(actual);
            byte[] first = held;
            if (first != null) {
                Part part = new Part(first.length, 0);
                part.held = ByteBuffer.wrap(first).asReadOnlyBuffer();
                enter(part);
            }
        }

        @Override
        protected void round() {
            Subject present = known == null ? open() : known;
            if (present == null) {
                failWithFirst();
                return;
            }
            begin(present);
            while (!isCancelled() && giveChunk()) {
                begin(present);
            }
            if (isCancelled()) {
                return;
            }
            if (line.isEmpty() && asked == present.span.end()) {
                complete();
            } else {
                failWithFirst();
            }
        }

        /** Looks for the object, and learns what there is to be read; null until that is known. */
        private @Nullable Subject open() {
            Head found = head;
            if (found != null) {
                known = found.subject;
                asked = found.part.end();
                Part first = line.element();
                first.shrinkTo((int) found.part.length());
                if (first.length == 0) {
                    line.remove();
                }
            } else if (line.isEmpty() && demand() > 0) {
                Opening how = Objects.requireNonNull(opening);
                boolean isMuch = demand() > settings.firstPartBytes / settings.chunkBytes;
                long wanted = Math.min(how.mostBytes(), isMuch ? settings.partBytes : settings.firstPartBytes);
                int taken = share.take((int) wanted, true);
                Part part = new Part(taken, taken);
                enter(part);
                part.open(how);
            }
            return known;
        }

        private void failWithFirst() {
            Part first = line.peek();
            if (first == null || !first.done || first.hasNext()) {
                return;
            }
            Throwable error = first.error;
            fail(
                    error != null
                            ? error
                            : new IllegalStateException("a part of " + first.length + " bytes came, but for "
                                    + (first.length - first.given) + " of them"));
        }

        /** Gives one chunk, if one is asked for and here. */
        private boolean giveChunk() {
            Part first = line.peek();
            due = first;
            if (first == null || demand() == 0 || !first.hasNext()) {
                return false;
            }
            ByteBuffer chunk = first.next();
            int length = chunk.remaining();
            first.given += length;
            undelivered -= length;
            if (first.given == first.length) {
                line.remove();
                share.give(first.taken);
            }
            give(chunk);
            return true;
        }

        private void begin(Subject of) {
            while (!isCancelled() && asked < of.span.end() && line.size() < settings.concurrency && isWanted()) {
                boolean isFirst = asked == of.span.start();
                int size = isFirst ? Math.min(settings.firstPartBytes, settings.partBytes) : settings.partBytes;
                int taken = share.take((int) Math.min(size, of.span.end() - asked), line.isEmpty());
                if (taken == 0) {
                    return;
                }
                Part part = new Part(taken, taken);
                Span bytes = new Span(asked, asked + taken);
                enter(part);
                part.start(of.parts.read(bytes, (info, span) -> part.landing()));
            }
        }

        private boolean isWanted() {
            if (demand() > undelivered / settings.chunkBytes) {
                return true;
            }
            Part first = line.peek();
            return line.size() == 1 && first != null && first.given > 0 && first.given >= first.length / 2;
        }

        private void enter(Part part) {
            line.add(part);
            asked += part.length;
            undelivered += part.length;
        }

        private void call() {
            toldAt = settings.nanoTime.getAsLong();
            once(called, settings.delivery::schedule, this::drain);
        }

        /** More may fail to come, so that the reader is told of this much at the latest then. */
        private void callLater(long nanos) {
            once(calledLater, task -> settings.timers.schedule(task, nanos, TimeUnit.NANOSECONDS), () -> {
                Part first = due;
                if (first != null) {
                    first.tell();
                }
            });
        }

        private static void once(AtomicBoolean isWaiting, Consumer<Runnable> scheduler, Runnable task) {
            if (isWaiting.compareAndSet(false, true)) {
                try {
                    scheduler.accept(() -> {
                        isWaiting.set(false);
                        task.run();
                    });
                } catch (RejectedExecutionException shutDown) {
                    // The end of the part is told all the same.
                }
            }
        }

        @Override
        protected void release() {
            line.forEach(Part::dispose);
            line.clear();
            due = null;
            share.close();
        }

        /** Some of the bytes. */
        private final class Part {

            private final Queue<ByteBuffer> chunks = new ConcurrentLinkedQueue<>();
            private int length;
            private int taken;
            private int given;
            private int landed;
            private int untold;
            private volatile boolean done;
            private volatile @Nullable Throwable error;
            private @Nullable ByteBuffer held;
            private @Nullable Disposable work;

            /** @param taken what it has of the budget */
            Part(int length, int taken) {
                this.length = length;
                this.taken = taken;
            }

            void start(Mono<?> read) {
                // As a value, since an error that comes when nobody waits any more would be logged.
                work = read.materialize().subscribe(end -> end(end.getThrowable()), this::end, () -> {}, context());
            }

            /** Reads whatever object there is. */
            void open(Opening how) {
                start(how.ask(taken, (info, span) -> {
                    Head before = head;
                    if (before == null) {
                        head = new Head(info, how.opened(info), span);
                    } else if (!before.isOf(info, span)) {
                        throw PartReader.changed("read", before.info, "the etag is " + info.etag() + " now", null);
                    }
                    return new InChunks((int) span.length(), settings.chunkBytes, this::take);
                }));
            }

            InChunks landing() {
                return new InChunks(length, settings.chunkBytes, this::take);
            }

            private void take(int at, ByteBuffer chunk) {
                synchronized (this) {
                    if (at != landed) {
                        return;
                    }
                    landed += chunk.remaining();
                    chunks.add(chunk);
                    untold += chunk.remaining();
                }
                tell();
            }

            /** Has the reader told of what has landed, if that is worth it: now, or a moment after the last time. */
            private void tell() {
                synchronized (this) {
                    if (untold < settings.toldBytes || !isDue()) {
                        return;
                    }
                    long early = toldAt + Settings.FAST_NANOS - settings.nanoTime.getAsLong();
                    if (early > 0 && untold < Settings.FAST_TIMES * settings.toldBytes) {
                        callLater(early);
                        return;
                    }
                    untold = 0;
                }
                call();
            }

            private boolean isDue() {
                Part first = due;
                return first == null || first == this;
            }

            /** Whether a chunk may be given. The last one waits for the end, which may be an error: bytes may prove wrong only then. */
            boolean hasNext() {
                if (held != null) {
                    return true;
                }
                ByteBuffer chunk = chunks.peek();
                return chunk != null && (given + chunk.remaining() < length || (done && error == null));
            }

            ByteBuffer next() {
                ByteBuffer whole = held;
                if (whole == null) {
                    return chunks.remove();
                }
                int bytes = Math.min(settings.chunkBytes, whole.remaining());
                ByteBuffer chunk = whole.slice(whole.position(), bytes);
                whole.position(whole.position() + bytes);
                return chunk;
            }

            /** It is shorter than what was asked for. */
            void shrinkTo(int bytes) {
                undelivered -= length - bytes;
                share.give(taken - bytes);
                length = bytes;
                taken = bytes;
            }

            void dispose() {
                Disposable started = work;
                if (started != null) {
                    started.dispose();
                }
            }

            private void end(@Nullable Throwable failure) {
                error = failure;
                done = true;
                drain();
            }
        }
    }
}
