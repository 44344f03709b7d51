package io.reactivestore.payload;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The key of a payload: the BLAKE3 hash of the canonical input that it was made from. A type of its own, so that it is not mistaken for the
 * hash of the payload.
 *
 * @param hex 64 lower-case hex digits
 */
public record PayloadKey(String hex) implements Comparable<PayloadKey> {

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    public PayloadKey {
        Objects.requireNonNull(hex, "hex");
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("payload key: need 64 lower-case hex digits, was \"" + hex + "\"");
        }
    }

    /** The key of this input. */
    public static PayloadKey of(byte[] input) {
        return new PayloadKey(Blake3Hash.of(ByteBuffer.wrap(Objects.requireNonNull(input, "input"))));
    }

    @Override
    public int compareTo(PayloadKey other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
