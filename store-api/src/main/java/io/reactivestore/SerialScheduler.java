package io.reactivestore;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.NonBlocking;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Reactor's scheduler over one daemon thread, but for its end. */
final class SerialScheduler implements Scheduler {
    /*
     * Reactor waits for the end of an executor on a thread that is no daemon and stays for another 10 s, so that a program which has
     * closed its stores would not end before. This executor tells its end itself, under its own lock, which nobody needs any more.
     */

    private final Sinks.Empty<Void> terminated = Sinks.empty();
    private final ScheduledThreadPoolExecutor executor;
    private final Scheduler tasks;

    SerialScheduler(String name) {
        executor = new ScheduledThreadPoolExecutor(1, task -> new SerialThread(task, name)) {
            @Override
            protected void terminated() {
                terminated.tryEmitEmpty();
            }
        };
        executor.setRemoveOnCancelPolicy(true);
        tasks = Schedulers.fromExecutorService(executor);
    }

    @Override
    public Disposable schedule(Runnable task) {
        return tasks.schedule(task);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return tasks.schedule(task, delay, unit);
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return tasks.schedulePeriodically(task, initialDelay, period, unit);
    }

    @Override
    public Worker createWorker() {
        return tasks.createWorker();
    }

    @Override
    public void dispose() {
        executor.shutdownNow();
    }

    /** What was scheduled before still runs, also if its time has yet to come; what comes later is refused. */
    @Override
    public Mono<Void> disposeGracefully() {
        return Mono.fromRunnable(executor::shutdown).then(terminated.asMono());
    }

    @Override
    public boolean isDisposed() {
        return executor.isShutdown();
    }

    private static final class SerialThread extends Thread implements NonBlocking {

        SerialThread(Runnable task, String name) {
            super(task, name);
            setDaemon(true);
            setContextClassLoader(SerialScheduler.class.getClassLoader());
        }
    }
}
