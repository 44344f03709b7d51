package io.reactivestore.testkit.history;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one operation does to one key. */
final class Mutation {

    enum Kind {
        PUT,
        COPY,
        REMOVAL
    }

    /** Copies of copies of writes in doubt add up; beyond this the check lets go of a copy rather than of the memory. */
    private static final int MAX_COPIED = 200;

    final Operation operation;
    final Kind kind;

    /** The number of a put's write; 0 for others. */
    final long number;

    /** What a copy may have copied: the mutations of its source that could be read while it ran. */
    private final List<Mutation> sources = new ArrayList<>();

    /** The same as numbers of writes, once it is settled; null if too many to be remembered: then it may have copied any. */
    private @Nullable Set<Long> copied = Set.of();

    private boolean seen;
    private boolean dead;
    private boolean applied;
    private boolean needless;

    /** @param present whether the source held the key when it began, if that is recorded */
    Mutation(Operation operation, Kind kind, long number, boolean present) {
        this.operation = operation;
        this.kind = kind;
        this.number = number;
        this.needless = kind == Kind.REMOVAL && !present;
    }

    void mayCopy(Mutation source) {
        sources.add(source);
    }

    /** The copy is settled: what it may have copied is known, and its sources can be forgotten. */
    void settleCopy() {
        copied = numbers(new HashSet<>());
        sources.clear();
    }

    /** Whether it can have left this state: the number of a write, or {@link KeyHistory#ABSENT}. */
    boolean canLeave(long state) {
        return switch (kind) {
            case REMOVAL -> state == KeyHistory.ABSENT;
            case PUT -> state == number;
            case COPY -> {
                Set<Long> numbers = numbers(new HashSet<>());
                yield state != KeyHistory.ABSENT && (numbers == null || numbers.contains(state));
            }
        };
    }

    /** A read proves that it was applied. */
    void see() {
        seen = true;
    }

    /** A read proves that it was not applied. */
    void kill() {
        dead = true;
    }

    boolean isSeen() {
        return seen;
    }

    boolean isDead() {
        return dead || operation.outcome() == Operation.Outcome.FAILED;
    }

    /** The source did this, or one of several of which this is one. */
    void applied() {
        applied = true;
    }

    boolean isApplied() {
        return applied;
    }

    /** Something else was written while it ran: a removal may leave that. */
    void overtaken() {
        needless |= kind == Kind.REMOVAL;
    }

    /** A removal that had nothing to remove. */
    boolean isNeedless() {
        return needless;
    }

    /** Whatever it did, it did it before the other one began. */
    boolean isBefore(Mutation other) {
        return operation.isSettledBefore(other.operation.beginTick, other.operation.beginNanos);
    }

    private @Nullable Set<Long> numbers(Set<Mutation> asked) {
        if (kind == Kind.PUT) {
            return Set.of(number);
        }
        if (copied == null) {
            return null;
        }
        Set<Long> numbers = new HashSet<>(copied);
        // Two copies may have copied each other.
        if (asked.add(this)) {
            for (Mutation source : sources) {
                Set<Long> more = source.numbers(asked);
                if (more == null || numbers.size() + more.size() > MAX_COPIED) {
                    return null;
                }
                numbers.addAll(more);
            }
        }
        return numbers;
    }

    @Override
    public String toString() {
        return operation.toString();
    }
}
