package io.reactivestore.cache;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/** One load that many readers share. */
final class Flight {
    /*
     * How it works.
     *
     *   loading --value, absent or error--> over (waiters told, each by a task of its own)
     *           --given up----------------> over (load cancelled, waiters told)
     *           --last waiter leaves------> over (load cancelled), or still loading if it is to be finished and kept
     *
     *   state      written by              guard         seen by others
     *   waiters    add, leave, end         this object   at once
     *   over       leave, end              this object   at once; never taken back
     *   begun      start, once             this object   at once; each waiter is told to it once, by its add or by the start
     *   running    start, once             Disposable.Swap
     *
     * Nobody is told anything, and the load is neither started nor cancelled, while the lock is held.
     */

    final Question question;
    final Load load;

    private final Scheduler delivery;
    private final boolean finishAlone;
    private final Set<MonoSink<Loaded>> waiters = new LinkedHashSet<>(2); // a list would make n cancels cost n * n
    private final Disposable.Swap running = Disposables.swap();
    private boolean over;
    private LoadListener.@Nullable Begun begun;

    /**
     * @param delivery where waiters are told
     * @param finishAlone whether the load goes on, and is kept, when the last waiter has left
     */
    Flight(Question question, Load load, Scheduler delivery, boolean finishAlone) {
        this.question = question;
        this.load = load;
        this.delivery = delivery;
        this.finishAlone = finishAlone;
    }

    /** Lets one more reader wait, unless it is over. */
    boolean add(MonoSink<Loaded> waiter) {
        LoadListener.Begun joined;
        synchronized (this) {
            if (over) {
                return false;
            }
            waiters.add(waiter);
            joined = begun;
        }
        if (joined != null) {
            joined.joined(waiter.contextView());
        }
        return true;
    }

    /**
     * Starts the load; once, after the first waiter was added.
     *
     * @param listener hears of it; null if nobody does
     * @param onOver runs before the waiters are told, or when the load is given up
     */
    void start(@Nullable LoadListener listener, Runnable onOver) {
        // The load is nobody's own, so it sees nobody's Context.
        Mono<Loaded> work = Mono.defer(load::ask);
        running.update((listener == null ? work : heard(listener, work))
                .defaultIfEmpty(new Loaded.Absent())
                .onErrorResume(error -> Mono.just(failed(error)))
                .doOnTerminate(onOver)
                .doOnCancel(onOver)
                .subscribe(this::end, error -> end(failed(error))));
    }

    private Mono<Loaded> heard(LoadListener listener, Mono<Loaded> work) {
        return Mono.defer(() -> {
            LoadListener.Begun heard = listener.begin(question.operation(), question.subject());
            List<MonoSink<Loaded>> present;
            synchronized (this) {
                begun = heard;
                present = List.copyOf(waiters);
            }
            present.forEach(waiter -> heard.joined(waiter.contextView()));
            AtomicBoolean ended = new AtomicBoolean();
            Consumer<@Nullable Throwable> end = error -> {
                if (ended.compareAndSet(false, true)) {
                    heard.ended(error);
                }
            };
            return work.doOnSuccess(loaded -> end.accept(null))
                    .doOnError(end)
                    .doOnCancel(() -> end.accept(null))
                    .contextWrite(heard.context());
        });
    }

    /** One reader waits no longer. */
    void leave(MonoSink<Loaded> waiter) {
        boolean last;
        synchronized (this) {
            last = waiters.remove(waiter) && waiters.isEmpty() && !over && !finishAlone;
            over |= last;
        }
        if (last) {
            running.dispose();
        }
    }

    /** Ends it from outside: the load is cancelled, and the waiters get this error. */
    void giveUp(Throwable error) {
        running.dispose();
        end(new Loaded.Failed(error, null));
    }

    private Loaded failed(Throwable error) {
        return new Loaded.Failed(error, load.instead());
    }

    private void end(Loaded loaded) {
        List<MonoSink<Loaded>> told;
        synchronized (this) {
            over = true;
            told = List.copyOf(waiters);
            waiters.clear();
        }
        for (MonoSink<Loaded> waiter : told) {
            delivery.schedule(() -> waiter.success(loaded));
        }
    }
}
