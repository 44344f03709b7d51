package io.reactivestore.testkit.leak;

import java.time.Duration;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
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

    /** The initialization of a class happens once. */
    private static final class Installed {

        static {
            BlockHound.install();
        }

        private Installed() {}

        static void once() {}
    }
}
