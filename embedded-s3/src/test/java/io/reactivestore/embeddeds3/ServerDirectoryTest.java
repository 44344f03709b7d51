package io.reactivestore.embeddeds3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerDirectoryTest {

    @TempDir
    Path servers;

    @Test
    void oldDirectoryOfDeadServer_isDeletedByTheNext() throws IOException {
        Path ended = ServerDirectory.create(servers);
        ServerDirectory.markAlive(ended).close();
        Path neverStarted = ServerDirectory.create(servers);
        Path recent = ServerDirectory.create(servers);
        makeOld(ended);
        makeOld(neverStarted);

        Path next = ServerDirectory.create(servers);

        assertThat(servers).isDirectoryNotContaining(ended::equals).isDirectoryNotContaining(neverStarted::equals);
        assertThat(recent).isDirectory();
        assertThat(ServerDirectory.store(next)).isDirectory();
    }

    @Test
    void oldDirectoryOfLivingServer_isKept() throws IOException {
        Path living = EmbeddedS3.shared().log().resolveSibling(".").normalize();
        makeOld(living);

        Path next = ServerDirectory.create(TargetDirectory.find().servers());

        assertThat(living).isDirectory();
        ServerDirectory.delete(next);
    }

    private static void makeOld(Path directory) throws IOException {
        Files.setLastModifiedTime(directory, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    }
}
