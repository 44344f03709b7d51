package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.ByteRange;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.embeddeds3.latency.Counters;
import io.reactivestore.embeddeds3.latency.Fault;
import io.reactivestore.embeddeds3.latency.FaultRule;
import io.reactivestore.embeddeds3.latency.LatencyLaw;
import io.reactivestore.embeddeds3.latency.LatencyServer;
import io.reactivestore.embeddeds3.latency.LatencySettings;
import io.reactivestore.embeddeds3.latency.Operation;
import io.reactivestore.embeddeds3.latency.VirtualContent;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.s3.http.ReactorNettyAsyncHttpClient;
import io.reactivestore.testkit.leak.BlockingCheck;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads over the default transport from a server that breaks off: what came is kept, the rest is asked for, and no connection is lost. */
@ExtendWith(BlockingCheck.class)
class TransportFaultTest {

    private static final String KEY = "k";
    private static final int SIZE = 64 << 10;
    private static final int CUT_STEP = Boolean.getBoolean("reactivestore.slow") ? 1 : 64;
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final byte[] OBJECT = VirtualContent.bytes(KEY, 0, SIZE);

    private final LatencyServer server = LatencyServer.start(LatencySettings.defaults()
            .withLaw(LatencyLaw.none())
            .withObject(LatencySettings.BUCKET, KEY, SIZE)
            .withObject(LatencySettings.BUCKET, "large", 3L << 20));
    private final ReactorNettyAsyncHttpClient transport =
            ReactorNettyAsyncHttpClient.builder().noProxy().build();
    private final S3Store store = builder().build();

    @AfterEach
    void close() {
        Verify.none(store.close());
        transport.close();
        server.close();
    }

    @Test
    void bodyCutAtAnyByte_isWholeWithinASecond_andLosesNoConnection() {
        one(store.get(KEY));
        for (int cut = 0; cut < SIZE; cut += CUT_STEP) {
            // A busy machine may be late by chance, a pause of ours would be late every time.
            int tries = 1;
            while (readCutAt(cut).compareTo(SOON) >= 0) {
                assertThat(tries++)
                        .as("tries that took too long, cut at %s", cut)
                        .isLessThan(3);
            }
        }
    }

    private Duration readCutAt(int cut) {
        Counters before = server.counters();
        server.clearFaults();
        inject(Fault.cutBody(cut), 1);
        long begin = System.nanoTime();
        byte[] found = read();
        Duration time = Duration.ofNanos(System.nanoTime() - begin);
        assertThat(Arrays.equals(found, OBJECT)).as("whole, cut at %s", cut).isTrue();
        Counters made = server.counters().since(before);
        assertThat(made.faults(Fault.Kind.CUT_BODY)).isEqualTo(1);
        assertThat(made.requests(Operation.GET_OBJECT)).as("one request more").isEqualTo(2);
        assertThat(made.bytesSent()).as("nothing was sent twice").isLessThanOrEqualTo(SIZE);
        awaitIdle();
        return time;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 30_000, SIZE - 1})
    void bodyThatIsReset_isWhole(int bytes) {
        inject(Fault.resetBody(bytes), 1);
        assertThat(read()).isEqualTo(OBJECT);
        awaitIdle();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 30_000})
    void bodyThatStalls_isGivenUp_andResumed(int bytes) {
        S3Store hasty = builder().stallTimeout(Duration.ofMillis(500)).build();
        inject(Fault.stallBody(bytes), 1);
        long begin = System.nanoTime();
        assertThat(one(hasty.getBytes(KEY)).remaining()).isEqualTo(SIZE);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
        assertThat(hasty.resumedCount()).isEqualTo(1);
        awaitIdle();
        Verify.none(hasty.close());
    }

    @Test
    void bodyThatStallsEachTime_isATimeout() {
        S3Store hasty = builder().stallTimeout(Duration.ofMillis(50)).build();
        inject(Fault.stallBody(0), Long.MAX_VALUE);
        assertThat(failure(StoreTimeoutException.class, hasty.get(KEY)))
                .hasMessageContaining("get k: ")
                .hasMessageContaining("0 of the 65536 bytes of [0, 65536) came");
        assertThat(server.counters().requests(Operation.GET_OBJECT)).isEqualTo(4);
        awaitIdle();
        Verify.none(hasty.close());
    }

    @Test
    void bodyCutEachTime_isReadAsLongAsSomethingComes() {
        inject(Fault.cutBody(20_000), Long.MAX_VALUE);
        assertThat(read()).isEqualTo(OBJECT);
        server.clearFaults();
        inject(Fault.cutBody(0), Long.MAX_VALUE);
        long begin = System.nanoTime();
        StoreException error = failure(StoreException.class, store.get(KEY));
        assertThat(error.retryable()).isTrue();
        assertThat(error).hasMessageContaining("0 of the 65536 bytes of [0, 65536) came");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(SOON);
        awaitIdle();
    }

    @Test
    void laterPartsThatBreak_areResumed_ofABodyAndOfRanges() {
        S3Store small = builder().partBytes(1 << 20).build();
        StoredObject object = one(small.get("large"));
        inject(Fault.cutBody(300_000), 2);
        assertThat(one(object.byteArray())).isEqualTo(VirtualContent.bytes("large", 0, 3 << 20));
        assertThat(small.resumedCount()).isEqualTo(2);
        server.clearFaults();
        inject(Fault.cutBody(4_000), 3);
        List<RangedObject> ranges = Verify.all(small.getRanges(
                "large", List.of(ByteRange.of(0, 10), ByteRange.of(2_000_000, 2_900_000)), ReadOptions.defaults()));
        assertThat(ranges)
                .hasSize(2)
                .allMatch(range -> VirtualContent.matches("large", range.span().start(), range.bytes()));
        assertThat(small.resumedCount()).as("a short body is not cut").isEqualTo(4);
        awaitIdle();
        Verify.none(small.close());
    }

    @Test
    void otherEtagAtTheResume_isAChangedObject() {
        server.inject(FaultRule.of(Fault.cutBody(10)).on(Operation.GET_OBJECT).times(1));
        server.inject(FaultRule.of(Fault.wrongEtag()).on(Operation.GET_OBJECT));
        failure(ObjectChangedException.class, store.get(KEY));
        awaitIdle();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1, -1000, 1000})
    void wrongLength_isCorrupt(int bytes) {
        inject(Fault.wrongLength(bytes), Long.MAX_VALUE);
        failure(StoreCorruptException.class, store.get(KEY));
        awaitIdle();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 100})
    void answerCutBeforeItsBody_isAskedForAgainByTheSdk(int bytes) {
        inject(Fault.cutHead(bytes), 1);
        assertThat(read()).isEqualTo(OBJECT);
        assertThat(store.resumedCount()).isZero();
        awaitIdle();
    }

    @Test
    void lostAnswer_isAskedForAgain() {
        inject(Fault.lostAnswer(), 1);
        assertThat(read()).isEqualTo(OBJECT);
        awaitIdle();
    }

    private S3StoreBuilder builder() {
        return S3Store.builder(LatencySettings.BUCKET)
                .dialect(FakeStores.DIALECT)
                .endpoint(server.endpoint())
                .credentialsProvider(EmbeddedStores.CREDENTIALS)
                .transport(transport);
    }

    private void inject(Fault fault, long times) {
        server.inject(FaultRule.of(fault).on(Operation.GET_OBJECT).times(times));
    }

    private byte[] read() {
        return one(one(store.get(KEY)).byteArray());
    }

    private void awaitIdle() {
        if (isIdle()) {
            return;
        }
        await().pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(Verify.PATIENCE)
                .until(this::isIdle);
    }

    private boolean isIdle() {
        return transport.stats().leased() == 0 && transport.stats().pending() == 0;
    }
}
