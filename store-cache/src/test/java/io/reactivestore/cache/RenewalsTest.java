package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A copy is marked while it is being renewed, and however that ends it can be renewed again. */
@Timeout(10)
class RenewalsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REST = Duration.ofSeconds(1);

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
    private final Freshness freshness = new Freshness(new FreshnessSpec().build(), runtime);
    private final List<Sinks.One<Loaded>> asked = new ArrayList<>();
    private final Flights flights = new Flights(runtime, false, null, (question, mode) -> new Load() {
        @Override
        public Mono<Loaded> ask() {
            Sinks.One<Loaded> answer = Sinks.one();
            asked.add(answer);
            return answer.asMono();
        }

        @Override
        public boolean isCurrent() {
            return true;
        }
    });
    private final Renewals renewals = new Renewals(flights, runtime, 1, TIMEOUT);
    private final CachedEntry copy = copy("k");

    /** How a renewal ends that has not replaced the copy. */
    private enum End {
        CONFIRMED(Duration.ZERO),
        ABSENT(Duration.ZERO),
        ERROR(REST),
        TOO_LATE(TIMEOUT.plus(REST)),
        CLOSED(REST);

        private final Duration rest;

        End(Duration rest) {
            this.rest = rest;
        }
    }

    private CachedEntry copy(String key) {
        ObjectInfo info = new ObjectInfo(key, 1, "e", null, Instant.EPOCH, null);
        return new CachedEntry(info, Buffers.wrap(new byte[1]), runtime.nanoTime(), 0, freshness, Lifecycle.trivial());
    }

    private void run(Duration time) {
        runtime.simulation().runFor(time.plusMillis(1));
    }

    private void end(End end) {
        switch (end) {
            case CONFIRMED -> asked.get(0).tryEmitValue(new Loaded.Held(copy, "memory", false));
            case ABSENT -> asked.get(0).tryEmitEmpty();
            case ERROR -> asked.get(0).tryEmitError(new StoreUnavailableException("get", "k", "down", true, null));
            case CLOSED -> flights.close();
            case TOO_LATE -> {
                // It just goes on.
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void renewal_marksItsCopy_untilItIsOverAndHasRested_howeverItEnds(End end) {
        renewals.renew("k", copy);
        assertThat(copy.isBeingRenewed()).as("before it is begun").isTrue();
        run(Duration.ZERO);
        assertThat(asked).hasSize(1);
        end(end);
        if (!end.rest.isZero()) {
            run(end.rest.minusMillis(10));
            assertThat(copy.isBeingRenewed()).as("while it rests").isTrue();
        }
        run(Duration.ofMillis(10));
        assertThat(copy.isBeingRenewed()).isFalse();
        renewals.renew("k", copy);
        run(Duration.ZERO);
        assertThat(asked).as("the next one").hasSize(2);
    }

    @Test
    void renewalThatFindsNoPermit_leavesNoMark_andIsBegunOnceThereIsOne() {
        CachedEntry other = copy("other");
        renewals.renew("k", copy);
        renewals.renew("other", other);
        run(Duration.ZERO);
        assertThat(asked).hasSize(1);
        assertThat(other.isBeingRenewed()).isFalse();

        end(End.ABSENT);
        run(Duration.ZERO);
        renewals.renew("other", other);
        run(Duration.ZERO);
        assertThat(asked).hasSize(2);
    }

    @Test
    void anotherCopyOfAKeyThatIsBeingRenewed_isNotMarked_andDoesNotBeginAnother() {
        CachedEntry again = copy("k");
        renewals.renew("k", copy);
        renewals.renew("k", again);
        run(Duration.ZERO);
        assertThat(asked).hasSize(1);
        assertThat(again.isBeingRenewed()).isFalse();
        end(End.ABSENT);
        run(Duration.ZERO);
        renewals.renewNow("k", again);
        assertThat(asked).hasSize(2);
        assertThat(again.isBeingRenewed()).isTrue();
        assertThat(copy.isBeingRenewed()).isFalse();
    }
}
