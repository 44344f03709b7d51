package io.reactivestore.testkit.simulate;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;

/** One piece of work of a simulated process. */
final class SimulatedTask extends Timed implements Disposable {
    /*
     * How it works. All on the thread of the simulation.
     *
     *   waiting --its time--> ready --its turn--> running --> over
     *   running --periodic--> waiting
     *   waiting, ready --dispose, kill--> over (never runs, or never again)
     */

    enum State {
        WAITING,
        READY,
        RUNNING,
        OVER
    }

    final Lane lane;
    final SimulatedScheduler.@Nullable SimulatedWorker worker;
    private @Nullable Runnable work;
    private final long periodNanos;
    private State state = State.WAITING;
    private boolean disposed;

    SimulatedTask(
            Lane lane,
            SimulatedScheduler.@Nullable SimulatedWorker worker,
            Runnable work,
            long dueNanos,
            long periodNanos,
            long sequence) {
        super(dueNanos, sequence);
        this.lane = lane;
        this.worker = worker;
        this.work = work;
        this.periodNanos = periodNanos;
    }

    @Nullable Runnable work() {
        return work;
    }

    boolean isPeriodic() {
        return periodNanos >= 0;
    }

    boolean isOver() {
        return state == State.OVER;
    }

    @Override
    void due() {
        state = State.READY;
        lane.add(this);
    }

    void run() {
        Runnable mine = work;
        if (mine == null) {
            return;
        }
        state = State.RUNNING;
        try {
            mine.run();
        } finally {
            if (isPeriodic() && !disposed && lane.scheduler.accepts(worker)) {
                state = State.WAITING;
                lane.scheduler.runtime.simulation().again(this, periodNanos);
            } else {
                end();
            }
        }
    }

    /** Takes it out, wherever it is. It never runs, or never again. */
    @Override
    public void dispose() {
        if (disposed) {
            return;
        }
        disposed = true;
        if (state == State.WAITING || state == State.READY) {
            lane.scheduler.runtime.simulation().forget(this);
            end();
        }
    }

    @Override
    public boolean isDisposed() {
        return disposed || isOver();
    }

    private void end() {
        state = State.OVER;
        work = null;
        if (worker != null) {
            worker.forget(this);
        }
        lane.scheduler.finished();
    }
}
