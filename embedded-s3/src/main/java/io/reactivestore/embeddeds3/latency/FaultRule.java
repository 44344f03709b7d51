package io.reactivestore.embeddeds3.latency;

import java.io.Serializable;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which requests a fault befalls. Immutable; {@link #of} befalls all, and each further word only narrows it.
 *
 * <pre>{@code
 * FaultRule.of(Fault.slowDown()).on(Operation.GET_OBJECT).between(Duration.ofSeconds(10), Duration.ofSeconds(20))
 * FaultRule.of(Fault.lostAnswer()).on(Operation.PUT_OBJECT).key("a").times(1)
 * }</pre>
 */
public final class FaultRule implements Serializable {

    private static final long serialVersionUID = 1;

    private final Settings settings;

    private FaultRule(Settings settings) {
        this.settings = settings;
    }

    /** Befalls every request. */
    public static FaultRule of(Fault fault) {
        return new FaultRule(new Settings(
                Objects.requireNonNull(fault, "fault"),
                EnumSet.allOf(Operation.class),
                null,
                0,
                Long.MAX_VALUE,
                Duration.ZERO,
                null,
                1));
    }

    /** Only these operations. */
    public FaultRule on(Operation... operations) {
        return edit(draft -> draft.operations = EnumSet.copyOf(List.of(operations)));
    }

    /** Only requests for this key. */
    public FaultRule key(String key) {
        return edit(draft -> draft.key = Objects.requireNonNull(key, "key"));
    }

    /** Only so many of the requests that the other words let through, the first ones. */
    public FaultRule times(long times) {
        return requests(0, times);
    }

    /**
     * Only the requests with these numbers, counted from 0 over those of the operations and the key since the rule was added.
     *
     * @param to the first one that is spared again
     */
    public FaultRule requests(long from, long to) {
        return edit(draft -> {
            draft.from = from;
            draft.to = to;
        });
    }

    /** Only requests that come in this time, counted from when the rule was added. Times are those of the law, as delays are. */
    public FaultRule between(Duration begin, Duration end) {
        return edit(draft -> {
            draft.begin = begin;
            draft.end = end;
        });
    }

    /** Only this share of the requests, drawn by the seed of the server and the number of the request. */
    public FaultRule share(double share) {
        return edit(draft -> draft.share = share);
    }

    Fault fault() {
        return settings.fault;
    }

    boolean concerns(Operation operation, String key) {
        return settings.operations.contains(operation) && (settings.key == null || settings.key.equals(key));
    }

    /**
     * Whether it befalls one of the requests that it concerns.
     *
     * @param number of the request among them
     * @param nanos since the rule was added
     * @param chance {@code 0..1}
     */
    boolean befalls(long number, long nanos, double chance) {
        return number >= settings.from
                && number < settings.to
                && nanos >= settings.begin.toNanos()
                && (settings.end == null || nanos < settings.end.toNanos())
                && chance < settings.share;
    }

    @Override
    public String toString() {
        return "FaultRule" + settings.toString().substring("Settings".length());
    }

    private FaultRule edit(Consumer<Draft> change) {
        Draft draft = new Draft(settings);
        change.accept(draft);
        return new FaultRule(draft.settings());
    }

    private static final class Draft {
        final Fault fault;
        Set<Operation> operations;

        @Nullable String key;

        long from;
        long to;
        Duration begin;

        @Nullable Duration end;

        double share;

        Draft(Settings s) {
            fault = s.fault;
            operations = s.operations;
            key = s.key;
            from = s.from;
            to = s.to;
            begin = s.begin;
            end = s.end;
            share = s.share;
        }

        Settings settings() {
            return new Settings(fault, operations, key, from, to, begin, end, share);
        }
    }

    private record Settings(
            Fault fault,
            Set<Operation> operations,
            @Nullable String key,
            long from,
            long to,
            Duration begin,
            @Nullable Duration end,
            double share)
            implements Serializable {

        Settings {
            if (from < 0 || to < from) {
                throw new IllegalArgumentException("requests: need 0 <= from <= to, was " + from + ", " + to);
            }
            if (begin.isNegative() || (end != null && end.compareTo(begin) < 0)) {
                throw new IllegalArgumentException("between: need 0 <= begin <= end, was " + begin + ", " + end);
            }
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("share: need 0..1, was " + share);
            }
        }
    }
}
