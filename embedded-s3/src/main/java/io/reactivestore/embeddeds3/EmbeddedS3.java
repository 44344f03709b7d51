package io.reactivestore.embeddeds3;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A running S3Mock server on a free port of the loopback interface, in a process of its own.
 *
 * <p>It speaks plain http, path style, in region {@code us-east-1}; any credentials are accepted, and none are needed.
 * Its data is deleted when it ends. It always ends: with its owner, which is the Maven build or the JVM that started it,
 * also when that is killed.
 *
 * <pre>{@code
 * EmbeddedS3 s3 = EmbeddedS3.shared();
 * String bucket = s3.newBucket();          // one for each test class
 * S3AsyncClient.builder().endpointOverride(s3.endpoint()).forcePathStyle(true)…
 * }</pre>
 *
 * <p>Thread-safe. The methods that start a server or create a bucket block the calling thread.
 */
public final class EmbeddedS3 implements AutoCloseable {

    private static @Nullable EmbeddedS3 shared;

    private final RunningServer server;
    private final boolean ownedByBuild;

    private EmbeddedS3(RunningServer server, boolean ownedByBuild) {
        this.server = server;
        this.ownedByBuild = ownedByBuild;
    }

    /**
     * One server for all test JVMs of one build: started by the first that asks, joined by the others, ended with the
     * build. Outside of Maven (in an IDE) the build is the current JVM. A server that died is replaced.
     *
     * <p>A process that is not a direct test JVM, but wants the build's server, is given its {@link #endpoint()}.
     *
     * @throws IllegalStateException if the server does not start; the message ends with the last lines of its log
     */
    public static synchronized EmbeddedS3 shared() {
        EmbeddedS3 joined = shared;
        if (joined == null || !joined.server.isAlive()) {
            joined = new EmbeddedS3(new SharedServer(TargetDirectory.find(), Owner.ofThisBuild()).join(), true);
            shared = joined;
        }
        return joined;
    }

    /**
     * Starts a server of the caller's own, which ends by {@link #close()} or with this JVM.
     *
     * @throws IllegalStateException if the server does not start; the message ends with the last lines of its log
     */
    public static EmbeddedS3 start() {
        return start(List.of());
    }

    /**
     * Like {@link #start()}, but the server handles one request at a time. S3Mock checks the condition of a write and
     * then acts on it, so this is the only mode in which a conditional write has exactly one winner. A request whose
     * body is read or written slowly keeps all others waiting.
     */
    public static EmbeddedS3 startSerial() {
        return start(List.of("--server.tomcat.threads.max=1", "--server.tomcat.threads.min-spare=1"));
    }

    private static EmbeddedS3 start(List<String> settings) {
        ServerLauncher launcher = new ServerLauncher(TargetDirectory.find());
        return new EmbeddedS3(launcher.start(Owner.thisJvm(), settings), false);
    }

    /** Where the server listens, {@code http://127.0.0.1:port}. */
    public URI endpoint() {
        return server.endpoint();
    }

    /** Creates a bucket with a name that was never used before, and returns the name. */
    public String newBucket() {
        String bucket = "test-" + UUID.randomUUID();
        Buckets.create(endpoint(), bucket);
        return bucket;
    }

    /** The file with the server's log: warnings and errors only. It stays for a while after the server's end. */
    public Path log() {
        return server.log();
    }

    WatchedProcess process() {
        return server.process();
    }

    /** Ends a server that was started by {@link #start()} or {@link #startSerial()}; leaves a shared one alone. */
    @Override
    public void close() {
        if (!ownedByBuild) {
            server.end();
        }
    }

    @Override
    public String toString() {
        return "EmbeddedS3[" + endpoint() + ", pid " + process().pid() + (ownedByBuild ? ", shared]" : "]");
    }
}
