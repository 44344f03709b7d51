package io.reactivestore.testkit.simulate;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Tasks that run one after the other in the order in which they became ready; lanes overtake each other. */
final class Lane {

    final SimulatedScheduler scheduler;
    final String label;
    private final Deque<SimulatedTask> ready = new ArrayDeque<>();
    private boolean queued;
    private boolean stalled;

    Lane(SimulatedScheduler scheduler, String label) {
        this.scheduler = scheduler;
        this.label = label;
    }

    void add(SimulatedTask task) {
        ready.add(task);
        offer();
    }

    /** The next task that is still wanted; null if there is none. */
    @Nullable SimulatedTask poll() {
        SimulatedTask task = ready.poll();
        while (task != null && task.isOver()) {
            task = ready.poll();
        }
        return task;
    }

    /** The simulation took it off its list of lanes with ready tasks. */
    void taken() {
        queued = false;
    }

    void stall() {
        stalled = true;
    }

    void resume() {
        stalled = false;
        offer();
    }

    void offer() {
        while (!ready.isEmpty() && ready.peek().isOver()) {
            ready.poll();
        }
        if (!queued && !stalled && !ready.isEmpty()) {
            queued = true;
            scheduler.runtime.simulation().ready(this);
        }
    }
}
