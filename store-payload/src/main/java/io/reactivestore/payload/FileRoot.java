package io.reactivestore.payload;

import java.util.Objects;

/**
 * A file that a payload was made from.
 *
 * @param path where it is
 * @param expectedHash its BLAKE3 hash then, in hex; another one now means that the payload is outdated
 */
public record FileRoot(String path, String expectedHash) {

    public FileRoot {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(expectedHash, "expectedHash");
    }
}
