package io.reactivestore.embeddeds3.latency;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Says which fault befalls a request. */
final class FaultBook {
    /*
     *   state          written by             guard                    seen by others
     *   rules          inject, clear          copy on write            at once
     *   rule.matched   any request            atomic                   at once; each number is given out once
     */

    private record Rule(FaultRule rule, long seed, long addedNanos, AtomicLong matched) {}

    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final AtomicLong added = new AtomicLong();
    private final long seed;
    private final double speed;

    FaultBook(long seed, double speed) {
        this.seed = seed;
        this.speed = speed;
    }

    void add(FaultRule rule) {
        rules.add(new Rule(rule, Mix.of(seed, added.incrementAndGet(), 0), System.nanoTime(), new AtomicLong()));
    }

    void clear() {
        rules.clear();
    }

    @Nullable Fault next(Operation operation, String key) {
        for (Rule rule : rules) {
            if (rule.rule.concerns(operation, key)) {
                long number = rule.matched.getAndIncrement();
                long nanos = (long) ((System.nanoTime() - rule.addedNanos) * speed);
                if (rule.rule.befalls(number, nanos, Mix.toUnit(Mix.of(rule.seed ^ number)))) {
                    return rule.rule.fault();
                }
            }
        }
        return null;
    }
}
