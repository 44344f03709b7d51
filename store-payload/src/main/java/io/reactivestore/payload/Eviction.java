package io.reactivestore.payload;

import java.util.List;

/**
 * What became of an eviction.
 *
 * @param dropped the keys of which something was there and nothing is now, in the order in which they went
 * @param skipped the keys that could not be removed; they are still there and counted
 */
public record Eviction(List<PayloadKey> dropped, List<Skipped> skipped) {

    public Eviction {
        dropped = List.copyOf(dropped);
        skipped = List.copyOf(skipped);
    }

    /** A key that could not be removed, and why. */
    public record Skipped(PayloadKey key, Throwable error) {}
}
