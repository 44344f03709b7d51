package io.reactivestore.local;

import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;

/** Blocking tasks on the I/O scheduler, one after the other: a lock for which no thread waits. */
final class SerialTasks implements Runnable {
    /*
     * How it works. Whoever raises `pending` from 0 schedules a run; a run does one task and schedules the next if there is one, so
     * that many tasks share the I/O threads fairly with others. The caller hears of its result after the next run was scheduled: no
     * code of the caller's runs while others wait for it.
     *
     *   idle --task--> scheduled --run--> running --last task done--> idle
     *                                     running --more tasks--> scheduled
     *
     *   state       written by             guard               seen by others
     *   tasks       callers, runs          lock-free queue     at once; before `pending` counts them
     *   pending     callers, runs          CAS                 at once
     *   cancelled   the caller of a task   volatile            when its turn comes: a running task is let finish
     *
     * As many tasks wait as there are subscribers waiting, which is the bound of the queue.
     */

    private final Scheduler io;
    private final Queue<Task<?>> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();

    SerialTasks(Scheduler io) {
        this.io = io;
    }

    /**
     * Does the work when its turn has come.
     *
     * @return what the work returns, empty for null
     * @cancel the work is left out if its turn has not come, else it is let finish
     */
    <T> Mono<T> run(Callable<@Nullable T> work) {
        return Mono.create(sink -> {
            Task<T> task = new Task<>(work, sink);
            sink.onCancel(() -> task.cancelled = true);
            tasks.add(task);
            if (pending.getAndIncrement() == 0) {
                schedule();
            }
        });
    }

    @Override
    public void run() {
        Task<?> task = Objects.requireNonNull(tasks.poll());
        task.work();
        if (pending.decrementAndGet() != 0) {
            schedule();
        }
        task.tell();
    }

    private void schedule() {
        boolean more = true;
        while (more) {
            try {
                io.schedule(this);
                return;
            } catch (RejectedExecutionException busy) {
                Task<?> task = Objects.requireNonNull(tasks.poll());
                more = pending.decrementAndGet() != 0;
                task.error = busy;
                task.tell();
            }
        }
    }

    private static final class Task<T> {
        private final Callable<@Nullable T> work;
        private final MonoSink<T> sink;
        private volatile boolean cancelled;
        private @Nullable T result;
        private @Nullable Throwable error;

        Task(Callable<@Nullable T> work, MonoSink<T> sink) {
            this.work = work;
            this.sink = sink;
        }

        void work() {
            if (cancelled) {
                return;
            }
            try {
                result = work.call();
            } catch (Throwable e) {
                error = e;
            }
        }

        void tell() {
            if (cancelled) {
                return;
            }
            if (error != null) {
                sink.error(error);
            } else {
                sink.success(result);
            }
        }
    }
}
