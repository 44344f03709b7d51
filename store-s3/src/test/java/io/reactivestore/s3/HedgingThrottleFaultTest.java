package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.StoreRuntime;
import io.reactivestore.embeddeds3.latency.Fault;
import io.reactivestore.embeddeds3.latency.FaultRule;
import io.reactivestore.embeddeds3.latency.LatencyLaw;
import io.reactivestore.embeddeds3.latency.LatencyServer;
import io.reactivestore.embeddeds3.latency.LatencySettings;
import io.reactivestore.embeddeds3.latency.Operation;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/** On the wire: from the first 503 on, until the service has been quiet for a while, no read is sent again because it is late. */
class HedgingThrottleFaultTest {

    private static final Duration LATE = Duration.ofMillis(300);
    private static final int READS = 4;

    private final Jumping runtime = new Jumping();
    private final LatencyServer server = LatencyServer.start(
            LatencySettings.defaults().withLaw(LatencyLaw.none()).withObject(LatencySettings.BUCKET, "k", 100));
    private final S3Store store = S3Store.builder(LatencySettings.BUCKET)
            .dialect(FakeStores.DIALECT)
            .endpoint(server.endpoint())
            .credentialsProvider(EmbeddedStores.CREDENTIALS)
            .runtime(runtime)
            .hedging(0.5)
            .build();

    @AfterEach
    void close() {
        Verify.none(store.close());
        server.close();
    }

    @Test
    void afterA503_noReadIsSentTwice_untilTheServiceWasQuietForAWhile() {
        Flux.range(0, 600).flatMap(i -> store.getBytes("k"), 4, 1).then().block(Verify.PATIENCE);
        assertThat(lateReads()).as("late reads are sent again").isGreaterThan(READS);

        server.inject(FaultRule.of(Fault.slowDown()).times(1));
        long before = requests();
        one(store.getBytes("k"));
        assertThat(requests() - before)
                .as("the refused one, and the SDK's next try")
                .isEqualTo(2);
        for (int burst = 0; burst < 2; burst++) {
            // The SDK has waited for up to a second before its next try, and the window is ten.
            runtime.jump(Duration.ofSeconds(6));
            assertThat(lateReads()).as("each once").isEqualTo(READS);
            server.inject(FaultRule.of(Fault.slowDown()).times(1));
            before = requests();
            one(store.getBytes("k"));
            assertThat(requests() - before).isEqualTo(2);
        }

        runtime.jump(Duration.ofSeconds(11));
        assertThat(lateReads()).as("the service is quiet").isGreaterThan(READS);
    }

    /** Makes some reads that are answered late, and tells how many requests that were. */
    private long lateReads() {
        long before = requests();
        server.inject(FaultRule.of(Fault.delay(LATE)).on(Operation.GET_OBJECT));
        Flux.range(0, READS).flatMap(i -> store.getBytes("k"), READS, 1).then().block(Verify.PATIENCE);
        server.clearFaults();
        return requests() - before;
    }

    private long requests() {
        return server.counters().requests(Operation.GET_OBJECT);
    }

    /** The system's runtime, whose time can be moved on. */
    private static final class Jumping implements StoreRuntime {

        private final StoreRuntime system = StoreRuntime.system();
        private final AtomicLong ahead = new AtomicLong();

        void jump(Duration time) {
            ahead.addAndGet(time.toNanos());
        }

        @Override
        public Clock clock() {
            return system.clock();
        }

        @Override
        public long nanoTime() {
            return system.nanoTime() + ahead.get();
        }

        @Override
        public RandomGenerator random() {
            return system.random();
        }

        @Override
        public Scheduler timers() {
            return system.timers();
        }

        @Override
        public Scheduler io() {
            return system.io();
        }

        @Override
        public Scheduler delivery() {
            return system.delivery();
        }

        @Override
        public Scheduler newSerial(String name) {
            return system.newSerial(name);
        }
    }
}
