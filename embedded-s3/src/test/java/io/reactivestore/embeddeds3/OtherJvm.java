package io.reactivestore.embeddeds3;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM beside the test's, with its class path. It says what its server is, and lives until it is closed or told to end. */
final class OtherJvm implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;

    private OtherJvm(Process process) {
        this.process = process;
        this.output = process.inputReader();
    }

    /** @param what {@code shared}, {@code own}, or {@code none} for a JVM without a server */
    static OtherJvm start(String what, String... jvmOptions) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m"));
        command.addAll(List.of(jvmOptions));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), what));
        return new OtherJvm(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** The next line of what it says. */
    String says() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("the other JVM ended");
        }
        return line;
    }

    /** The process whose id it says next. */
    WatchedProcess saysProcess() throws IOException {
        return new WatchedProcess(ProcessHandle.of(Long.parseLong(says())).orElseThrow());
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.getOutputStream().close();
        process.waitFor();
    }

    static final class Main {

        private Main() {}

        public static void main(String[] args) throws IOException {
            if (!args[0].equals("none")) {
                EmbeddedS3 s3 = args[0].equals("own") ? EmbeddedS3.start() : EmbeddedS3.shared();
                System.out.println(s3.endpoint());
                System.out.println(s3.process().pid());
            }
            while (System.in.read() >= 0) {
                // until the test closes it
            }
        }
    }
}
