package io.reactivestore.testkit.simulate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/** A scheduler whose threads are lanes of the simulation. */
final class SimulatedScheduler implements Scheduler {
    /*
     * How it works. A serial scheduler is one lane. A pooled one has a lane for each worker, and one for each task that was
     * scheduled without a worker, so that the seed decides which comes first. After the kill of its process it takes tasks
     * silently and runs none: an error would let code of the dead process run.
     */

    /** What a scheduler may do besides running a task as soon as it can. */
    enum Kind {
        /** Runs tasks at their time; shared by all stores of the process. */
        TIMERS,
        /** Knows no time, like the one it stands for: an executor. */
        IO,
        /** One lane; belongs to one owner, who disposes of it. */
        SERIAL
    }

    final SimulatedRuntime runtime;
    private final String name;
    private final Kind kind;
    private final @Nullable Lane only;
    private final Sinks.Empty<Void> drained = Sinks.empty();
    private int unfinished;
    private boolean closing;
    private long lanes;

    SimulatedScheduler(SimulatedRuntime runtime, String name, Kind kind) {
        this.runtime = runtime;
        this.name = name;
        this.kind = kind;
        this.only = kind == Kind.SERIAL ? new Lane(this, runtime.name() + "/" + name) : null;
    }

    @Override
    public Disposable schedule(Runnable task) {
        return add(null, task, 0, -1);
    }

    @Override
    public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
        return add(null, task, unit.toNanos(Math.max(0, delay)), -1);
    }

    @Override
    public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return add(null, task, unit.toNanos(Math.max(0, initialDelay)), unit.toNanos(Math.max(1, period)));
    }

    @Override
    public Worker createWorker() {
        return new SimulatedWorker(newLane());
    }

    @Override
    public long now(TimeUnit unit) {
        return unit.convert(runtime.clock().millis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void dispose() {
        requireOwned();
        closing = true;
        runtime.simulation().drop(task -> task.lane.scheduler == this);
        drainedIfDone();
    }

    /** What is ready or waits for its time still runs; new tasks are refused. */
    @Override
    public Mono<Void> disposeGracefully() {
        return Mono.defer(() -> {
            requireOwned();
            closing = true;
            drainedIfDone();
            return drained.asMono();
        });
    }

    @Override
    public boolean isDisposed() {
        return closing;
    }

    @Override
    public String toString() {
        return runtime.name() + "/" + name;
    }

    boolean accepts(@Nullable SimulatedWorker worker) {
        return !closing && runtime.isAlive() && (worker == null || !worker.closed);
    }

    SimulatedTask add(Lane lane, @Nullable SimulatedWorker worker, Runnable work, long delayNanos, long periodNanos) {
        unfinished++;
        SimulatedTask task = runtime.simulation().add(lane, worker, work, delayNanos, periodNanos);
        if (worker != null) {
            worker.tasks.add(task);
        }
        return task;
    }

    /** Told by each task that ran or was dropped. */
    void finished() {
        unfinished--;
        drainedIfDone();
    }

    private void drainedIfDone() {
        if (closing && unfinished == 0) {
            drained.tryEmitEmpty();
        }
    }

    private Disposable add(@Nullable SimulatedWorker worker, Runnable task, long delayNanos, long periodNanos) {
        runtime.simulation().requireThread();
        if (!runtime.isAlive()) {
            return Disposables.never();
        }
        if (!accepts(worker)) {
            throw Exceptions.failWithRejected();
        }
        if (kind == Kind.IO && (delayNanos > 0 || periodNanos >= 0)) {
            throw Exceptions.failWithRejectedNotTimeCapable();
        }
        Lane lane = worker != null ? worker.lane : newLane();
        return add(lane, worker, task, delayNanos, periodNanos);
    }

    private Lane newLane() {
        return only != null ? only : new Lane(this, runtime.name() + "/" + name + "-" + ++lanes);
    }

    private void requireOwned() {
        if (kind != Kind.SERIAL) {
            throw runtime.simulation().fail(this + " was disposed of, but it belongs to the runtime", null);
        }
    }

    /** Runs its tasks one after the other; disposing of it drops those that did not run. */
    final class SimulatedWorker implements Worker {

        private final Lane lane;
        private final Set<SimulatedTask> tasks = new LinkedHashSet<>();
        private boolean closed;

        SimulatedWorker(Lane lane) {
            this.lane = lane;
        }

        @Override
        public Disposable schedule(Runnable task) {
            return add(this, task, 0, -1);
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            return add(this, task, unit.toNanos(Math.max(0, delay)), -1);
        }

        @Override
        public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
            return add(this, task, unit.toNanos(Math.max(0, initialDelay)), unit.toNanos(Math.max(1, period)));
        }

        @Override
        public void dispose() {
            closed = true;
            // A task takes itself out of the set as it is disposed of.
            List.copyOf(tasks).forEach(SimulatedTask::dispose);
        }

        @Override
        public boolean isDisposed() {
            return closed;
        }

        void forget(SimulatedTask task) {
            tasks.remove(task);
        }
    }
}
