package io.reactivestore.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * A file, or a piece of one, as buffers read on demand.
 *
 * <p>Emits {@code 0..n} read-only heap buffers; each {@code request(n)} reads at most n of them and nothing ahead. The channel is
 * opened on the first demand and closed exactly once, after the last read. Errors are {@link IOException}s.
 */
public final class FileReader extends Flux<ByteBuffer> {

    private final Callable<? extends SeekableByteChannel> open;
    private final long start;
    private final long end;
    private final int chunkBytes;
    private final Scheduler io;

    /**
     * @param open opens the file; called on {@code io}
     * @param start the first byte to read
     * @param end the byte after the last, or {@link Long#MAX_VALUE} for all there are; the file may end before it
     */
    public FileReader(
            Callable<? extends SeekableByteChannel> open, long start, long end, int chunkBytes, Scheduler io) {
        this.open = open;
        this.start = start;
        this.end = end;
        this.chunkBytes = chunkBytes;
        this.io = io;
    }

    /** The whole of a file. */
    public static FileReader read(Path file, int chunkBytes, Scheduler io) {
        return new FileReader(
                () -> Files.newByteChannel(file, StandardOpenOption.READ), 0, Long.MAX_VALUE, chunkBytes, io);
    }

    /** The bytes of a file. */
    public static Mono<Long> size(Path file, Scheduler io) {
        return Mono.fromCallable(() -> Files.size(file)).subscribeOn(io);
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuffer> actual) {
        actual.onSubscribe(new Reading(actual));
    }

    private final class Reading implements Subscription, Runnable {
        /*
         * How it works. Signals (request, cancel) count up `signals`; whoever raises it from 0 puts run() on the I/O scheduler, and
         * run() works until it has brought it back to 0. So at most one task exists, and it alone touches the channel.
         *
         *   idle --request, cancel--> running --demand met--> idle
         *                             running --end of file, error, cancel--> over (channel closed; later signals change nothing)
         *
         *   state               written by          guard                seen by others
         *   signals, requested  request, cancel     CAS                  at once
         *   cancelled           cancel              volatile             by run() before each read and each signal
         *   channel, position   run()               the single task      by the next task, through `signals`
         *   over                run()               the single task      likewise
         *
         * Never interrupted: the scheduler does not interrupt, and this subscription never disposes of the task.
         */

        private final CoreSubscriber<? super ByteBuffer> actual;
        private final AtomicInteger signals = new AtomicInteger();
        private final AtomicLong requested = new AtomicLong();
        private volatile boolean cancelled;
        private @Nullable SeekableByteChannel channel;
        private long position = start;
        private boolean over;

        Reading(CoreSubscriber<? super ByteBuffer> actual) {
            this.actual = actual;
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                requested.getAndAccumulate(n, Operators::addCap);
                signal();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            signal();
        }

        private void signal() {
            if (signals.getAndIncrement() != 0) {
                return;
            }
            try {
                io.schedule(this);
            } catch (RuntimeException rejected) {
                // No task exists, so the channel is this thread's alone.
                if (!over) {
                    end(Operators.onRejectedExecution(rejected, actual.currentContext()));
                }
            }
        }

        @Override
        public void run() {
            int seen = signals.get();
            do {
                if (!over) {
                    emit();
                }
                seen = signals.addAndGet(-seen);
            } while (seen != 0);
        }

        private void emit() {
            boolean done;
            try {
                done = readOnDemand();
            } catch (Throwable e) {
                end(e);
                return;
            }
            if (done || cancelled) {
                end(null);
            }
        }

        /** Emits as many chunks as are asked for; true at the end of the file, which needs no further demand to be seen. */
        private boolean readOnDemand() throws Exception {
            long demand = requested.get();
            long emitted = 0;
            while (emitted < demand && !cancelled) {
                ByteBuffer chunk = next();
                if (chunk == null) {
                    return true;
                }
                emitted++;
                actual.onNext(chunk);
                if (position == end || atEnd()) {
                    return true;
                }
            }
            long done = emitted;
            requested.getAndUpdate(now -> now == Long.MAX_VALUE ? now : now - done);
            return false;
        }

        private boolean atEnd() throws IOException {
            return channel != null && position >= channel.size();
        }

        /** The next chunk, filled as far as the file goes; null at its end. */
        private @Nullable ByteBuffer next() throws Exception {
            if (channel == null) {
                channel = open.call();
                if (start > 0) { // not all file systems can
                    channel.position(start);
                }
            }
            byte[] bytes = new byte[(int) Math.min(chunkBytes, end - position)];
            ByteBuffer chunk = ByteBuffer.wrap(bytes);
            int read = 0;
            while (chunk.hasRemaining() && read >= 0) {
                read = channel.read(chunk);
            }
            position += chunk.position();
            return chunk.position() == 0 ? null : chunk.flip().asReadOnlyBuffer();
        }

        private void end(@Nullable Throwable error) {
            over = true;
            Throwable failure = error;
            if (channel != null) {
                try {
                    channel.close();
                } catch (IOException e) {
                    failure = failure == null ? e : failure;
                }
            }
            if (cancelled) {
                return;
            }
            if (failure != null) {
                actual.onError(failure);
            } else {
                actual.onComplete();
            }
        }
    }
}
