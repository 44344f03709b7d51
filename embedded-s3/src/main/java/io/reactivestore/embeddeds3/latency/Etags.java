package io.reactivestore.embeddeds3.latency;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Etags as S3 makes them of what is written: MD5, or, of an upload in parts, MD5 of those of the parts and their number. */
final class Etags {

    private Etags() {}

    static String of(byte[] bytes) {
        return HexFormat.of().formatHex(md5().digest(bytes));
    }

    static String joined(List<String> etags) {
        MessageDigest md5 = md5();
        etags.forEach(etag -> md5.update(HexFormat.of().parseHex(etag)));
        return HexFormat.of().formatHex(md5.digest()) + "-" + etags.size();
    }

    /** Of a part that is a copy of bytes which nobody shall read for that: another one for each source and range. */
    static String ofRange(String source, Span span) {
        return of((source + span).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
