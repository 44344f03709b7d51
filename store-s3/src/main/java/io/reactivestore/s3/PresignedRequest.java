package io.reactivestore.s3;

import java.net.URI;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A request that whoever has it may make until it expires, without credentials. Its URL is a secret: {@link #toString()} leaves out all
 * that follows the path, and the values of the headers.
 *
 * @param method of HTTP, such as {@code GET}
 * @param url with the signature in its query
 * @param headers what must be sent as it is, since it was signed; other than {@code Host}
 * @param expiresAt from then on the server refuses it
 */
public record PresignedRequest(String method, URI url, Map<String, String> headers, Instant expiresAt) {

    /** Checks that there is nothing missing, and keeps a copy of the headers in the order of their names. */
    public PresignedRequest {
        Objects.requireNonNull(method, "method");
        Objects.requireNonNull(url, "url");
        Objects.requireNonNull(expiresAt, "expiresAt");
        headers = Collections.unmodifiableMap(new TreeMap<>(headers));
    }

    @Override
    public String toString() {
        return "PresignedRequest[" + method + " " + withoutQuery(url) + ", headers " + headers.keySet() + ", until "
                + expiresAt + "]";
    }

    static String withoutQuery(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority() + url.getRawPath();
    }
}
