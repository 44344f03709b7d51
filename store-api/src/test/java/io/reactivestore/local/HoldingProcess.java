package io.reactivestore.local;

import io.reactivestore.Content;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import reactor.core.publisher.Flux;

/** Another process with an open store and a put that never ends. */
final class HoldingProcess implements AutoCloseable {

    private final Process process;

    private HoldingProcess(Process process) {
        this.process = process;
    }

    static HoldingProcess start(Path root) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HoldingProcess.class.getName(),
                        root.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
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
        Path root = Path.of(args[0]);
        LocalStore store = LocalStore.create(root);
        Flux<ByteBuffer> endless = Flux.concat(Flux.just(ByteBuffer.allocate(1000)), Flux.never());
        store.open().block(Given.PATIENCE);
        int before = Given.tempFiles(root).size();
        store.put("x", Content.publisher(endless)).subscribe(info -> {}, Throwable::printStackTrace);
        Given.eventually("the temp file is there", () -> Given.tempFiles(root).size() > before);
        System.out.println("ready");
        // Until it is killed, or the process that started it ends.
        while (System.in.read() >= 0) {}
    }
}
