package io.reactivestore.embeddeds3.latency;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * One version of an object.
 *
 * @param etag unquoted
 * @param headers the lines of all that is told about it besides its etag, ready to be sent
 * @param bytesStored the memory that it takes
 */
record S3Object(Body body, String etag, Instant modified, AsciiString headers, long bytesStored) {

    /** When all virtual objects were made. */
    static final Instant VIRTUAL_TIME = Instant.parse("2024-01-01T00:00:00Z");

    private static final AsciiString VIRTUAL_HEADERS = headers("Content-Type: binary/octet-stream\r\n", VIRTUAL_TIME);

    static S3Object virtual(byte[] key, int length, long size) {
        byte[] etag = new byte[32];
        writeVirtualEtag(Mix.of(key, length), size, etag, 0);
        return new S3Object(
                new Body.Virtual(VirtualContent.phase(key, length), size),
                new String(etag, StandardCharsets.US_ASCII),
                VIRTUAL_TIME,
                VIRTUAL_HEADERS,
                0);
    }

    /** The etag of a virtual object, 32 digits; returns the index behind it. */
    static int writeVirtualEtag(long keyMix, long size, byte[] target, int at) {
        return Mix.writeHex(Mix.of(keyMix + size), target, Mix.writeHex(keyMix, target, at));
    }

    static AsciiString headers(String lines, Instant modified) {
        return new AsciiString(lines + "Last-Modified: " + HttpDate.of(modified) + "\r\nAccept-Ranges: bytes\r\n");
    }

    long size() {
        return body.length();
    }
}
