package io.reactivestore.embeddeds3.latency;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * How slow the server is.
 *
 * @param firstByte from the end of a request to the first byte of its answer
 * @param listPage the same for a page of a listing
 * @param bytesPerSecond of bodies on one connection, in either direction; {@link #UNLIMITED} for as fast as it goes
 */
public record LatencyLaw(Delay firstByte, Delay listPage, long bytesPerSecond) implements Serializable {

    /** No limit to the rate of bytes. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    public LatencyLaw {
        Objects.requireNonNull(firstByte, "firstByte");
        Objects.requireNonNull(listPage, "listPage");
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bytesPerSecond: need at least 1, was " + bytesPerSecond);
        }
    }

    /**
     * An object store across a network as it is met in practice: first byte lognormal with median 30 ms and 95 % below 200 ms, but
     * for 0.2 % of all requests, which take 5 to 10 s; a page of a listing 82 ms; 60 MB/s a connection.
     *
     * @source bytes per second: Durner, Leis and Neumann, "Exploiting Cloud Object Storage for High-Performance Analytics", PVLDB
     *     16(11); page: serial baseline of s3-fast-list
     */
    public static LatencyLaw typical() {
        return new LatencyLaw(
                Delay.lognormal(Duration.ofMillis(30), Duration.ofMillis(200))
                        .withTail(0.002, Duration.ofSeconds(5), Duration.ofSeconds(10)),
                Delay.fixed(Duration.ofMillis(82)),
                60_000_000);
    }

    /** No delay and no limit: what is measured is the client, and the machine. */
    public static LatencyLaw none() {
        return new LatencyLaw(Delay.none(), Delay.none(), UNLIMITED);
    }

    /** The same first byte for every request, pages too. */
    public static LatencyLaw of(Duration firstByte, long bytesPerSecond) {
        return new LatencyLaw(Delay.fixed(firstByte), Delay.fixed(firstByte), bytesPerSecond);
    }
}
