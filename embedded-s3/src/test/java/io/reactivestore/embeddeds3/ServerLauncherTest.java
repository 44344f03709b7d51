package io.reactivestore.embeddeds3;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ServerLauncherTest {

    @Test
    void serverThatFailsToStart_isReportedWithTheEndOfItsLog() {
        ServerLauncher launcher = new ServerLauncher(TargetDirectory.find(), List.of("-Xmx1g", "--no-such-option"));

        assertThatIllegalStateException()
                .isThrownBy(() -> launcher.start(Owner.thisJvm(), List.of()))
                .withMessageContaining("ended with exit code 1")
                .withMessageContaining("server.log:\n")
                .withMessageContaining("--no-such-option");
    }
}
