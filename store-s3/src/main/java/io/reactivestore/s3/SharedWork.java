package io.reactivestore.s3;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/**
 * Work whose outcome all who want it at the same time share. Nothing of it is kept: who comes later has it done again.
 *
 * @param <T> what comes of it
 */
final class SharedWork<T> {
    /*
     * How it works. The first who waits starts a run, others join it.
     *
     *   idle --first waiter--> running --value or error--> idle; all who wait are told
     *                          running --last waiter cancels--> idle; the work is cancelled
     *
     *   state           written by                  guard   seen by others
     *   run, waiters    who waits, end of the work  this    at once
     *
     * A run that was left by all is no longer the run before its work is cancelled, so nobody joins one that will tell nothing. Nobody is
     * told, and nothing subscribed to or cancelled, under the lock. An outcome is told as a value, so that the failure of work that
     * nobody waits for any more is dropped without a word.
     */

    private final Mono<T> work;
    private final Scheduler delivery;
    private @Nullable Run run;

    /**
     * Shares this work.
     *
     * @param work sees nobody's Context, since it belongs to all
     * @param delivery where each who waits is told, by a task of their own
     */
    SharedWork(Mono<T> work, Scheduler delivery) {
        this.work = work;
        this.delivery = delivery;
    }

    /** The outcome of the run under way, or of a new one. */
    Mono<T> join() {
        return Mono.<Mono<T>>create(this::join).flatMap(outcome -> outcome);
    }

    private void join(MonoSink<Mono<T>> waiter) {
        Run joined;
        boolean first;
        synchronized (this) {
            first = run == null;
            joined = run == null ? new Run() : run;
            run = joined;
            joined.waiters.add(waiter);
        }
        waiter.onCancel(() -> leave(joined, waiter));
        if (first && !joined.subscription.isDisposed()) {
            joined.subscription.update(work.subscribe(
                    value -> end(joined, Mono.just(value)),
                    error -> end(joined, Mono.error(error)),
                    () -> end(joined, Mono.empty())));
        }
    }

    private void leave(Run left, MonoSink<Mono<T>> waiter) {
        boolean last;
        synchronized (this) {
            last = left.waiters.remove(waiter) && left.waiters.isEmpty();
            if (last && run == left) {
                run = null;
            }
        }
        if (last) {
            left.subscription.dispose();
        }
    }

    private void end(Run ended, Mono<T> outcome) {
        List<MonoSink<Mono<T>>> told;
        synchronized (this) {
            if (run == ended) {
                run = null;
            }
            told = List.copyOf(ended.waiters);
            ended.waiters.clear();
        }
        told.forEach(waiter -> delivery.schedule(() -> waiter.success(outcome)));
    }

    private final class Run {
        private final Set<MonoSink<Mono<T>>> waiters = new LinkedHashSet<>();
        private final Disposable.Swap subscription = Disposables.swap();
    }
}
