package io.reactivestore.testkit.fault;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a {@link FaultyStore} was told, and how often it was called. */
final class FaultPlan {
    /*
     * All state is guarded by this object's lock; nothing else is called under it but the randomness.
     */

    private final RandomGenerator random;
    private final List<Rule> rules = new ArrayList<>();
    private final Map<StoreOperation, Long> calls = new EnumMap<>(StoreOperation.class);
    private long injected;

    FaultPlan(RandomGenerator random) {
        this.random = random;
    }

    synchronized void at(StoreOperation operation, long number, Fault fault) {
        fault.requireFits(operation);
        if (number <= calls(operation)) {
            throw new IllegalArgumentException(operation.method() + "#" + number + " was called already");
        }
        rules.add(new Rule(operation, number, 1, true, fault));
    }

    synchronized void next(StoreOperation operation, Fault fault) {
        fault.requireFits(operation);
        rules.add(new Rule(operation, 0, 1, true, fault));
    }

    synchronized void randomly(double probability, Fault fault, StoreOperation... operations) {
        Objects.requireNonNull(fault, "fault");
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("need a probability of 0..1, was " + probability);
        }
        for (StoreOperation operation : operations) {
            fault.requireFits(operation);
            rules.add(new Rule(operation, 0, probability, false, fault));
        }
    }

    synchronized void clear() {
        rules.clear();
    }

    synchronized Call called(StoreOperation operation, @Nullable String key) {
        return new Call(operation, key, calls.merge(operation, 1L, Long::sum));
    }

    synchronized @Nullable Fault faultOf(Call call) {
        for (Iterator<Rule> each = rules.iterator(); each.hasNext(); ) {
            Rule rule = each.next();
            if (rule.operation == call.operation()
                    && (rule.number == 0 || rule.number == call.number())
                    && (rule.probability == 1 || random.nextDouble() < rule.probability)) {
                if (rule.once) {
                    each.remove();
                }
                injected++;
                return rule.fault;
            }
        }
        return null;
    }

    synchronized long calls(StoreOperation operation) {
        return calls.getOrDefault(operation, 0L);
    }

    synchronized long injected() {
        return injected;
    }

    /**
     * @param number which call, or 0 for any
     * @param once whether it is forgotten after it was met
     */
    private record Rule(StoreOperation operation, long number, double probability, boolean once, Fault fault) {}
}
