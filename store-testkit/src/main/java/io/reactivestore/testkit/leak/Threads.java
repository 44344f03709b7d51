package io.reactivestore.testkit.leak;

import java.util.ArrayList;
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
    }

    void ignore(String prefix) {
        ignored.add(prefix);
    }

    void takeBaseline() {
        baseline = Set.copyOf(Thread.getAllStackTraces().keySet());
    }

    List<String> leaks() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && !baseline.contains(thread))
                .filter(thread -> !thread.isDaemon() || thread.getName().startsWith(OURS))
                .filter(thread -> ignored.stream().noneMatch(thread.getName()::startsWith))
                .map(thread -> "thread " + thread.getName() + (thread.isDaemon() ? "" : ", not a daemon"))
                .sorted()
                .toList();
    }
}
