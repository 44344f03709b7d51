package io.reactivestore.embeddeds3.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reactivestore.embeddeds3.latency.Fault.Kind;
import io.reactivestore.embeddeds3.latency.Wire.End;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each fault as a client sees it on the wire, and as the counters tell it. */
class FaultTest {

    private static final int SIZE = 1000;
    private static final String TARGET = "/bucket/k";
    private static final byte[] CONTENT = VirtualContent.bytes("k", 0, SIZE);
    private static final Operation GET = Operation.GET_OBJECT;
    private static final Operation PUT = Operation.PUT_OBJECT;

    private final LatencyServer server = LatencyServer.start(LatencySettings.defaults()
            .withLaw(LatencyLaw.none())
            .withObject(LatencySettings.BUCKET, "k", SIZE)
            .withObject(LatencySettings.BUCKET, "large", 5_000_000));

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void cutBody_endsAfterAnyNumberOfBytes() throws IOException {
        for (int bytes = 0; bytes < SIZE; bytes++) {
            server.inject(FaultRule.of(Fault.cutBody(bytes)).on(GET).times(1));
            Wire.Reply reply = Wire.get(server, TARGET);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.headers()).containsEntry("content-length", Integer.toString(SIZE));
            assertThat(reply.end()).isEqualTo(End.CLOSED);
            assertThat(reply.body()).isEqualTo(Arrays.copyOf(CONTENT, bytes));
        }
        Counters counters = server.counters();
        assertThat(counters.faults(Kind.CUT_BODY)).isEqualTo(SIZE);
        assertThat(counters.faultCount()).isEqualTo(SIZE);
        assertThat(counters.cut()).isEqualTo(SIZE);
        assertThat(counters.cancelled()).isZero();
        assertThat(counters.bytesSent()).isEqualTo(SIZE * (SIZE - 1) / 2);
        assertThat(counters.requestsOpen()).isZero();
        assertThat(Wire.get(server, TARGET).end()).isEqualTo(End.WHOLE);
    }

    @Test
    void cutBody_deepInALargeOne_isExactToo() throws IOException {
        server.inject(FaultRule.of(Fault.cutBody(3_333_333)));
        Wire.Reply reply = Wire.get(server, "/bucket/large");
        assertThat(reply.body()).isEqualTo(VirtualContent.bytes("large", 0, 3_333_333));
        assertThat(reply.end()).isEqualTo(End.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(longs = {SIZE, SIZE + 1, Long.MAX_VALUE})
    void cutBehindTheEnd_isNone(long bytes) throws IOException {
        server.inject(FaultRule.of(Fault.cutBody(bytes)));
        assertThat(Wire.get(server, TARGET).end()).isEqualTo(End.WHOLE);
        assertThat(server.counters().faultCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 500, SIZE - 1})
    void resetBody_resets(int bytes) throws IOException {
        server.inject(FaultRule.of(Fault.resetBody(bytes)));
        Wire.Reply reply = Wire.get(server, TARGET);
        // A reset overtakes bytes that were not read yet, headers too.
        assertThat(reply.end()).isEqualTo(End.RESET);
        assertThat(reply.status() == 0 || reply.body().length <= bytes).isTrue();
        assertThat(server.counters().faults(Kind.RESET_BODY)).isEqualTo(1);
    }

    @Test
    void cutHead_endsWithinTheHeaders() throws IOException {
        for (int bytes = 0; bytes < 60; bytes++) {
            server.inject(FaultRule.of(Fault.cutHead(bytes)).times(1));
            Wire.Reply reply = Wire.get(server, TARGET);
            assertThat(reply.status()).isZero();
            assertThat(reply.body()).hasSize(bytes);
            assertThat(reply.end()).isEqualTo(End.CLOSED);
        }
        assertThat(server.counters().bytesSent()).isZero();
    }

    @Test
    void stallBody_fallsSilent_andStaysOpen_untilTheClientGivesUp() throws IOException {
        server.inject(FaultRule.of(Fault.stallBody(123)));
        try (Wire wire = new Wire(server).silentAfterMillis(300)) {
            Wire.Reply reply = wire.exchange("GET", TARGET, new byte[0]);
            assertThat(reply.end()).isEqualTo(End.SILENT);
            assertThat(reply.body()).isEqualTo(Arrays.copyOf(CONTENT, 123));
            assertThat(server.counters().requestsOpen()).isEqualTo(1);
            assertThat(server.counters().connectionsOpen()).isEqualTo(1);
        }
        await().untilAsserted(() -> {
            assertThat(server.counters().requestsOpen()).isZero();
            assertThat(server.counters().connectionsOpen()).isZero();
            assertThat(server.counters().cancelled()).isEqualTo(1);
        });
    }

    @Test
    void wrongLength_announcesMoreOrFewerBytesThanCome() throws IOException {
        server.inject(FaultRule.of(Fault.wrongLength(5)).times(1));
        Wire.Reply more = Wire.get(server, TARGET);
        assertThat(more.headers()).containsEntry("content-length", Integer.toString(SIZE + 5));
        assertThat(more.body()).isEqualTo(CONTENT);
        assertThat(more.end()).isEqualTo(End.CLOSED);
        server.inject(FaultRule.of(Fault.wrongLength(-5)).times(1));
        try (Wire wire = new Wire(server)) {
            Wire.Reply fewer = wire.exchange("GET", TARGET, new byte[0]);
            assertThat(fewer.body()).isEqualTo(Arrays.copyOf(CONTENT, SIZE - 5));
            assertThat(wire.rest()).isEqualTo(Arrays.copyOfRange(CONTENT, SIZE - 5, SIZE));
        }
    }

    @Test
    void wrongEtag_isAnotherOne_onceOnly() throws IOException {
        String right = Wire.get(server, TARGET).etag();
        server.inject(FaultRule.of(Fault.wrongEtag()).times(1));
        assertThat(Wire.get(server, TARGET).etag()).isNotEqualTo(right).isNotEmpty();
        assertThat(Wire.get(server, TARGET).etag()).isEqualTo(right);
    }

    @Test
    void burst_befallsTheRequestsWithThoseNumbers_ofThatOperation() throws IOException {
        server.inject(FaultRule.of(Fault.slowDown()).on(GET).requests(3, 6));
        StringBuilder statuses = new StringBuilder();
        try (Wire wire = new Wire(server)) {
            for (int i = 0; i < 8; i++) {
                wire.exchange("HEAD", TARGET, new byte[0]);
                Wire.Reply reply = wire.exchange("GET", TARGET, new byte[0]);
                statuses.append(reply.status()).append(' ');
                assertThat(reply.status() == 200 || reply.text().contains("SlowDown"))
                        .isTrue();
            }
        }
        assertThat(statuses).hasToString("200 200 200 503 503 503 200 200 ");
        assertThat(server.counters().answers(503)).isEqualTo(3);
        assertThat(server.counters().faults(Kind.STATUS)).isEqualTo(3);
        assertThat(server.counters().connectionsOpened()).isEqualTo(1);
    }

    @Test
    void burstInTime_beginsAndEnds() throws IOException {
        server.inject(FaultRule.of(Fault.slowDown()).between(Duration.ofSeconds(1), Duration.ofSeconds(3)));
        assertThat(Wire.get(server, TARGET).status()).isEqualTo(200);
        await().pollInterval(Duration.ofMillis(20))
                .until(() -> Wire.get(server, TARGET).status() == 503);
        await().pollInterval(Duration.ofMillis(20))
                .until(() -> Wire.get(server, TARGET).status() == 200);
    }

    @Test
    void share_befallsAboutSoMany_andTheSameOnesAgain() throws IOException {
        String first = befallen(server);
        try (LatencyServer again = LatencyServer.start(
                LatencySettings.defaults().withLaw(LatencyLaw.none()).withObject(LatencySettings.BUCKET, "k", SIZE))) {
            assertThat(befallen(again)).isEqualTo(first);
        }
        assertThat(first.chars().filter(c -> c == 'x').count()).isBetween(70L, 130L);
    }

    private static String befallen(LatencyServer server) throws IOException {
        server.inject(FaultRule.of(Fault.status(500, "InternalError")).share(0.1));
        StringBuilder befallen = new StringBuilder();
        try (Wire wire = new Wire(server)) {
            for (int i = 0; i < 1000; i++) {
                befallen.append(wire.exchange("GET", TARGET, new byte[0]).status() == 500 ? 'x' : '.');
            }
        }
        return befallen.toString();
    }

    @Test
    void faultOfOneKey_sparesOthers_andTheFirstRuleWins() throws IOException {
        server.inject(FaultRule.of(Fault.status(500, "InternalError")).key("k").times(1));
        server.inject(FaultRule.of(Fault.slowDown()));
        assertThat(Wire.get(server, "/bucket/large").status()).isEqualTo(503);
        assertThat(Wire.get(server, TARGET).status()).isEqualTo(500);
        assertThat(Wire.get(server, TARGET).status()).isEqualTo(503);
        server.clearFaults();
        assertThat(Wire.get(server, TARGET).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 100_000, 200_000})
    void resetRequest_endsThePut_andNothingIsWritten(long bytes) throws IOException {
        server.inject(FaultRule.of(Fault.resetRequest(bytes)).on(PUT));
        assertThat(putUntilItEnds()).isEqualTo(End.RESET);
        assertThat(Wire.get(server, "/bucket/new").status()).isEqualTo(404);
        Counters counters = server.counters();
        assertThat(counters.faults(Kind.RESET_REQUEST)).isEqualTo(1);
        assertThat(counters.bytesReceived()).isBetween(bytes, 200_000L);
        assertThat(counters.bytesStored()).isZero();
        assertThat(counters.requestsOpen()).isZero();
    }

    @Test
    void droppedRequest_isNotCarriedOut() throws IOException {
        server.inject(FaultRule.of(Fault.droppedRequest()).on(PUT));
        assertThat(putUntilItEnds()).isEqualTo(End.CLOSED);
        assertThat(Wire.get(server, "/bucket/new").status()).isEqualTo(404);
        assertThat(server.counters().bytesReceived()).isEqualTo(200_000);
        assertThat(server.counters().bytesStored()).isZero();
    }

    @Test
    void lostAnswer_isCarriedOut() throws IOException {
        server.inject(FaultRule.of(Fault.lostAnswer()).on(PUT));
        assertThat(putUntilItEnds()).isEqualTo(End.CLOSED);
        assertThat(Wire.get(server, "/bucket/new").body()).hasSize(200_000);
        assertThat(server.counters().answers(200)).isEqualTo(1);
        assertThat(server.counters().faults(Kind.LOST_ANSWER)).isEqualTo(1);
    }

    @Test
    void silence_isCarriedOut_andNeverAnswered() throws IOException {
        server.inject(FaultRule.of(Fault.silence()).on(PUT));
        try (Wire wire = new Wire(server).silentAfterMillis(300)) {
            assertThat(wire.exchange("PUT", "/bucket/new", new byte[7]).end()).isEqualTo(End.SILENT);
            assertThat(Wire.get(server, "/bucket/new").body()).hasSize(7);
        }
        await().untilAsserted(() -> assertThat(server.counters().cancelled()).isEqualTo(1));
    }

    @Test
    void statusOfAWrite_meansItWasNotCarriedOut() throws IOException {
        server.inject(FaultRule.of(Fault.slowDown()).on(PUT));
        assertThat(Wire.put(server, "/bucket/new", "x").status()).isEqualTo(503);
        assertThat(Wire.get(server, "/bucket/new").status()).isEqualTo(404);
        assertThat(server.counters().bytesStored()).isZero();
    }

    @Test
    void delay_isAddedToTheLaw() throws IOException {
        server.inject(FaultRule.of(Fault.delay(Duration.ofMillis(200))));
        long begin = System.nanoTime();
        assertThat(Wire.get(server, TARGET).end()).isEqualTo(End.WHOLE);
        assertThat(System.nanoTime() - begin).isGreaterThan(190_000_000);
    }

    @Test
    void faultsOfListings_areTheSame() throws IOException {
        server.inject(
                FaultRule.of(Fault.cutBody(100)).on(Operation.LIST_OBJECTS).times(1));
        Wire.Reply reply = Wire.get(server, "/bucket?list-type=2");
        assertThat(reply.body()).hasSize(100);
        assertThat(reply.end()).isEqualTo(End.CLOSED);
    }

    @Test
    void impossibleRules_areRefused() {
        assertThatThrownBy(() -> Fault.cutBody(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.status(200, "")).isInstanceOf(IllegalArgumentException.class);
        FaultRule rule = FaultRule.of(Fault.slowDown());
        assertThatThrownBy(() -> rule.requests(2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rule.share(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rule.between(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private End putUntilItEnds() throws IOException {
        try (Wire wire = new Wire(server)) {
            try {
                wire.send("PUT", "/bucket/new", new byte[200_000]);
            } catch (IOException resetWhileSending) {
                return End.RESET;
            }
            return wire.reply(false).end();
        }
    }

    @Test
    void rule_saysWhatItIs() {
        assertThat(FaultRule.of(Fault.slowDown()).on(GET).times(2).toString())
                .contains("STATUS(503 SlowDown)", "GET_OBJECT", "to=2");
    }
}
