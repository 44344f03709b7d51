package io.reactivestore.embeddeds3.latency;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in a JVM of its own, as seen from here: one command at a time, each answered. */
final class ServerProcess implements LatencyServer {

    private static final int PATIENCE_SECONDS = 10;

    private final Process process;
    private final ObjectOutputStream commands;
    private final ObjectInputStream answers;
    private final URI endpoint;

    private ServerProcess(Process process, LatencySettings settings) throws IOException, ClassNotFoundException {
        this.process = process;
        this.commands = new ObjectOutputStream(process.getOutputStream());
        commands.writeObject(settings);
        commands.flush();
        this.answers = new ObjectInputStream(process.getInputStream());
        this.endpoint = (URI) answers.readObject();
    }

    static ServerProcess start(LatencySettings settings, String... jvmOptions) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), LatencyServerMain.class.getName()));
        Process process = null;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return new ServerProcess(process, settings);
        } catch (IOException | ClassNotFoundException e) {
            if (process != null) {
                process.destroyForcibly();
            }
            throw new IllegalStateException("the latency server did not start", e);
        }
    }

    @Override
    public URI endpoint() {
        return endpoint;
    }

    @Override
    public Counters counters() {
        return tell(LatencyServerMain.Command.COUNTERS);
    }

    @Override
    public void inject(FaultRule rule) {
        tell(rule);
    }

    @Override
    public void clearFaults() {
        tell(LatencyServerMain.Command.CLEAR_FAULTS);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "LatencyServer[" + endpoint + ", pid " + process.pid() + "]";
    }

    private synchronized Counters tell(Object command) {
        try {
            commands.writeUnshared(command);
            commands.reset();
            commands.flush();
            return (Counters) answers.readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException("the latency server is gone", e);
        }
    }
}
