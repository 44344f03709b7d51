package io.reactivestore;

import java.time.Duration;
import java.util.Objects;

/**
 * Where the bytes of a read came from.
 *
 * @param tier {@link #SOURCE}, {@link #MEMORY}, {@link #DISK}, or the name of another tier of a cache
 * @param stale whether the copy was past its time when it was served
 * @param age time since the copy was loaded from the source; zero from the source itself
 */
public record Served(String tier, boolean stale, Duration age) {

    /** The store that holds the truth. */
    public static final String SOURCE = "source";

    /** A cache's memory. */
    public static final String MEMORY = "memory";

    /** A cache's local disk. */
    public static final String DISK = "disk";

    private static final Served FROM_SOURCE = new Served(SOURCE, false, Duration.ZERO);

    public Served {
        Objects.requireNonNull(tier, "tier");
        Objects.requireNonNull(age, "age");
    }

    /** Served by the source. */
    public static Served fromSource() {
        return FROM_SOURCE;
    }
}
