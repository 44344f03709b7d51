package io.reactivestore.embeddeds3.latency;

import java.net.URI;

/**
 * A running server on a free port of the loopback interface.
 *
 * <p>It speaks plain http, path style; any credentials are accepted, and none are needed. Buckets and what is in them at the start
 * are settings; what is written is kept in memory until the end.
 *
 * <pre>{@code
 * LatencySettings settings = LatencySettings.defaults()
 *         .withLaw(LatencyLaw.typical()).withSpeed(10)
 *         .withKeys("bucket", KeySpace.uniform(10_000_000), 4096);
 * try (LatencyServer server = LatencyServer.start(settings)) {
 *     server.inject(FaultRule.of(Fault.cutBody(17)).on(Operation.GET_OBJECT).times(1));
 *     …                                           // a client at server.endpoint()
 *     assertThat(server.counters().requests(Operation.GET_OBJECT)).isEqualTo(2);
 * }
 * }</pre>
 *
 * <p>Thread-safe. All methods may block for a moment.
 */
public interface LatencyServer extends AutoCloseable {

    /** Starts a server on threads of this JVM. */
    static LatencyServer start(LatencySettings settings) {
        return LocalServer.start(settings);
    }

    /**
     * Starts a server in a JVM of its own, with the class path of this one, so that what the client costs can be measured apart. It
     * ends by {@link #close()}, or with this JVM. All settings, a law or key space of the caller's own among them, must be
     * serializable.
     *
     * @param jvmOptions of the server, such as {@code -Xmx2g}
     * @throws IllegalStateException if it does not start
     */
    static LatencyServer startProcess(LatencySettings settings, String... jvmOptions) {
        return ServerProcess.start(settings, jvmOptions);
    }

    /** Where the server listens, {@code http://127.0.0.1:port}. */
    URI endpoint();

    /**
     * What the server has done so far. An answer that has reached its client is counted in full, so that figures are exact as soon
     * as the client has what it asked for.
     */
    Counters counters();

    /** Adds a rule behind those that there are. Of the rules that want a request, the first one gets it. */
    void inject(FaultRule rule);

    /** Takes all rules back. What has begun goes on. */
    void clearFaults();

    /** Ends the server and every connection to it. Harmless if repeated. */
    @Override
    void close();
}
