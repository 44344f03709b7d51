package io.reactivestore.testkit.leak;

import java.time.Duration;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/**
 * Makes every blocking call on a thread that must not block an error, for the rest of the JVM's life. From JDK 13 on the JVM must be
 * started with {@code -XX:+AllowRedefinitionToAddDeleteMethods}.
 */
public final class BlockingCheck {

    /** Long beside what a hop to another thread takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private BlockingCheck() {}

    /** Installs it; once is enough. */
    public static void install() {
        Installed.once();
    }

    /** Throws an {@link AssertionError} if a blocking call on a thread of {@link Schedulers#parallel()} goes unnoticed. */
    public static void verifyInstalled() {
        // Yielding is the blocking call that harms nobody if nobody notices it.
        Mono.fromRunnable(Thread::yield)
                .subscribeOn(Schedulers.parallel())
                .as(StepVerifier::create)
                .expectError(BlockingOperationError.class)
                .verify(PATIENCE);
    }

    /**
     * Gets the threads of a scheduler out of the wait for their next task, which is allowed only where it begins under the check: one
     * that had to wait on in the same call, for a task that is not due, would fail in the middle of it and leave its queue locked.
     */
    private static void wake(Scheduler scheduler, int tasks) {
        Flux.range(0, tasks)
                .flatMap(task -> Mono.fromRunnable(() -> {}).subscribeOn(scheduler), tasks)
                .as(StepVerifier::create)
                .expectComplete()
                .verify(PATIENCE);
    }

    /** Locks that are held for a few steps by whoever hands a task over, and that nobody waits under. */
    private static void allowHandovers(BlockHound.Builder check) {
        // Caffeine hands its maintenance over under the lock that the maintenance takes first: the thread it is handed
        // to waits until the other is out. There is no other way to give Caffeine a thread.
        check.allowBlockingCallsInside("com.github.benmanes.caffeine.cache.BoundedLocalCache", "performCleanUp");
        // A writer that finds Caffeine's buffer of writes full helps to empty it, and waits for whoever is doing that.
        check.allowBlockingCallsInside("com.github.benmanes.caffeine.cache.BoundedLocalCache", "lock");
        // A pool of the JDK has one lock for those who queue a task, and one for those who make it grow.
        check.allowBlockingCallsInside("java.util.concurrent.LinkedBlockingQueue", "offer");
        check.allowBlockingCallsInside("java.util.concurrent.ThreadPoolExecutor", "addWorker");
        // The timers of reactor-test, which a test may give to stores on threads of their own, are a queue with a lock.
        check.allowBlockingCallsInside("java.util.concurrent.PriorityBlockingQueue", "offer");
        check.allowBlockingCallsInside("java.util.concurrent.PriorityBlockingQueue", "remove");
    }

    /** The initialization of a class happens once. */
    private static final class Installed {

        static {
            BlockHound.install(BlockingCheck::allowHandovers);
            wake(Schedulers.parallel(), 2 * Schedulers.DEFAULT_POOL_SIZE);
            wake(Schedulers.single(), 1);
        }

        private Installed() {}

        static void once() {}
    }
}
