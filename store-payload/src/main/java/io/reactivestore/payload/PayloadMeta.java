package io.reactivestore.payload;

import java.util.List;
import java.util.Objects;

/**
 * What is known of a payload beside its bytes.
 *
 * @param payloadHash the BLAKE3 hash of its bytes, in hex
 * @param bytes how many there are
 * @param toolKind what made it, free text
 * @param fileRoots the files it was made from
 * @param upstreamKeys the payloads it was made from
 */
public record PayloadMeta(
        String payloadHash, long bytes, String toolKind, List<FileRoot> fileRoots, List<PayloadKey> upstreamKeys) {

    public PayloadMeta {
        Objects.requireNonNull(payloadHash, "payloadHash");
        Objects.requireNonNull(toolKind, "toolKind");
        if (bytes < 0) {
            throw new IllegalArgumentException("payload: need 0 or more bytes, was " + bytes);
        }
        fileRoots = List.copyOf(fileRoots);
        upstreamKeys = List.copyOf(upstreamKeys);
    }
}
