package io.reactivestore.s3;

import io.reactivestore.StoreRuntime;
import java.util.HexFormat;

/**
 * Marks what one write of ours has written. It belongs to the Mono that the caller got, not to one subscription: who subscribes to
 * that again, after a try that ended without an answer, does the same write again.
 */
final class WriteToken {

    private final String value;
    private volatile boolean inDoubt;

    private WriteToken(String value) {
        this.value = value;
    }

    static WriteToken random(StoreRuntime runtime) {
        HexFormat hex = HexFormat.of();
        return new WriteToken(hex.toHexDigits(runtime.random().nextLong())
                + hex.toHexDigits(runtime.random().nextLong()));
    }

    String value() {
        return value;
    }

    /** Notes that a try may have written, and that nobody knows. */
    void doubt() {
        inDoubt = true;
    }

    /** Whether an earlier try may have written what a later one finds. */
    boolean isInDoubt() {
        return inDoubt;
    }
}
