package io.reactivestore.cache.kill;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process on the class path of this one that is killed at some moment, as by kill -9. */
public final class KilledProcess {

    /** Some die so early, in the middle of opening. */
    private static final int OPENING_MILLIS = 900;

    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);

    private KilledProcess() {}

    /** The randomness of a test, whose seed is printed and can be given. */
    public static SplittableRandom random(Class<?> test) {
        long seed = Long.getLong("reactivestore.seed", System.nanoTime());
        System.out.println(test.getSimpleName() + ": -Dreactivestore.seed=" + seed);
        return new SplittableRandom(seed);
    }

    /**
     * Runs the main method of a class until it is killed: when it has said so many bytes, or one time out of five while it opens.
     *
     * @return the whole lines that it said
     */
    public static List<String> linesOf(Class<?> main, SplittableRandom random, int mostBytes, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xshare:auto",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                main.getName()),
                        Stream.of(arguments))
                .toList();
        boolean early = random.nextInt(5) == 0;
        int afterBytes = early ? 0 : 1 + random.nextInt(mostBytes);
        int afterMillis = early ? random.nextInt(OPENING_MILLIS) : 0;
        Process child = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            byte[] told = child.getInputStream().readNBytes(afterBytes);
            if (early) {
                child.waitFor(afterMillis, TimeUnit.MILLISECONDS);
            }
            // The handle, as the process itself would close the stream that is still to be read.
            child.toHandle().destroyForcibly();
            byte[] rest = child.getInputStream().readAllBytes();
            String text = new String(told, StandardCharsets.UTF_8) + new String(rest, StandardCharsets.UTF_8);
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    /** In the process: says a line in one go, so that none is torn by another one. */
    public static synchronized void say(String line) {
        try {
            OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
