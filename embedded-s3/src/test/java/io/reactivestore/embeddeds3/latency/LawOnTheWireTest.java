package io.reactivestore.embeddeds3.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The law as a client meets it. Only that nothing comes too early is certain: how late it comes is the machine's affair too. */
class LawOnTheWireTest {

    private static final String BUCKET = LatencySettings.BUCKET;

    @Test
    void firstByte_isNotBeforeItsTime() throws IOException {
        try (LatencyServer server = start(LatencyLaw.of(Duration.ofMillis(80), LatencyLaw.UNLIMITED), 1)) {
            assertThat(millis(() -> Wire.get(server, "/bucket/k"))).isGreaterThanOrEqualTo(79);
            assertThat(millis(() -> Wire.put(server, "/bucket/new", "x"))).isGreaterThanOrEqualTo(79);
            assertThat(millis(() -> Wire.get(server, "/bucket?list-type=2"))).isGreaterThanOrEqualTo(79);
        }
    }

    @Test
    void speed_makesItEarlier() throws IOException {
        try (LatencyServer server = start(LatencyLaw.of(Duration.ofSeconds(30), 1_000), 1000)) {
            assertThat(millis(() -> Wire.get(server, "/bucket/k"))).isBetween(29L, 10_000L);
        }
    }

    @Test
    void body_comesAtItsRate_onEachConnection() throws IOException {
        try (LatencyServer server = start(LatencyLaw.of(Duration.ZERO, 10_000_000), 1)) {
            long millis = millis(() -> {
                Wire.Reply reply = Wire.get(server, "/bucket/k");
                assertThat(reply.body()).isEqualTo(VirtualContent.bytes("k", 0, 2_000_000));
                return reply;
            });
            assertThat(millis).isGreaterThanOrEqualTo(198);
        }
    }

    @Test
    void upload_isAnsweredNoEarlierThanItCouldHaveCome() throws IOException {
        try (LatencyServer server = start(LatencyLaw.of(Duration.ZERO, 10_000_000), 1)) {
            assertThat(millis(() -> Wire.put(server, "/bucket/new", "x".repeat(1_000_000))))
                    .isGreaterThanOrEqualTo(99);
        }
    }

    @Test
    void writeIsDoneAtOnce_whileItsAnswerWaits_alsoIfItsClientGivesUp() throws IOException {
        try (LatencyServer server =
                start(new LatencyLaw(Delay.fixed(Duration.ofSeconds(30)), Delay.none(), LatencyLaw.UNLIMITED), 1)) {
            try (Wire wire = new Wire(server)) {
                wire.send("PUT", "/bucket/new", new byte[10]);
                await().until(() -> Wire.get(server, "/bucket?list-type=2&prefix=new")
                        .text()
                        .contains("<Key>new</Key>"));
                assertThat(server.counters().requestsOpen()).isEqualTo(1);
            }
            await().untilAsserted(() -> {
                assertThat(server.counters().cancelled()).isEqualTo(1);
                assertThat(server.counters().requestsOpen()).isZero();
            });
            assertThat(server.counters().answers(200))
                    .isEqualTo(server.counters().requests(Operation.LIST_OBJECTS));
        }
    }

    @Test
    void clientThatDoesNotRead_isNotSentMore() throws IOException {
        try (LatencyServer server = LatencyServer.start(
                LatencySettings.defaults().withLaw(LatencyLaw.none()).withObject(BUCKET, "huge", 1L << 40))) {
            try (Wire wire = new Wire(server)) {
                wire.send("GET", "/bucket/huge", new byte[0]);
                await().during(Duration.ofMillis(300))
                        .until(() -> server.counters().bytesSent() < 32 << 20);
                assertThat(server.counters().bytesSent()).isPositive();
            }
            await().untilAsserted(
                            () -> assertThat(server.counters().cancelled()).isEqualTo(1));
        }
    }

    private static LatencyServer start(LatencyLaw law, double speed) {
        return LatencyServer.start(LatencySettings.defaults()
                .withLaw(law)
                .withSpeed(speed)
                .withObject(BUCKET, "k", law.bytesPerSecond() == 1_000 ? 1 : 2_000_000));
    }

    private interface Exchange {
        Wire.Reply run() throws IOException;
    }

    private static long millis(Exchange exchange) throws IOException {
        long begin = System.nanoTime();
        Wire.Reply reply = exchange.run();
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.end()).isEqualTo(Wire.End.WHOLE);
        return (System.nanoTime() - begin) / 1_000_000;
    }
}
