package io.reactivestore.testkit.history;

import io.reactivestore.Store;
import io.reactivestore.testkit.history.KeyHistory.Application;
import io.reactivestore.testkit.history.Mutation.Kind;
import io.reactivestore.testkit.history.Operation.Outcome;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What clients did with the keys of a store, checked as it comes in. Every value carries the number of its write ({@link Values}).
 * A read may return what was not certainly replaced before it began: the last acknowledged write, any that overlapped it, any that
 * is in doubt; absence likewise. A mutation that was never answered may be applied until its time in doubt is over; by then it was
 * applied or never will be, and reads must agree which.
 *
 * <p>With {@link #appliedOrder()} around the source the check is stricter: a read may return nothing older, in the source's own
 * order, than what was acknowledged, or applied and out of doubt, before it began.
 *
 * <p>All keys are absent at the start, and nobody else writes them. Safe for many threads. What no read can return any more is
 * forgotten.
 */
public final class History {
    /*
     * All state is guarded by this object's lock, under which nothing outside of this package is called but the clock.
     */

    private static final int VIOLATIONS_KEPT = 10;

    /** A key that has more than this is pruned at its next event. */
    private static final int PRUNE_ABOVE = 16;

    private final LongSupplier nanoTime;
    private final long doubtNanos;
    private String replay = "history";
    private boolean retriesBelow;
    private @Nullable AppliedOrder order;
    private final Map<String, KeyHistory> keys = new HashMap<>();
    private final Map<Operation, List<Target>> open = new HashMap<>();
    private final Set<Operation> openReads = new LinkedHashSet<>();
    private final List<PrefixRemoval> prefixRemovals = new ArrayList<>();
    private final List<Violation> violations = new ArrayList<>();
    private long violationCount;
    private long tick;
    private long writes;
    private long reads;

    private History(LongSupplier nanoTime, Duration inDoubt) {
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
        this.doubtNanos = inDoubt.toNanos();
    }

    /**
     * A history with nothing in it.
     *
     * @param nanoTime the one clock of all clients
     * @param inDoubt how long after its end a mutation that was never answered may still be applied
     */
    public static History of(LongSupplier nanoTime, Duration inDoubt) {
        return new History(nanoTime, inDoubt);
    }

    /** The same on the time of a simulation, whose seed it names when something is wrong. */
    public static History of(Simulation simulation, Duration inDoubt) {
        return of(simulation::nanoTime, inDoubt).replayWith("seed " + simulation.seed());
    }

    /** What to name when something is wrong: how to repeat the run. */
    public synchronized History replayWith(String replay) {
        this.replay = replay;
        return this;
    }

    /**
     * Something below the clients tries again: an earlier attempt of a mutation may be applied after a later one was acknowledged,
     * until the time in doubt is over, and a failed condition may be due to an attempt that was applied.
     */
    public synchronized History withRetriesBelow() {
        retriesBelow = true;
        return this;
    }

    /** Makes the check the strict one. To be put around the source before its first use. */
    public synchronized AppliedOrder appliedOrder() {
        if (order == null) {
            order = new AppliedOrder(this);
        }
        return order;
    }

    /** A client that records what it does with a store. */
    public HistoryClient client(String name, Store store) {
        return new HistoryClient(this, name, store);
    }

    /** A put begins: it is to write {@link Write#content}. */
    public synchronized Write put(String client, String key) {
        long number = ++writes;
        Operation operation = begin(client, "put #" + number);
        add(operation, key(key), Kind.PUT, number);
        return new Write(this, operation, number);
    }

    /** A delete begins. */
    public synchronized Write delete(String client, String key) {
        Operation operation = begin(client, "delete");
        add(operation, key(key), Kind.REMOVAL, 0);
        return new Write(this, operation, 0);
    }

    /** A delete of each key with this prefix begins. */
    public synchronized Write deletePrefix(String client, String prefix) {
        Operation operation = begin(client, "deletePrefix " + prefix);
        open.put(operation, new ArrayList<>());
        keys.values().stream()
                .filter(each -> each.key.startsWith(prefix))
                .forEach(each -> add(operation, each, Kind.REMOVAL, 0));
        prefixRemovals.add(new PrefixRemoval(prefix, operation));
        return new Write(this, operation, 0);
    }

    /** A copy begins. */
    public synchronized Write copy(String client, String from, String to) {
        Operation operation = begin(client, "copy of " + from);
        addCopy(operation, key(from), key(to));
        return new Write(this, operation, 0);
    }

    /** A rename begins: a copy and a delete. */
    public synchronized Write rename(String client, String from, String to) {
        Operation operation = begin(client, "rename " + from + " to " + to);
        addCopy(operation, key(from), key(to));
        add(operation, key(from), Kind.REMOVAL, 0);
        return new Write(this, operation, 0);
    }

    /** A read begins. */
    public synchronized Read read(String client, String key) {
        Operation operation = begin(client, "read");
        openReads.add(operation);
        return new Read(this, key(key), operation);
    }

    /** How many reads were checked. */
    public synchronized long reads() {
        return reads;
    }

    /** How many puts began. */
    public synchronized long writes() {
        return writes;
    }

    /** Whether nothing was wrong so far. */
    public synchronized boolean isClean() {
        return violationCount == 0;
    }

    /** What was wrong: the first of it. */
    public synchronized List<Violation> violations() {
        return List.copyOf(violations);
    }

    /** How many operations are remembered: those under way, and those that a read may still return. */
    public synchronized int kept() {
        int kept = open.size() + openReads.size();
        for (KeyHistory each : keys.values()) {
            kept += each.mutations.size() + each.applications.size();
        }
        return kept;
    }

    /** Throws if anything was wrong. */
    public synchronized void verify() {
        if (violationCount > 0) {
            throw new HistoryViolation(replay, violations, violationCount);
        }
    }

    boolean retriesBelow() {
        return retriesBelow;
    }

    synchronized void end(Operation operation, Outcome outcome) {
        long doubt = outcome == Outcome.UNKNOWN || (outcome == Outcome.OK && retriesBelow) ? doubtNanos : -1;
        operation.end(outcome, ++tick, nanoTime.getAsLong(), doubt);
        List<Target> targets = open.remove(operation);
        for (Target each : targets == null ? List.<Target>of() : targets) {
            each.key.log(operation.beginTick, operation.toString());
            judgeEnd(each.key, each.mutation, outcome);
            prune(each.key);
        }
    }

    synchronized void endRead(KeyHistory key, Operation read, long state) {
        closeRead(key, read, "got " + KeyHistory.nameOf(state));
        String why = order == null ? RegisterCheck.judge(key, read, state) : OrderCheck.judge(key, read, state);
        if (why != null) {
            report(key, read + " got " + KeyHistory.nameOf(state) + ", " + why);
        }
        prune(key);
    }

    synchronized void endReadOf(KeyHistory key, Operation read, String etag) {
        if (order == null) {
            throw new IllegalStateException("etags can be told only by the order of the source");
        }
        for (Application each : key.applications) {
            if (etag.equals(each.etag())) {
                endRead(key, read, each.state());
                return;
            }
        }
        closeRead(key, read, "got the etag " + etag);
        report(key, read + " got the etag " + etag + ", which the source never gave, or replaced long before");
    }

    synchronized void endDamagedRead(KeyHistory key, Operation read, String damage) {
        closeRead(key, read, "got damaged bytes");
        report(key, read + " got damaged bytes: " + damage);
    }

    synchronized void dropRead(Operation read) {
        read.end(Outcome.FAILED, ++tick, nanoTime.getAsLong(), -1);
        openReads.remove(read);
    }

    /** The source applied a mutation just now. */
    synchronized void applied(String name, Kind kind, long state, @Nullable String etag) {
        KeyHistory key = key(name);
        long nanos = nanoTime.getAsLong();
        List<Mutation> candidates = key.mutations.stream()
                .filter(each -> each.kind == kind && each.operation.mayBeAppliedAt(nanos))
                .filter(each -> kind != Kind.PUT || each.number == state)
                .toList();
        Application application = new Application(++tick, nanos, kind, state, etag, candidates);
        key.applications.add(application);
        key.sourceState = state;
        candidates.forEach(Mutation::applied);
        key.mutations.forEach(each -> {
            if (kind != Kind.REMOVAL && each.operation.isOpen()) {
                each.overtaken();
            }
        });
        String what = kind == Kind.PUT ? "put #" + state : kind == Kind.COPY ? "copy of #" + state : "removal";
        key.log(tick, "source applies " + what + " [" + Operation.millis(nanos) + "]");
        if (candidates.isEmpty()) {
            report(
                    key,
                    "the source applied a " + what + " at " + Operation.millis(nanos)
                            + ", when no such mutation was under way or in doubt");
        }
        prune(key);
    }

    /** The source applied a put of content just now. */
    synchronized void appliedPut(String name, Values.Observed content, String etag) {
        if (content.damage() != null) {
            report(key(name), "the source was given damaged bytes: " + content.damage());
            return;
        }
        KeyHistory key = key(name);
        boolean own = key.mutations.stream().anyMatch(each -> each.number == content.number());
        boolean copy = key.mutations.stream()
                .anyMatch(each -> each.kind == Kind.COPY && each.operation.mayBeAppliedAt(nanoTime.getAsLong()));
        // A store may copy by reading and writing: then the bytes are of another key's write.
        applied(name, !own && copy ? Kind.COPY : Kind.PUT, content.number(), etag);
    }

    synchronized void appliedCopy(String from, String to, String etag) {
        applied(to, Kind.COPY, key(from).sourceState, etag);
    }

    synchronized void appliedPrefix(String prefix) {
        keys.keySet().stream()
                .filter(each -> each.startsWith(prefix))
                .toList()
                .forEach(each -> applied(each, Kind.REMOVAL, KeyHistory.ABSENT, null));
    }

    private Operation begin(String client, String label) {
        return new Operation(client, label, ++tick, nanoTime.getAsLong());
    }

    private Mutation add(Operation operation, KeyHistory key, Kind kind, long number) {
        Mutation mutation = new Mutation(operation, kind, number, key.sourceState != KeyHistory.ABSENT);
        for (Mutation each : key.copiesFromHere) {
            each.mayCopy(mutation);
        }
        key.mutations.add(mutation);
        open.computeIfAbsent(operation, none -> new ArrayList<>()).add(new Target(key, mutation));
        return mutation;
    }

    private void addCopy(Operation operation, KeyHistory from, KeyHistory to) {
        Mutation copy = add(operation, to, Kind.COPY, 0);
        if (order == null) {
            RegisterCheck.readable(from, operation.beginTick, operation.beginNanos)
                    .forEach(copy::mayCopy);
            from.copiesFromHere.add(copy);
        }
    }

    private KeyHistory key(String name) {
        KeyHistory known = keys.get(name);
        if (known != null) {
            return known;
        }
        KeyHistory key = new KeyHistory(name);
        keys.put(name, key);
        long nanos = nanoTime.getAsLong();
        prefixRemovals.removeIf(each -> !each.operation.mayBeAppliedAt(nanos));
        for (PrefixRemoval each : prefixRemovals) {
            if (name.startsWith(each.prefix)) {
                Mutation mutation = new Mutation(each.operation, Kind.REMOVAL, 0, false);
                key.mutations.add(mutation);
                List<Target> targets = open.get(each.operation);
                if (targets != null) {
                    targets.add(new Target(key, mutation));
                }
            }
        }
        return key;
    }

    private void judgeEnd(KeyHistory key, Mutation mutation, Outcome outcome) {
        if (outcome == Outcome.FAILED) {
            boolean applied = mutation.isSeen() || (mutation.kind == Kind.PUT && mutation.isApplied());
            if (applied) {
                report(key, "was told to have failed, but it was applied: " + mutation);
            }
        } else if (outcome == Outcome.OK && order != null) {
            String why = OrderCheck.judgeAcknowledged(mutation);
            if (why != null) {
                report(key, why);
            }
        }
    }

    private void closeRead(KeyHistory key, Operation read, String got) {
        read.end(Outcome.OK, ++tick, nanoTime.getAsLong(), -1);
        openReads.remove(read);
        reads++;
        key.log(read.beginTick, read + " " + got);
    }

    private void prune(KeyHistory key) {
        settleCopies(key);
        if (key.mutations.size() + key.applications.size() <= PRUNE_ABOVE) {
            return;
        }
        Operation oldest = openReads.isEmpty() ? null : openReads.iterator().next();
        long beforeTick = oldest == null ? tick + 1 : oldest.beginTick;
        long beforeNanos = oldest == null ? nanoTime.getAsLong() : oldest.beginNanos;
        if (order == null) {
            RegisterCheck.prune(key, beforeTick, beforeNanos);
        } else {
            OrderCheck.prune(key, beforeTick, beforeNanos);
        }
    }

    private void settleCopies(KeyHistory key) {
        long nanos = nanoTime.getAsLong();
        key.copiesFromHere.removeIf(each -> {
            boolean settled = !each.operation.mayBeAppliedAt(nanos);
            if (settled) {
                each.settleCopy();
            }
            return settled;
        });
    }

    private void report(KeyHistory key, String what) {
        violationCount++;
        if (violations.size() < VIOLATIONS_KEPT) {
            violations.add(new Violation(key.key, what, key.timeline()));
        }
    }

    private record Target(KeyHistory key, Mutation mutation) {}

    private record PrefixRemoval(String prefix, Operation operation) {}
}
