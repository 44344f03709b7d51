package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/** How many pages a parallel listing reads at a time, and ahead, from a server that answers each after the same time. */
class ParallelListingPaceTest {

    private static final Duration ANSWER = Duration.ofMillis(100);
    private static final int PAGE_KEYS = 10;
    private static final int WORKERS = 16;
    private static final String[] KEYS = KeySpaces.keys(KeySpaces.Shape.HASHES, 15_000, new Random(1));

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
    private final Simulation simulation = runtime.simulation();
    private boolean isThrottling;
    private long throttles;
    private int asked;
    private int open;
    private int mostOpen;

    @Test
    void serviceThatAsksForFewerRequests_getsHalf_andMoreAgainOnceItIsQuiet() {
        Reader listing = list(0, Long.MAX_VALUE);
        rounds(20);
        assertThat(open).isEqualTo(WORKERS);

        throttles++;
        rounds(1);
        assertThat(open).isEqualTo(WORKERS / 2);
        rounds(2);
        assertThat(open).as("not at once").isLessThan(WORKERS);
        mostOpen = 0;
        rounds(40);
        assertThat(mostOpen).isEqualTo(WORKERS);

        listing.cancel();
        assertThat(open).isZero();
    }

    @Test
    void manyRefusalsOfOneRound_halveItOnce() {
        list(0, Long.MAX_VALUE);
        rounds(20);
        throttles++;
        simulation.runFor(ANSWER.dividedBy(2));
        throttles++;
        simulation.runFor(ANSWER.dividedBy(2));
        throttles++;
        assertThat(open).isEqualTo(WORKERS / 2);
    }

    @Test
    void serviceThatGoesOnRefusing_isAskedForOnePageAtATime_andAllKeysCome() {
        Reader listing = list(0, Long.MAX_VALUE);
        rounds(20);
        isThrottling = true;
        rounds(10);
        assertThat(open).isEqualTo(1);
        isThrottling = false;
        simulation.runUntilIdle();
        assertAll(listing);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 10})
    void readAhead_isWhatIsReadBeyondTheDemand(int readAhead) {
        Reader listing = list(readAhead, PAGE_KEYS / 2);
        rounds(20);
        assertThat(listing.keys).hasSize(PAGE_KEYS / 2);
        assertThat(asked).as("while half of the first page is not taken").isEqualTo(Math.max(1, readAhead));
        listing.request(PAGE_KEYS / 2);
        rounds(20);
        assertThat(listing.keys).hasSize(PAGE_KEYS);
        assertThat(asked).isEqualTo(1 + readAhead);
        assertThat(open).isZero();
        listing.request(Long.MAX_VALUE);
        simulation.runUntilIdle();
        assertAll(listing);
    }

    @Test
    void demandThatBecomesUnboundedInTheMiddleOfAPage_isMet() {
        Reader listing = list(0, PAGE_KEYS / 2);
        rounds(2);
        listing.request(Long.MAX_VALUE);
        simulation.runUntilIdle();
        assertAll(listing);
    }

    private static void assertAll(Reader listing) {
        assertThat(listing.completed).isTrue();
        assertThat(listing.keys).isEqualTo(List.of(KEYS));
    }

    private void rounds(int count) {
        simulation.runFor(ANSWER.multipliedBy(count));
    }

    private Reader list(int readAhead, long demand) {
        Reader reader = new Reader();
        new ParallelListing(
                        this::page,
                        ListOptions.defaults().withParallelism(WORKERS),
                        readAhead,
                        new LearntCuts(),
                        () -> throttles)
                .subscribe(reader);
        reader.request(demand);
        return reader;
    }

    private Mono<ListPage> page(@Nullable String after, @Nullable String token) {
        return Mono.defer(() -> {
            asked++;
            mostOpen = Math.max(mostOpen, ++open);
            return Mono.delay(ANSWER, runtime.timers())
                    .doOnNext(tick -> throttles += isThrottling ? 1 : 0)
                    .doOnNext(tick -> open--)
                    .doOnCancel(() -> open--)
                    .map(tick -> KeySpaces.page(KEYS, "", after, PAGE_KEYS));
        });
    }

    private static final class Reader extends BaseSubscriber<ObjectInfo> {

        private final List<String> keys = new ArrayList<>();
        private boolean completed;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // Asks when the test does.
        }

        @Override
        protected void hookOnNext(ObjectInfo info) {
            keys.add(info.key());
        }

        @Override
        protected void hookOnComplete() {
            completed = true;
        }
    }
}
