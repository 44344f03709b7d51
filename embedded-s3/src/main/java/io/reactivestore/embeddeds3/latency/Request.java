package io.reactivestore.embeddeds3.latency;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The head of one request, understood. */
final class Request {

    /** Parameters that make of a request another one that is not known here. */
    private static final Set<String> UNKNOWN = Set.of(
            "acl",
            "attributes",
            "cors",
            "legal-hold",
            "lifecycle",
            "location",
            "policy",
            "restore",
            "retention",
            "select",
            "tagging",
            "torrent",
            "versionId",
            "versioning",
            "versions");

    private final Operation operation;
    private final String target;
    private final String bucket;
    private final byte[] keyBytes;
    private final String key;
    private final Map<String, String> query;
    private final HttpHeaders headers;

    private Request(
            Operation operation,
            String target,
            String bucket,
            byte[] keyBytes,
            Map<String, String> query,
            HttpHeaders headers) {
        this.operation = operation;
        this.target = target;
        this.bucket = bucket;
        this.keyBytes = keyBytes;
        this.key = new String(keyBytes, StandardCharsets.UTF_8);
        this.query = query;
        this.headers = headers;
    }

    /** @throws S3Failure if it cannot be read */
    static Request of(HttpRequest http) {
        String target = http.uri();
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        Map<String, String> query = question < 0 ? Map.of() : parse(target.substring(question + 1));
        int slash = path.indexOf('/', 1);
        String bucket = path.isEmpty() ? "" : slash < 0 ? path.substring(1) : path.substring(1, slash);
        byte[] key = slash < 0 ? new byte[0] : decode(path.substring(slash + 1), false);
        Operation operation = query.keySet().stream().anyMatch(UNKNOWN::contains)
                ? Operation.OTHER
                : key.length == 0
                        ? ofBucket(http.method(), query)
                        : ofObject(http.method(), query, http.headers().contains("x-amz-copy-source"));
        return new Request(operation, target, bucket, key, query, http.headers());
    }

    Operation operation() {
        return operation;
    }

    /** Path and query as they came. */
    String target() {
        return target;
    }

    String bucket() {
        return bucket;
    }

    /** Empty if the request is for the bucket. */
    String key() {
        return key;
    }

    /** The key in UTF-8. */
    byte[] keyBytes() {
        return keyBytes;
    }

    Map<String, String> query() {
        return query;
    }

    HttpHeaders headers() {
        return headers;
    }

    @Nullable String header(String name) {
        return headers.get(name);
    }

    @Nullable String parameter(String name) {
        return query.get(name);
    }

    boolean isHead() {
        return operation == Operation.HEAD_OBJECT || operation == Operation.HEAD_BUCKET;
    }

    /** Whether it changes nothing, so that it may be carried out as late as its answer. */
    boolean isRead() {
        return isHead()
                || operation == Operation.GET_OBJECT
                || operation == Operation.LIST_OBJECTS
                || operation == Operation.OTHER;
    }

    private static Operation ofBucket(HttpMethod method, Map<String, String> query) {
        if (method.equals(HttpMethod.HEAD)) {
            return Operation.HEAD_BUCKET;
        }
        if (method.equals(HttpMethod.GET) && "2".equals(query.get("list-type"))) {
            return Operation.LIST_OBJECTS;
        }
        return method.equals(HttpMethod.POST) && query.containsKey("delete")
                ? Operation.DELETE_OBJECTS
                : Operation.OTHER;
    }

    private static Operation ofObject(HttpMethod method, Map<String, String> query, boolean copies) {
        boolean isUpload = query.containsKey("uploadId");
        return switch (method.name()) {
            case "GET" -> isUpload ? Operation.OTHER : Operation.GET_OBJECT;
            case "HEAD" -> Operation.HEAD_OBJECT;
            case "PUT" ->
                isUpload
                        ? (copies ? Operation.COPY_PART : Operation.PUT_PART)
                        : (copies ? Operation.COPY_OBJECT : Operation.PUT_OBJECT);
            case "DELETE" -> isUpload ? Operation.ABORT_UPLOAD : Operation.DELETE_OBJECT;
            case "POST" ->
                isUpload
                        ? Operation.COMPLETE_UPLOAD
                        : query.containsKey("uploads") ? Operation.CREATE_UPLOAD : Operation.OTHER;
            default -> Operation.OTHER;
        };
    }

    private static Map<String, String> parse(String query) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            parameters.put(text(name), equals < 0 ? "" : text(pair.substring(equals + 1)));
        }
        return parameters;
    }

    private static String text(String encoded) {
        return new String(decode(encoded, true), StandardCharsets.UTF_8);
    }

    /** @throws S3Failure if a percent sign is not followed by two hexadecimal digits */
    static byte[] decode(String encoded, boolean plusIsSpace) {
        if (encoded.indexOf('%') < 0 && !(plusIsSpace && encoded.indexOf('+') >= 0)) {
            return encoded.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%') {
                int high = i + 2 < encoded.length() ? Character.digit(encoded.charAt(i + 1), 16) : -1;
                int low = i + 2 < encoded.length() ? Character.digit(encoded.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw new S3Failure(400, "InvalidURI");
                }
                decoded.write(high << 4 | low);
                i += 2;
            } else {
                decoded.write(plusIsSpace && c == '+' ? ' ' : c);
            }
        }
        return decoded.toByteArray();
    }
}
