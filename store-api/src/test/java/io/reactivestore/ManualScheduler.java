package io.reactivestore;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** A scheduler whose tasks run when the test says so, on the thread of the test. */
public final class ManualScheduler {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean refusing;

    public Scheduler scheduler() {
        return Schedulers.fromExecutor(task -> {
            if (refusing) {
                throw new RejectedExecutionException("meant");
            }
            tasks.add(task);
        });
    }

    /** From now on no task is taken. */
    public void refuse() {
        refusing = true;
    }

    /** Runs one task; false if there is none. */
    public boolean runOne() {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    public void runAll() {
        boolean more = true;
        while (more) {
            more = runOne();
        }
    }
}
