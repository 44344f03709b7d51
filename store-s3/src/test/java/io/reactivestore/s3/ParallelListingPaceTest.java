package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

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
        TestSubscriber<ObjectInfo> listing = list(0, Long.MAX_VALUE);
        rounds(20);
        assertThat(open).isEqualTo(WORKERS);

        throttles++;
        rounds(1);
        assertThat(open).isEqualTo(WORKERS / 2);
        rounds(2);
        assertThat(open).as("not at once").isLessThan(WORKERS);
        mostOpen = 0;
        rounds(30);
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
        TestSubscriber<ObjectInfo> listing = list(0, Long.MAX_VALUE);
        rounds(20);
        isThrottling = true;
        rounds(10);
        assertThat(open).isEqualTo(1);
        isThrottling = false;
        simulation.runUntilIdle();
        assertThat(listing.isTerminatedComplete()).isTrue();
        assertAll(listing);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 10})
    void readAhead_isWhatIsReadBeyondTheDemand(int readAhead) {
        TestSubscriber<ObjectInfo> listing = list(readAhead, PAGE_KEYS / 2);
        rounds(20);
        assertThat(listing.getReceivedOnNext()).hasSize(PAGE_KEYS / 2);
        assertThat(asked).as("while half of the first page is not taken").isEqualTo(Math.max(1, readAhead));
        listing.request(PAGE_KEYS / 2);
        rounds(20);
        assertThat(listing.getReceivedOnNext()).hasSize(PAGE_KEYS);
        assertThat(asked).isEqualTo(1 + readAhead);
        assertThat(open).isZero();
        listing.request(Long.MAX_VALUE);
        simulation.runUntilIdle();
        assertAll(listing);
    }

    private static void assertAll(TestSubscriber<ObjectInfo> listing) {
        List<String> found =
                listing.getReceivedOnNext().stream().map(ObjectInfo::key).toList();
        assertThat(found).isEqualTo(List.of(KEYS));
    }

    private void rounds(int count) {
        simulation.runFor(ANSWER.multipliedBy(count));
    }

    private TestSubscriber<ObjectInfo> list(int readAhead, long demand) {
        Flux<ObjectInfo> listing = new ParallelListing(
                this::page,
                ListOptions.defaults().withParallelism(WORKERS),
                readAhead,
                new LearntCuts(),
                () -> throttles);
        TestSubscriber<ObjectInfo> subscriber =
                TestSubscriber.builder().initialRequest(demand).build();
        listing.subscribe(subscriber);
        return subscriber;
    }

    private Mono<ListPage> page(@Nullable String after, @Nullable String token) {
        return Mono.defer(() -> {
            asked++;
            mostOpen = Math.max(mostOpen, ++open);
            return Mono.delay(ANSWER, runtime.timers())
                    .doFinally(end -> {
                        open--;
                        throttles += isThrottling ? 1 : 0;
                    })
                    .map(tick -> KeySpaces.page(KEYS, "", after, PAGE_KEYS));
        });
    }
}
