package io.reactivestore.embeddeds3;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Starts a JVM that runs {@link ServerMain}, and waits until the server in it answers. */
final class ServerLauncher {
    /*
     * How it works. The child's standard output is a pipe to us and carries one line, the port, once the server listens;
     * its end without that line means that the child died. Everything else goes to standard error, which is the log
     * file, so a server that outlives the JVM that started it never writes to a broken pipe. The child's standard input
     * is a pipe from us that we never write to; a child that belongs to this JVM ends when the pipe does.
     */

    static final int SECONDS_TO_START = 60;
    private static final int LOG_LINES_IN_MESSAGE = 25;
    /** Keeps the pipes to our children open: a collected {@link Process} may close them, and its child would end. */
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    private final TargetDirectory target;
    private final List<String> jvmOptions;

    ServerLauncher(TargetDirectory target) {
        this(
                target,
                List.of(
                        "-Xmx1g",
                        // The server lives for minutes: the second compiler would double its CPU time and delay its
                        // start.
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-XX:-UsePerfData",
                        "-Dfile.encoding=UTF-8"));
    }

    ServerLauncher(TargetDirectory target, List<String> jvmOptions) {
        this.target = target;
        this.jvmOptions = jvmOptions;
    }

    /**
     * Starts a server that ends with {@code owner}.
     *
     * @param settings further command line settings of S3Mock, a Spring Boot application
     */
    RunningServer start(ProcessHandle owner, List<String> settings) {
        try {
            Path directory = ServerDirectory.create(target.servers());
            Path log = directory.resolve("server.log");
            Process process = new ProcessBuilder(command(directory, owner, settings))
                    .directory(directory.toFile())
                    .redirectError(log.toFile())
                    .start();
            RUNNING.removeIf(other -> !other.isAlive());
            RUNNING.add(process);
            return new RunningServer(awaitAnswer(process, log), log, new WatchedProcess(process.toHandle()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> command(Path directory, ProcessHandle owner, List<String> settings) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.add("-Djava.io.tmpdir=" + ServerDirectory.temporary(directory));
        command.addAll(List.of("-cp", target.serverClassPath(), ServerMain.class.getName()));
        command.add(directory.toString());
        command.add(Long.toString(owner.pid()));
        command.addAll(settings);
        return command;
    }

    private static URI awaitAnswer(Process process, Path log) throws IOException {
        BufferedReader output = process.inputReader();
        CompletableFuture<String> port = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try {
                        String line = output.readLine();
                        port.complete(line == null ? "" : line);
                    } catch (IOException e) {
                        port.completeExceptionally(e);
                    }
                },
                "embedded-s3-start");
        reader.setDaemon(true);
        reader.start();
        String problem;
        try {
            String line = port.get(SECONDS_TO_START, TimeUnit.SECONDS);
            if (line.isEmpty()) {
                problem = "ended with exit code " + process.waitFor();
            } else {
                URI endpoint = URI.create("http://127.0.0.1:" + Integer.parseInt(line));
                if (Buckets.answers(endpoint)) {
                    return endpoint;
                }
                problem = "did not answer at " + endpoint;
            }
        } catch (TimeoutException e) {
            problem = "was not ready within " + SECONDS_TO_START + " s";
        } catch (ExecutionException | NumberFormatException e) {
            problem = "said no port: " + e.getMessage();
        } catch (InterruptedException e) {
            problem = "was not waited for: interrupted";
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        throw new IllegalStateException("S3Mock, process " + process.pid() + ", " + problem + ". " + endOf(log));
    }

    private static String endOf(Path log) throws IOException {
        List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                .lines()
                .toList();
        int from = Math.max(0, lines.size() - LOG_LINES_IN_MESSAGE);
        return "End of " + log + ":\n" + String.join("\n", lines.subList(from, lines.size()));
    }
}
