package io.reactivestore.testkit.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** Another process on the class path of this one, that holds something until it is killed. */
public final class OtherProcess implements AutoCloseable {

    private static final String READY = "ready";

    private final Process process;

    private OtherProcess(Process process) {
        this.process = process;
    }

    /**
     * Runs the main method of a class until it says that it is {@linkplain #readyUntilKilled ready}, for a minute at most.
     *
     * @throws IOException if it ends before
     */
    public static OtherProcess start(Class<?> main, String... arguments) throws IOException {
        List<String> command = Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                main.getName()),
                        Stream.of(arguments))
                .toList();
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        // Should it never be ready, its output ends with it.
        CompletableFuture<Void> late = CompletableFuture.runAsync(
                process::destroyForcibly, CompletableFuture.delayedExecutor(1, TimeUnit.MINUTES));
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        boolean ready = READY.equals(out.readLine());
        late.cancel(false);
        if (!ready) {
            process.destroyForcibly();
            throw new IOException("the other process did not start: " + main.getName());
        }
        return new OtherProcess(process);
    }

    /** In the other process: says that it is ready, and waits until it is killed or the process that started it ends. */
    public static void readyUntilKilled() throws IOException {
        System.out.println(READY);
        while (System.in.read() >= 0) {}
    }

    /** Kills it, as kill -9 does. */
    @Override
    public void close() {
        process.destroyForcibly();
        Awaitility.await().until(() -> !process.isAlive());
    }
}
