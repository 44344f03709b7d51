package io.reactivestore.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.examples.demo.DemoFiles.DemoFile;
import io.reactivestore.memory.MemoryStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DemoTest {

    private static final int FILES = 40;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    /** As the command does it, on fewer files. */
    @Test
    void filesAreServedByS3ThenByMemoryThenByDisk_andEveryByteIsRight() throws IOException {
        Path files = Files.createDirectory(directory.resolve("files"));
        Random random = new Random(1);
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = new byte[random.nextInt(20_000)];
            random.nextBytes(bytes);
            Files.write(files.resolve("file-" + i), bytes);
        }
        Path json = directory.resolve("figures.json");

        assertThat(Demo.run(files.toString(), "--json", json.toString())).isZero();

        JsonNode figures = JsonMapper.shared().readTree(json);
        assertThat(figures.at("/files").asInt()).isEqualTo(FILES);
        assertThat(figures.at("/passes/0/s3Calls/GetObject").asInt()).isEqualTo(FILES);
        assertThat(figures.at("/passes/0/servedBy/source").asInt()).isEqualTo(FILES);
        assertThat(figures.at("/passes/1/servedBy/memory").asInt()).isEqualTo(FILES);
        assertThat(figures.at("/passes/1/s3Calls").isEmpty()).isTrue();
        assertThat(figures.at("/passes/2/servedBy/disk").asInt()).isEqualTo(FILES);
        assertThat(figures.at("/passes/2/s3Calls").isEmpty()).isTrue();
        assertThat(figures.at("/listing/keys").asInt()).isEqualTo(FILES);
        assertThat(figures.at("/listing/callsForAll").asInt()).isEqualTo(1);
        for (int pass = 0; pass < 3; pass++) {
            assertThat(figures.at("/passes/" + pass + "/different").asInt()).isZero();
        }
    }

    @Test
    void oneWrongByte_andOneMissingFile_areCounted_andFailTheDemo() throws IOException {
        Store bucket = MemoryStore.create();
        DemoFile right = file("right", "abc");
        DemoFile wrong = file("wrong", "abc");
        DemoFile missing = file("missing", "abc");
        bucket.put("right", Content.text("abc")).block(PATIENCE);
        bucket.put("wrong", Content.text("abd")).block(PATIENCE);
        CacheStore cache =
                CacheStore.builder(bucket).memory(m -> m.maxBytes(1 << 20)).build();

        Progress progress = new Progress(new PrintStream(OutputStream.nullOutputStream()), "reading", 3);
        Pass.Result result = Pass.run("cold", cache, List.of(right, wrong, missing), new CallCounter(), progress)
                .block(PATIENCE);

        assertThat(result.different()).isEqualTo(2);
        assertThat(Demo.exitStatus(List.of(result))).isEqualTo(1);
    }

    @Test
    void commandLineThatMakesNoSense_isRefused() throws IOException {
        assertThat(Demo.run("--colour")).isEqualTo(2);
        assertThat(Demo.run("--json")).isEqualTo(2);
        assertThat(Demo.run("--endpoint", "http://localhost:1")).isEqualTo(2);
        assertThat(Demo.run(directory.resolve("nowhere").toString())).isEqualTo(2);
        assertThat(Demo.run(Files.createDirectory(directory.resolve("empty")).toString()))
                .isEqualTo(2);
    }

    private DemoFile file(String name, String text) throws IOException {
        Path path = Files.write(directory.resolve(name), text.getBytes(StandardCharsets.UTF_8));
        return new DemoFile(name, path, text.length());
    }
}
