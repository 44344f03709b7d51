package io.reactivestore.cache.writeback;

import io.reactivestore.cache.writeback.InnerWrites.Flushed;
import io.reactivestore.cache.writeback.InnerWrites.Turn;
import io.reactivestore.internal.Emission;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

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

    private final class Run extends Emission<Flushed> {
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
         *   turns, next, error       rounds              see Emission             -
         *   cursor                   rounds              see Emission             volatile; turns that begin to write read it
         *   One.result, One.done     the turn's signal   written before done      volatile
         *
         * A turn may end while it is being subscribed to: then there is one more round.
         */

        private final long limit;
        private final SlotOrder.Bookmark bookmark = table.goThroughDirty();
        private final Deque<One> turns = new ArrayDeque<>();
        private volatile long cursor;

        /** Found, and waiting for demand. */
        private @Nullable Entry next;

        private @Nullable Throwable error;

        Run(CoreSubscriber<? super Flushed> actual, long limit) {
            super(actual);
            this.limit = limit;
        }

        @Override
        protected void round() {
            emitWhatIsDone();
            while (!isCancelled() && turns.size() < concurrency) {
                Entry found = next == null ? table.nextDirty(bookmark, limit) : next;
                next = found;
                if (found == null) {
                    if (turns.isEmpty()) {
                        end();
                    }
                    return;
                }
                if (turns.size() >= demand()) {
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
            for (One first = turns.peek(); first != null && first.done && !isCancelled(); first = turns.peek()) {
                turns.remove();
                keep(first.error);
                Flushed result = first.result;
                if (result != null) {
                    give(result);
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

        private void end() {
            if (error == null) {
                complete();
            } else {
                fail(error);
            }
        }

        @Override
        protected void release() {
            table.end(bookmark);
            turns.forEach(One::dispose);
            turns.clear();
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
                        .subscribe(flushed -> result = flushed, this::failed, this::finished, context());
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
