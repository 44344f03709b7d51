package io.reactivestore.embeddeds3.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CountersTest {

    @Test
    void everyFigure_isExact_asSoonAsTheClientHasItsAnswer() throws IOException {
        try (LatencyServer server = start()) {
            for (int i = 1; i <= 300; i++) {
                try (Wire wire = new Wire(server)) {
                    assertThat(wire.exchange("GET", "/bucket/k", new byte[0]).body())
                            .hasSize(1000);
                    Counters counters = server.counters();
                    assertThat(counters.requests(Operation.GET_OBJECT)).isEqualTo(i);
                    assertThat(counters.answers()).containsExactly(entry(200, (long) i));
                    assertThat(counters.bytesSent()).isEqualTo(i * 1000L);
                    assertThat(counters.connectionsOpened()).isEqualTo(i);
                    assertThat(counters.requestsOpen()).isZero();
                    assertThat(counters.cancelled()).isZero();
                }
            }
            await().untilAsserted(() ->
                    assertThat(server.counters().connectionsOpen()).isZero());
        }
    }

    @Test
    void bytesOfRequests_areCountedAsTheyCome() throws IOException {
        try (LatencyServer server = start()) {
            Wire.put(server, "/bucket/new", "12345");
            assertThat(server.counters().bytesReceived()).isEqualTo(5);
            assertThat(server.counters().bytesStored()).isEqualTo(5);
            assertThat(server.counters().objectsStored()).isEqualTo(1);
            assertThat(server.counters().bytesSent()).isZero();
        }
    }

    @Test
    void connections_areCountedWhileTheyAreOpen() throws IOException {
        try (LatencyServer server = start()) {
            List<Wire> wires = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                wires.add(new Wire(server));
            }
            await().untilAsserted(() ->
                    assertThat(server.counters().connectionsOpen()).isEqualTo(50));
            for (Wire wire : wires) {
                wire.close();
            }
            await().untilAsserted(() ->
                    assertThat(server.counters().connectionsOpen()).isZero());
            assertThat(server.counters().connectionsOpened()).isEqualTo(50);
            assertThat(server.counters().requestCount()).isZero();
            assertThat(server.counters().cancelled()).isZero();
        }
    }

    @Test
    void since_isWhatHappenedMeanwhile() throws IOException {
        try (LatencyServer server = start()) {
            Wire.get(server, "/bucket/k");
            Counters before = server.counters();
            assertThat(server.counters().since(before).requestCount()).isZero();
            Wire.get(server, "/bucket/k");
            Wire.once(server, "HEAD", "/bucket/k", new byte[0]);
            server.inject(FaultRule.of(Fault.slowDown()).times(1));
            Wire.get(server, "/bucket/k");
            Counters since = server.counters().since(before);
            assertThat(since.requests(Operation.GET_OBJECT)).isEqualTo(2);
            assertThat(since.requests(Operation.HEAD_OBJECT)).isEqualTo(1);
            assertThat(since.requestCount()).isEqualTo(3);
            assertThat(since.answers(503)).isEqualTo(1);
            assertThat(since.faultCount()).isEqualTo(1);
            assertThat(since.cpu()).isPositive();
        }
    }

    @Test
    void closedServer_answersNobody_andClosingTwiceIsHarmless() throws IOException {
        LatencyServer server = start();
        try (Wire wire = new Wire(server)) {
            assertThat(wire.exchange("GET", "/bucket/k", new byte[0]).status()).isEqualTo(200);
            server.close();
            assertThat(wire.end()).isIn(Wire.End.CLOSED, Wire.End.RESET);
            server.close();
        }
    }

    private static LatencyServer start() {
        return LatencyServer.start(
                LatencySettings.defaults().withLaw(LatencyLaw.none()).withObject(LatencySettings.BUCKET, "k", 1000));
    }
}
