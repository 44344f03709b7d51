package io.reactivestore.testkit.leak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingMethod;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** The blocking calls on threads that must not block, of the whole JVM. */
final class BlockedCalls {
    /*
     * How it works. BlockHound reports each call on the thread that makes it, which then goes on. The stack tells what is waited
     * for: a call that is worth a report is kept for whoever watches.
     *
     *   state      written by                         guard
     *   watched    begin, end                         volatile; what is reported while it is not set is let go
     *   reported   the first report                   volatile
     *   CALLS      reports, begin, end                the class's lock; those beyond MOST are let go
     */

    /** Long beside what a hop to another thread takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** A thread that blocks once mostly does it again. */
    private static final int MOST = 20;

    private static final String REPORTER = "reactor.blockhound.BlockHoundRuntime";

    /** Where those wait who take turns: how long is up to the code around them. */
    private static final String LOCKS = "java.util.concurrent.locks.";

    private static final Set<String> SPINS = Set.of("yield", "yield0", "onSpinWait");

    /** Whose locks are held for a few steps, by all that we have seen of them: a queue, a pool, a buffer. */
    private static final List<String> LIBRARIES = List.of(
            "java.",
            "jdk.",
            "sun.",
            "reactor.",
            "io.netty.",
            "com.github.benmanes.caffeine.",
            "software.amazon.awssdk.");

    private static final List<BlockedCall> CALLS = new ArrayList<>();
    private static volatile boolean watched;
    private static volatile boolean reported;

    private BlockedCalls() {}

    /** One call; its stack begins with the method that blocks. */
    static final class BlockedCall extends RuntimeException {

        private static final long serialVersionUID = 1;

        private BlockedCall(String method, StackTraceElement[] stack) {
            super(method + " on " + Thread.currentThread().getName());
            setStackTrace(stack);
        }
    }

    /** Has all blocking calls reported from now on; once is enough. */
    static void install() {
        Installed.once();
    }

    static synchronized void begin() {
        CALLS.clear();
        watched = true;
    }

    static synchronized List<BlockedCall> end() {
        watched = false;
        return List.copyOf(CALLS);
    }

    private static void report(BlockingMethod method) {
        reported = true;
        if (!watched) {
            return;
        }
        StackTraceElement[] stack = withoutReporter(new Throwable().getStackTrace());
        if (blocks(stack)) {
            keep(new BlockedCall(method.toString(), stack));
        }
    }

    private static synchronized void keep(BlockedCall call) {
        if (CALLS.size() < MOST) {
            CALLS.add(call);
        }
    }

    private static StackTraceElement[] withoutReporter(StackTraceElement[] stack) {
        int first = 0;
        for (int i = 0; i < stack.length; i++) {
            if (stack[i].getClassName().equals(REPORTER)) {
                first = i + 1;
            }
        }
        return Arrays.copyOfRange(stack, first, stack.length);
    }

    /** Whether a thread with this stack does more than to take its turn behind somebody who is out in a moment. */
    static boolean blocks(StackTraceElement[] stack) {
        String method = stack[0].getMethodName();
        boolean takesTurn = SPINS.contains(method);
        int i = 1;
        if (method.equals("park")) {
            while (i < stack.length && stack[i].getClassName().startsWith(LOCKS)) {
                takesTurn |= isLocking(stack[i]);
                i++;
            }
            // A lock that a library has made for itself out of the parts, such as that of a pool's worker.
            takesTurn |= i > 1 && i < stack.length && isLocking(stack[i]) && isOfLibrary(stack[i]);
        }
        return takesTurn ? !isOfLibrary(i < stack.length ? stack[i] : null) : !isIdle(stack);
    }

    /** {@code lock}, {@code lockInterruptibly}, {@code tryLock}, {@code readLock}; not {@code await}, nor a semaphore's or a latch's. */
    private static boolean isLocking(StackTraceElement frame) {
        return frame.getMethodName().startsWith("lock") || frame.getMethodName().endsWith("Lock");
    }

    private static boolean isOfLibrary(@Nullable StackTraceElement frame) {
        return frame != null && LIBRARIES.stream().anyMatch(frame.getClassName()::startsWith);
    }

    /** Of a pool that began to wait for its next task before anybody watched; later it is no report. */
    private static boolean isIdle(StackTraceElement[] stack) {
        return Arrays.stream(stack)
                .anyMatch(frame -> frame.getMethodName().equals("getTask")
                        && frame.getClassName().equals("java.util.concurrent.ThreadPoolExecutor"));
    }

    /** The initialization of a class happens once. */
    private static final class Installed {

        static {
            BlockHound.builder()
                    .loadIntegrations()
                    .blockingMethodCallback(BlockedCalls::report)
                    .install();
            requireReports();
        }

        private Installed() {}

        static void once() {}

        /** Somebody else may have installed BlockHound before us, for reports of their own. */
        private static void requireReports() {
            // A thread that works while BlockHound is being installed counts as one that may block, for good.
            Scheduler fresh = Schedulers.newParallel("blockhound-probe", 1);
            // Yielding is the blocking call that harms nobody.
            Mono.fromRunnable(Thread::yield)
                    .subscribeOn(fresh)
                    .as(StepVerifier::create)
                    .expectComplete()
                    .verify(PATIENCE);
            fresh.dispose();
            if (!reported) {
                throw new IllegalStateException("BlockHound is installed already, and reports to somebody else");
            }
        }
    }
}
