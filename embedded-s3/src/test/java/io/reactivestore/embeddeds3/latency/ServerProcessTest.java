package io.reactivestore.embeddeds3.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ServerProcessTest {

    private static final LatencySettings SETTINGS = LatencySettings.defaults()
            .withLaw(LatencyLaw.typical())
            .withSpeed(1000)
            .withKeys(LatencySettings.BUCKET, KeySpace.unicode(5000), 10)
            .withObject(LatencySettings.BUCKET, "k", 1000);

    @Test
    void serverOfAnotherJvm_isToldAndTellsTheSame() throws IOException {
        try (LatencyServer server = LatencyServer.startProcess(SETTINGS, "-Xmx64m", "-XX:TieredStopAtLevel=1")) {
            assertThat(Wire.get(server, "/bucket/k").body()).isEqualTo(VirtualContent.bytes("k", 0, 1000));
            server.inject(
                    FaultRule.of(Fault.cutBody(5)).on(Operation.GET_OBJECT).key("k"));
            assertThat(Wire.get(server, "/bucket/k").body()).hasSize(5);
            server.clearFaults();
            assertThat(Wire.get(server, "/bucket/k").body()).hasSize(1000);
            assertThat(Wire.get(server, "/bucket?list-type=2").text()).contains("<KeyCount>1000</KeyCount>");
            Counters counters = server.counters();
            assertThat(counters.requests(Operation.GET_OBJECT)).isEqualTo(3);
            assertThat(counters.faults(Fault.Kind.CUT_BODY)).isEqualTo(1);
            assertThat(counters.keysListed()).isEqualTo(1000);
            assertThat(counters.cpu()).isPositive();
        }
    }

    @Test
    void close_endsTheProcess() {
        Set<ProcessHandle> before = children();
        LatencyServer server = LatencyServer.startProcess(SETTINGS, "-Xmx64m");
        Set<ProcessHandle> started = children();
        started.removeAll(before);
        assertThat(started).hasSize(1);
        server.close();
        server.close();
        assertThat(children()).doesNotContainAnyElementsOf(started);
        assertThatThrownBy(server::counters).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void processThatDoesNotStart_isAnError() {
        assertThatThrownBy(() -> LatencyServer.startProcess(SETTINGS, "-Xmx1x"))
                .isInstanceOf(IllegalStateException.class);
        Delay notSerializable = new Delay() {
            private final Object lock = new Object();

            @Override
            public long nanos(java.util.random.RandomGenerator chance) {
                return lock.hashCode();
            }
        };
        LatencyLaw law = new LatencyLaw(notSerializable, Delay.fixed(Duration.ZERO), 1);
        assertThatThrownBy(() -> LatencyServer.startProcess(SETTINGS.withLaw(law), "-Xmx64m"))
                .isInstanceOf(IllegalStateException.class);
    }

    private static Set<ProcessHandle> children() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).collect(Collectors.toSet());
    }
}
