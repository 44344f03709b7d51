package io.reactivestore.testkit.leak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that leaves something behind: threads, open files, gauges that are not zero, or signals and errors that Reactor
 * had to drop. To be declared before the stores that it watches, which the test closes in {@code @AfterEach}:
 *
 * <pre>{@code
 * @RegisterExtension
 * final LeakCheck leaks = LeakCheck.create();
 *
 * private final Store store = …;
 *
 * @BeforeEach
 * void watch() {
 *     leaks.gauge("permits", store::usedPermits);
 * }
 * }</pre>
 *
 * <p>Tests that run at the same time in one JVM cannot be told apart. At its end it removes all of Reactor's hooks for dropped
 * signals, also those of others.
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback {
    /*
     * How it works. What there is at the begin is the baseline; what there is beyond it at the end, after a bounded wait, is a leak.
     * All state belongs to the thread of the test, except what Reactor drops: see DroppedSignals.
     */

    private static final Duration POLL = Duration.ofMillis(10);

    private final Map<String, LongSupplier> gauges = new LinkedHashMap<>();
    private final DroppedSignals dropped = new DroppedSignals();
    private final Threads threads = new Threads();
    private final OpenFiles files = new OpenFiles();
    private Duration patience = Duration.ofSeconds(5);
    private boolean begun;

    private LeakCheck() {
        takeBaseline();
    }

    /** A check whose baseline is now. */
    public static LeakCheck create() {
        return new LeakCheck();
    }

    /** This must be zero at the end: permits taken, bytes held, requests in flight. */
    public LeakCheck gauge(String name, LongSupplier gauge) {
        gauges.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(gauge, "gauge"));
        return this;
    }

    /** Threads whose name begins so may stay: they belong to a pool that outlives the test. */
    public LeakCheck ignoringThreads(String prefix) {
        threads.ignore(prefix);
        return this;
    }

    /** Sockets are counted as open files too. Default: not, since shared pools keep theirs. */
    public LeakCheck withSockets() {
        files.countSockets();
        return this;
    }

    /** Errors of this type may be dropped: the test provokes them. */
    public LeakCheck allowingDropped(Class<? extends Throwable> type) {
        dropped.allow(type);
        return this;
    }

    /** Values may be dropped: a cancel or a close overtakes some that own nothing, or whose owner has a gauge. */
    public LeakCheck allowingDroppedValues() {
        dropped.allowValues();
        return this;
    }

    /** How long what is left behind may take to go. Default: 5 s. */
    public LeakCheck patience(Duration time) {
        if (time.compareTo(POLL) < 0) {
            throw new IllegalArgumentException("patience: need " + POLL + " or more, was " + time);
        }
        patience = time;
        return this;
    }

    /** Begins to watch. The first time, the baseline stays the one from when the check was made. */
    public void begin() {
        if (begun) {
            takeBaseline();
        }
        begun = true;
        dropped.begin();
    }

    /** Ends watching; throws an {@link AssertionError} that names all that was left behind. */
    public void end() {
        List<String> leaks = leaksAfterWaiting();
        leaks.addAll(dropped.end());
        if (!leaks.isEmpty()) {
            throw new AssertionError("left behind:\n  " + String.join("\n  ", leaks), dropped.first());
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        begin();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        end();
    }

    private void takeBaseline() {
        threads.takeBaseline();
        files.takeBaseline();
    }

    /** What is still there when all had their time to go. */
    private List<String> leaksAfterWaiting() {
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .atMost(patience)
                    .until(() -> leaks().isEmpty());
            return new ArrayList<>();
        } catch (ConditionTimeoutException stillThere) {
            return leaks();
        }
    }

    private List<String> leaks() {
        List<String> leaks = new ArrayList<>();
        gauges.forEach((name, gauge) -> {
            long value = gauge.getAsLong();
            if (value != 0) {
                leaks.add("gauge " + name + ": " + value);
            }
        });
        leaks.addAll(threads.leaks());
        leaks.addAll(files.leaks());
        return leaks;
    }
}
