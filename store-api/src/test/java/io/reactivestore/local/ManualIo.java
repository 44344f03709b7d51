package io.reactivestore.local;

import java.util.ArrayDeque;
import java.util.Deque;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
import reactor.core.scheduler.Scheduler;

/** An I/O scheduler whose tasks run when the test says so, on its thread; or that takes none. */
final class ManualIo implements Scheduler {

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean full;

    void setFull(boolean full) {
        this.full = full;
    }

    void runAll() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @Override
    public Disposable schedule(Runnable task) {
        if (full) {
            throw Exceptions.failWithRejected();
        }
        tasks.add(task);
        return Disposables.single();
    }

    @Override
    public Worker createWorker() {
        throw new UnsupportedOperationException();
    }
}
