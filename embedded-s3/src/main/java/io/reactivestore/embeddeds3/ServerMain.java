package io.reactivestore.embeddeds3;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * The server's process: {@code ServerMain directory ownerPid [setting…]}. It prints the port once it listens, and ends by
 * itself when its owner is gone.
 */
final class ServerMain {
    /*
     * How it works. S3Mock is reached by reflection, because it is on the class path of this process only. Whatever ends
     * the process (owner gone, standard input closed, signal) goes through the shutdown hook, which deletes the data.
     * The hooks of Spring are off: they would wait for requests that are under way.
     */

    private static final String APPLICATION = "com.adobe.testing.s3mock.S3MockApplication";
    private static final Duration OWNER_CHECK = Duration.ofMillis(500);

    private ServerMain() {}

    public static void main(String[] args) throws Exception {
        PrintStream answer = System.out;
        System.setOut(System.err);
        Path directory = Path.of(args[0]);
        long ownerPid = Long.parseLong(args[1]);
        List<String> settings = Arrays.asList(args).subList(2, args.length);

        FileChannel alive = ServerDirectory.markAlive(directory);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> deleteData(directory, alive), "embedded-s3-delete"));
        exitWith(ownerPid);
        try {
            answer.println(start(directory, settings));
            answer.flush();
        } catch (ReflectiveOperationException | RuntimeException e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private static int start(Path directory, List<String> settings) throws ReflectiveOperationException {
        List<String> arguments = new ArrayList<>(List.of(
                // The main port of S3Mock is https by default, and its http port is a second one that listens on every
                // interface and ignores most settings. Without TLS the main port is the one we want: loopback only,
                // with S3Mock's own leave for %2F and backslash in keys, and with these settings.
                "--server.ssl.enabled=false",
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--http.port=0",
                // Else each connection is closed after 100 requests or 20 idle seconds, and now and then a client that
                // is about to use it again fails.
                "--server.tomcat.max-keep-alive-requests=-1",
                "--server.tomcat.keep-alive-timeout=1h",
                // A key of 1024 bytes, percent-encoded, beside 2 KiB of metadata does not fit into 8 KiB for certain.
                "--server.max-http-request-header-size=32KB",
                "--com.adobe.testing.s3mock.store.root=" + ServerDirectory.store(directory),
                "--spring.main.register-shutdown-hook=false",
                "--spring.main.sources=" + ObjectLocks.class.getName(),
                "--logging.register-shutdown-hook=false"));
        arguments.addAll(settings);

        Class<?> type = Class.forName(APPLICATION);
        Map<String, Object> properties = new HashMap<>(Map.of("silent", true));
        Object application = type.getMethod("start", Map.class, String[].class)
                .invoke(null, properties, arguments.toArray(new String[0]));
        closeSecondPort(type, application);
        return (int) type.getMethod("getPort").invoke(application);
    }

    private static void closeSecondPort(Class<?> type, Object application) throws ReflectiveOperationException {
        Field field = type.getDeclaredField("httpConnector");
        field.setAccessible(true);
        Object connector = field.get(application);
        connector.getClass().getMethod("stop").invoke(connector);
        connector.getClass().getMethod("destroy").invoke(connector);
    }

    private static void exitWith(long ownerPid) {
        WatchedProcess owner =
                ProcessHandle.of(ownerPid).map(WatchedProcess::new).orElse(null);
        exitAfter("embedded-s3-owner", () -> {
            while (owner != null && !owner.isGone()) {
                LockSupport.parkNanos(OWNER_CHECK.toNanos());
            }
        });
        if (ownerPid == parentPid()) {
            exitAfter("embedded-s3-input", () -> {
                while (System.in.read() >= 0) {
                    // nobody writes: only the end matters
                }
            });
        }
    }

    private static long parentPid() {
        return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(-1L);
    }

    private static void exitAfter(String threadName, Wait wait) {
        Thread thread = new Thread(
                () -> {
                    try {
                        wait.untilOver();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } finally {
                        System.exit(0);
                    }
                },
                threadName);
        thread.setDaemon(true);
        thread.start();
    }

    private interface Wait {
        void untilOver() throws IOException;
    }

    /** Keeps the mark of life locked until the data is gone. */
    private static void deleteData(Path directory, FileChannel alive) {
        // A request that is under way may write while we delete.
        for (int attempt = 0; attempt < 5 && Files.exists(ServerDirectory.data(directory)); attempt++) {
            ServerDirectory.delete(ServerDirectory.data(directory));
        }
        try {
            alive.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
