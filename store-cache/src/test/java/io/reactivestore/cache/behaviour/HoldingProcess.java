package io.reactivestore.cache.behaviour;

import io.reactivestore.cache.CacheStore;
import io.reactivestore.memory.MemoryStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Another process with an open cache on a directory. */
final class HoldingProcess implements AutoCloseable {

    private final Process process;

    private HoldingProcess(Process process) {
        this.process = process;
    }

    static HoldingProcess start(Path directory) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HoldingProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        // Should it never be ready, its output ends with it.
        CompletableFuture.delayedExecutor(1, TimeUnit.MINUTES).execute(process::destroyForcibly);
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        if (!"ready".equals(out.readLine())) {
            process.destroyForcibly();
            throw new IOException("the other process did not start");
        }
        return new HoldingProcess(process);
    }

    /** Kills it, as kill -9 does. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }

    public static void main(String[] args) throws IOException {
        CacheStore cache = CacheStore.builder(MemoryStore.create())
                .disk(d -> d.directory(Path.of(args[0])).maxBytes(1000))
                .build();
        cache.open().block(CacheFixture.PATIENCE);
        System.out.println("ready");
        // Until it is killed, or the process that started it ends.
        while (System.in.read() >= 0) {}
    }
}
