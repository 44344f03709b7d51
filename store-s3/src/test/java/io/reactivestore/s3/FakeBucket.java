package io.reactivestore.s3;

import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** A server that takes puts, uploads in parts, copies and deletes of one bucket, and enforces conditions, if it is sent any. */
final class FakeBucket {

    record Stored(byte[] bytes, String etag, Map<String, String> headers) {}

    final Map<String, Stored> objects = new ConcurrentHashMap<>();
    final Map<String, Map<Integer, byte[]>> uploads = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> uploadHeaders = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    synchronized Reply reply(Request request) {
        if (request.path().isEmpty()) {
            return Reply.of(200);
        }
        String key = request.path().substring(1);
        String upload = request.parameter("uploadId");
        return switch (request.method()) {
            case "HEAD" -> head(key);
            case "PUT" -> upload == null ? put(key, request) : putPart(upload, request);
            case "POST" -> request.has("uploads") ? create(request) : complete(key, upload, request);
            case "DELETE" -> upload == null ? delete(key, request) : abort(upload);
            default -> Reply.error(501, "NotImplemented");
        };
    }

    private Reply head(String key) {
        Stored stored = objects.get(key);
        if (stored == null) {
            return Reply.error(404, "");
        }
        Reply reply = Reply.of(200)
                .header("ETag", '"' + stored.etag + '"')
                .header("Last-Modified", FakeObject.MODIFIED)
                .header("Content-Length", Integer.toString(stored.bytes.length));
        stored.headers.forEach(reply::header);
        return reply;
    }

    private Reply put(String key, Request request) {
        Reply refusal = refusal(key, request);
        if (refusal != null) {
            return refusal;
        }
        String source = request.header("x-amz-copy-source");
        if (source != null) {
            Stored from = objects.get(source.replaceFirst("^/?bucket/", ""));
            if (from == null) {
                return Reply.error(404, "NoSuchKey");
            }
            if (!isSource(from, request)) {
                return Reply.error(412, "PreconditionFailed");
            }
            boolean replace = "REPLACE".equals(request.header("x-amz-metadata-directive"));
            String etag = store(key, from.bytes, replace ? kept(request) : from.headers);
            return Reply.xml("<CopyObjectResult><ETag>\"" + etag + "\"</ETag>"
                    + "<LastModified>2015-10-21T07:28:00.000Z</LastModified></CopyObjectResult>");
        }
        return Reply.of(200).header("ETag", '"' + store(key, request.body(), kept(request)) + '"');
    }

    private static boolean isSource(Stored from, Request request) {
        String etag = request.header("x-amz-copy-source-if-match");
        return etag == null || etag.equals('"' + from.etag + '"');
    }

    private Reply refusal(String key, Request request) {
        Stored present = objects.get(key);
        String ifMatch = request.header("If-Match");
        if ("*".equals(request.header("If-None-Match")) && present != null) {
            return Reply.error(412, "PreconditionFailed");
        }
        if (ifMatch != null && present == null) {
            return Reply.error(404, "NoSuchKey");
        }
        boolean matches = ifMatch == null || ifMatch.equals('"' + present.etag + '"');
        return matches ? null : Reply.error(412, "PreconditionFailed");
    }

    private String store(String key, byte[] bytes, Map<String, String> headers) {
        String etag = "etag-" + count.incrementAndGet();
        objects.put(key, new Stored(bytes, etag, headers));
        return etag;
    }

    private Reply create(Request request) {
        String id = "upload-" + count.incrementAndGet();
        uploads.put(id, new ConcurrentSkipListMap<>());
        uploadHeaders.put(id, kept(request));
        return Reply.xml(
                "<InitiateMultipartUploadResult><UploadId>" + id + "</UploadId></InitiateMultipartUploadResult>");
    }

    private Reply putPart(String upload, Request request) {
        Map<Integer, byte[]> parts = uploads.get(upload);
        if (parts == null) {
            return Reply.error(404, "NoSuchUpload");
        }
        int number = Integer.parseInt(request.parameter("partNumber"));
        String source = request.header("x-amz-copy-source");
        if (source == null) {
            parts.put(number, request.body());
            return Reply.of(200).header("ETag", "\"part-" + number + '"');
        }
        Stored stored = objects.get(source.replaceFirst("^/?bucket/", ""));
        if (stored == null) {
            return Reply.error(404, "NoSuchKey");
        }
        if (!isSource(stored, request)) {
            return Reply.error(412, "PreconditionFailed");
        }
        String[] ends = request.header("x-amz-copy-source-range").substring(6).split("-");
        parts.put(number, Arrays.copyOfRange(stored.bytes, Integer.parseInt(ends[0]), Integer.parseInt(ends[1]) + 1));
        return Reply.xml("<CopyPartResult><ETag>\"part-" + number + "\"</ETag></CopyPartResult>");
    }

    private Reply complete(String key, String upload, Request request) {
        Map<Integer, byte[]> parts = uploads.get(upload);
        if (parts == null) {
            return Reply.error(404, "NoSuchUpload");
        }
        Reply refusal = refusal(key, request);
        if (refusal != null) {
            return refusal;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        var numbers = Pattern.compile("<PartNumber>(\\d+)").matcher(request.text());
        while (numbers.find()) {
            all.writeBytes(parts.get(Integer.parseInt(numbers.group(1))));
        }
        uploads.remove(upload);
        String etag = store(key, all.toByteArray(), uploadHeaders.get(upload));
        return Reply.xml(
                "<CompleteMultipartUploadResult><ETag>\"" + etag + "\"</ETag></CompleteMultipartUploadResult>");
    }

    private Reply delete(String key, Request request) {
        Reply refusal = refusal(key, request);
        if (refusal == null) {
            objects.remove(key);
        }
        return refusal == null ? Reply.of(204) : refusal;
    }

    private Reply abort(String upload) {
        return uploads.remove(upload) == null ? Reply.error(404, "NoSuchUpload") : Reply.of(204);
    }

    private static Map<String, String> kept(Request request) {
        Map<String, String> kept = new TreeMap<>();
        request.headers().forEach((name, values) -> {
            if (name.toLowerCase().startsWith("x-amz-meta-") || name.equalsIgnoreCase("Content-Type")) {
                kept.put(name, values.get(0));
            }
        });
        return kept;
    }
}
