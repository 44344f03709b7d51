package io.reactivestore.s3;

import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.util.Arrays;
import java.util.Random;

/** One object as a server that does everything right tells of it. A test may replace it under way. */
final class FakeObject {

    static final String MODIFIED = "Wed, 21 Oct 2015 07:28:00 GMT";

    volatile byte[] bytes;
    volatile String etag;
    volatile String version;

    FakeObject(int size, String etag) {
        this.bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        this.etag = etag;
    }

    Reply reply(Request request) {
        if (version != null
                && request.has("versionId")
                && !request.parameter("versionId").equals(version)) {
            return Reply.error(404, "NoSuchVersion");
        }
        String quoted = '"' + etag + '"';
        if (request.header("If-Match") != null && !request.header("If-Match").equals(quoted)) {
            return Reply.error(412, "PreconditionFailed");
        }
        if (quoted.equals(request.header("If-None-Match"))) {
            return Reply.of(304).header("ETag", quoted);
        }
        if (request.method().equals("HEAD")) {
            return facts(Reply.of(200)).header("Content-Length", Integer.toString(bytes.length));
        }
        String range = request.header("Range");
        return range == null ? facts(Reply.of(200)).body(bytes) : part(range);
    }

    private Reply part(String range) {
        String[] ends = range.substring("bytes=".length()).split("-", 2);
        int size = bytes.length;
        long start = ends[0].isEmpty() ? Math.max(0, size - Long.parseLong(ends[1])) : Long.parseLong(ends[0]);
        long end = ends[0].isEmpty() || ends[1].isEmpty() ? size : Math.min(size, Long.parseLong(ends[1]) + 1);
        if (start >= size) {
            return Reply.error(416, "InvalidRange");
        }
        return facts(Reply.of(206))
                .header("Content-Range", "bytes " + start + "-" + (end - 1) + "/" + size)
                .body(Arrays.copyOfRange(bytes, (int) start, (int) end));
    }

    private Reply facts(Reply reply) {
        reply.header("ETag", '"' + etag + '"').header("Last-Modified", MODIFIED);
        return version == null ? reply : reply.header("x-amz-version-id", version);
    }
}
