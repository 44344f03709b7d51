package io.reactivestore.embeddeds3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServerEndTest {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @Test
    void closedServer_isGoneWithItsData_andItsLogStays() throws Exception {
        EmbeddedS3 s3 = EmbeddedS3.startSerial();
        WatchedProcess process = s3.process();
        Path data = ServerDirectory.data(parentOf(s3.log()));
        URI key = s3.endpoint().resolve("/" + s3.newBucket() + "/key");
        assertThat(data).isDirectory();

        // On the way, since each start costs seconds: one request at a time, so one winner.
        List<CompletableFuture<Integer>> puts = IntStream.range(0, 24)
                .mapToObj(i -> Http.putIfAbsent(key, "writer " + i))
                .toList();
        assertThat(puts.stream().map(CompletableFuture::join).filter(status -> status == 200))
                .hasSize(1);

        s3.close();
        s3.close();

        assertThat(process.isGone()).isTrue();
        assertThat(data).doesNotExist();
        assertThat(s3.log()).exists();
    }

    @Test
    void killedJvm_takesItsOwnServerAlong() throws Exception {
        try (OtherJvm other = OtherJvm.start("own")) {
            other.says();
            WatchedProcess server = other.saysProcess();

            other.kill();

            await().atMost(PATIENCE).until(server::isGone);
        }
    }

    @Test
    void sharedServer_replacesStaleState_outlivesItsStarter_andEndsWithTheOwner() throws Exception {
        try (OtherJvm owner = OtherJvm.start("none")) {
            Path state = TargetDirectory.find()
                    .servers()
                    .resolve("shared-" + owner.process().pid() + ".properties");
            // Left over by a server that is gone, whose process id and port now belong to others.
            EmbeddedS3 other = EmbeddedS3.shared();
            Files.writeString(state, "endpoint=" + other.endpoint() + "\npid=1\nmark=mark-of-the-dead\nlog=gone\n");
            String asOwner = "-D" + Owner.PROPERTY + "=" + owner.process().pid();

            OtherJvm starter = OtherJvm.start("shared", asOwner);
            String endpoint = starter.says();
            WatchedProcess server = starter.saysProcess();
            assertThat(endpoint).isNotEqualTo(other.endpoint().toString());

            starter.kill();
            try (OtherJvm joiner = OtherJvm.start("shared", asOwner)) {
                assertThat(joiner.says()).isEqualTo(endpoint);
            }

            owner.kill();
            await().atMost(PATIENCE).until(server::isGone);
            Files.delete(state);
        }
    }

    private static Path parentOf(Path file) {
        Path parent = file.getParent();
        assertThat(parent).isNotNull();
        return parent;
    }
}
