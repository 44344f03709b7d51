package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.ByteRange;
import io.reactivestore.s3.PartReader.Part;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import reactor.test.publisher.TestPublisher;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** When one answer's body counts as stalled, in virtual time, and what is kept of it. */
class PartCollectorTest {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration ALMOST = LIMIT.minusMillis(1);

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
    private final Simulation simulation = runtime.simulation();
    private final TestPublisher<ByteBuffer> body = TestPublisher.create();
    private final PartCollector collector = new PartCollector(
            "get",
            "k",
            ByteRange.of(0, 100),
            null,
            null,
            Landing.IN_ARRAYS,
            new S3Facts(false),
            new S3StoreBuilder("b").runtime(runtime).settings(),
            new Alarms(runtime));
    private final CompletableFuture<Part> result = collector.prepare();

    @Test
    void bytesThatKeepComing_areNoStall_howeverSlow() {
        begin();
        for (int i = 0; i < 9; i++) {
            simulation.runFor(ALMOST);
            body.next(ByteBuffer.allocate(10));
        }
        assertThat(result).isNotDone();
        simulation.runFor(ALMOST);
        body.next(ByteBuffer.allocate(10)).complete();
        assertThat(result.join().received()).isEqualTo(100);
        assertNothingWaits();
    }

    @Test
    void silence_endsIt_withWhatCame_andCancelsTheBody() {
        begin();
        simulation.runFor(Duration.ofSeconds(2));
        body.next(ByteBuffer.allocate(40));
        simulation.runFor(ALMOST);
        assertThat(result).isNotDone();
        simulation.runFor(Duration.ofMillis(2));
        assertThat(result.join().received()).isEqualTo(40);
        assertThat(collector.progress()).isEqualTo("40 of the 100 bytes of [0, 100)");
        body.assertCancelled();
        assertNothingWaits();
    }

    @Test
    void silenceBeforeTheHead_isNotItsMatter() {
        simulation.runFor(Duration.ofHours(1));
        assertThat(result).isNotDone();
        assertThat(collector.progress()).isEmpty();
    }

    @Test
    void failureOfTheNetwork_isKeptWithWhatCame_andAnyOtherIsAnError() {
        begin();
        body.next(ByteBuffer.allocate(7)).error(new IllegalStateException("bug", new IOException("reset")));
        assertThat(result.join().received()).isEqualTo(7);
        CompletableFuture<Part> next = collector.prepare();
        TestPublisher<ByteBuffer> other = TestPublisher.create();
        collector.onResponse(head());
        collector.onStream(SdkPublisher.adapt(other));
        other.next(ByteBuffer.allocate(7)).error(new IllegalStateException("bug"));
        assertThatThrownBy(next::join).hasRootCauseMessage("bug");
        assertNothingWaits();
    }

    private void assertNothingWaits() {
        simulation.runFor(LIMIT);
        assertThat(simulation.pendingTasks()).isZero();
    }

    private void begin() {
        collector.onResponse(head());
        collector.onStream(SdkPublisher.adapt(body));
    }

    private static GetObjectResponse head() {
        return GetObjectResponse.builder()
                .eTag("\"e\"")
                .lastModified(Instant.EPOCH)
                .contentRange("bytes 0-99/100")
                .contentLength(100L)
                .build();
    }
}
