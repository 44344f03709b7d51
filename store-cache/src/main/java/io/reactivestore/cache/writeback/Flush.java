package io.reactivestore.cache.writeback;

import io.reactivestore.cache.writeback.InnerWrites.Flushed;
import io.reactivestore.cache.writeback.InnerWrites.Turn;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/** Writes all that was acknowledged before the subscription, in the order in which it was last written. */
final class Flush extends Flux<Flushed> {

    /** So many failures are told beside the first one. */
    private static final int MAX_SUPPRESSED = 15;

    private final Table table;
    private final InnerWrites writes;
    private final int concurrency;
    private final boolean withOld;

    Flush(Table table, InnerWrites writes, int concurrency, boolean withOld) {
        this.table = table;
        this.writes = writes;
        this.concurrency = concurrency;
        this.withOld = withOld;
    }

    @Override
    public void subscribe(CoreSubscriber<? super Flushed> actual) {
        Run run = new Run(actual, table.latest());
        actual.onSubscribe(run);
        run.drain();
    }

    private final class Run implements Subscription {
        /*
         * How it works. A turn is the flush of one key. Turns are begun in the order of the writes and emitted in that order.
         *
         *   next dirty entry --demand, room in the window--> running --acknowledged--> done --first in line--> emitted
         *                                                    running --nothing to do--> done --first in line--> gone
         *                                                    running --failed--> done, its error kept for the end --> gone
         *
         * There are never more turns than the window has room for, nor more than was asked for and not yet emitted.
         *
         *   state                    written by          guard                    seen by others
         *   turns, next, emitted, error   drain          wip: one thread a time   -
         *   cursor                   drain               wip                      volatile; turns that begin to write read it
         *   requested, cancelled     subscriber          atomic                   at once
         *   One.result, One.done     the turn's signal   written before done      volatile
         *
         * A turn may end while it is being subscribed to: it then finds wip taken, and the drain goes round once more.
         */

        private final CoreSubscriber<? super Flushed> actual;
        private final long limit;
        private final SlotOrder.Bookmark bookmark = table.goThroughDirty();
        private final Deque<One> turns = new ArrayDeque<>();
        private final AtomicInteger wip = new AtomicInteger();
        private final AtomicLong requested = new AtomicLong();
        private volatile long cursor;
        private volatile boolean cancelled;

        /** Found, and waiting for demand. */
        private @Nullable Entry next;

        private @Nullable Throwable error;
        private long emitted;
        private boolean over;

        Run(CoreSubscriber<? super Flushed> actual, long limit) {
            this.actual = actual;
            this.limit = limit;
        }

        @Override
        public void request(long n) {
            if (Operators.validate(n)) {
                requested.accumulateAndGet(n, Operators::addCap);
                drain();
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            drain();
        }

        void drain() {
            if (wip.getAndIncrement() > 0) {
                return;
            }
            int missed = 1;
            do {
                if (!over) {
                    round();
                }
                missed = wip.addAndGet(-missed);
            } while (missed > 0);
        }

        private void round() {
            if (cancelled) {
                leave();
                turns.forEach(One::dispose);
                turns.clear();
                return;
            }
            emitWhatIsDone();
            while (!cancelled && turns.size() < concurrency) {
                Entry found = next == null ? table.nextDirty(bookmark, limit) : next;
                next = found;
                if (found == null) {
                    if (turns.isEmpty()) {
                        end();
                    }
                    return;
                }
                if (turns.size() >= requested.get() - emitted) {
                    return;
                }
                next = null;
                cursor = found.sequence();
                One turn = new One();
                turns.add(turn);
                turn.start(found);
                emitWhatIsDone();
            }
        }

        private void emitWhatIsDone() {
            for (One first = turns.peek(); first != null && first.done && !cancelled; first = turns.peek()) {
                turns.remove();
                keep(first.error);
                Flushed result = first.result;
                if (result != null) {
                    emitted++;
                    actual.onNext(result);
                }
            }
        }

        private void keep(@Nullable Throwable failure) {
            Throwable first = error;
            if (first == null) {
                error = failure;
            } else if (failure != null && failure != first && first.getSuppressed().length < MAX_SUPPRESSED) {
                first.addSuppressed(failure);
            }
        }

        private void leave() {
            over = true;
            table.end(bookmark);
        }

        private void end() {
            leave();
            if (error == null) {
                actual.onComplete();
            } else {
                actual.onError(error);
            }
        }

        /** One key's flush. */
        private final class One {

            private volatile boolean done;
            private @Nullable Flushed result;
            private @Nullable Throwable error;
            private @Nullable Disposable work;

            void start(Entry claimed) {
                Turn turn = new Turn(claimed.key(), claimed.sequence(), () -> cursor, limit);
                work = Mono.defer(() -> writes.flush(turn, withOld))
                        .subscribe(flushed -> result = flushed, this::failed, this::finished, actual.currentContext());
            }

            void dispose() {
                Disposable started = work;
                if (started != null) {
                    started.dispose();
                }
            }

            private void failed(Throwable failure) {
                error = failure;
                finished();
            }

            private void finished() {
                done = true;
                drain();
            }
        }
    }
}
