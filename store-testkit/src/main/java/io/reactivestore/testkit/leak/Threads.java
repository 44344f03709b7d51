package io.reactivestore.testkit.leak;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The threads that must not outlive a test: those that keep the JVM alive, and ours. */
final class Threads {

    private static final String OURS = "reactivestore-";

    private final List<String> ignored = new ArrayList<>();
    private Set<Thread> baseline = Set.of();

    Threads() {
        // The I/O pool of the system runtime belongs to no store; its threads end when they have been idle for long.
        ignore(OURS + "io-");
        // JUnit starts the threads that watch over time limits when it first needs them.
        ignore("junit-");
    }

    void ignore(String prefix) {
        ignored.add(prefix);
    }

    void takeBaseline() {
        baseline = Set.copyOf(all());
    }

    List<String> leaks() {
        return all().stream()
                .filter(thread -> thread.isAlive() && !baseline.contains(thread))
                .filter(thread -> !thread.isDaemon() || thread.getName().startsWith(OURS))
                .filter(thread -> ignored.stream().noneMatch(thread.getName()::startsWith))
                .map(thread -> "thread " + thread.getName() + (thread.isDaemon() ? "" : ", not a daemon"))
                .sorted()
                .toList();
    }

    /** Without their stacks, for which the JVM would have to stop. */
    private static List<Thread> all() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] threads = new Thread[root.activeCount() + 16];
        int count = root.enumerate(threads);
        while (count == threads.length) {
            threads = new Thread[2 * threads.length];
            count = root.enumerate(threads);
        }
        return List.of(Arrays.copyOf(threads, count));
    }
}
