package io.reactivestore.embeddeds3.latency;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Carries requests out. Knows neither delays nor faults. */
final class Service {

    private static final Set<String> KEPT_HEADERS = Set.of(
            "content-type", "cache-control", "content-disposition", "content-encoding", "content-language", "expires");

    private final Map<String, Bucket> buckets = new TreeMap<>();
    private final Memory memory;
    private final PageCache pages;
    private final Meter meter;

    Service(LatencySettings settings, Meter meter) {
        this.memory = new Memory(settings.maxStoredBytes());
        this.pages = new PageCache(settings.pageCacheBytes());
        this.meter = meter;
        settings.buckets().forEach((name, bucket) -> buckets.put(name, new Bucket(bucket, memory)));
    }

    RequestBody newBody(Request request) {
        return new RequestBody(request, memory);
    }

    /** Never fails: what goes wrong is an answer too. */
    Answer answer(Request request, RequestBody body, ByteBufAllocator buffers) {
        try {
            Bucket bucket = buckets.get(request.bucket());
            if (bucket == null) {
                throw new S3Failure(404, "NoSuchBucket");
            }
            return switch (request.operation()) {
                case GET_OBJECT, HEAD_OBJECT -> get(bucket, request);
                case PUT_OBJECT -> put(bucket, request, body.take());
                case COPY_OBJECT -> copy(bucket, request);
                case DELETE_OBJECT -> delete(bucket, request);
                case DELETE_OBJECTS -> deleteAll(bucket, body);
                case LIST_OBJECTS -> list(bucket, request, buffers);
                case CREATE_UPLOAD -> createUpload(bucket, request);
                case PUT_PART -> putPart(bucket, request, body.take());
                case COPY_PART -> copyPart(bucket, request);
                case COMPLETE_UPLOAD -> completeUpload(bucket, request, body);
                case ABORT_UPLOAD -> abortUpload(bucket, request);
                case HEAD_BUCKET -> Answer.empty(200, null);
                case OTHER -> throw new S3Failure(501, "NotImplemented");
            };
        } catch (S3Failure failure) {
            return Answer.failure(failure.status(), failure.code(), request.isHead());
        } finally {
            body.release();
        }
    }

    long bytesStored() {
        return memory.used();
    }

    long objectsStored() {
        return buckets.values().stream().mapToLong(Bucket::objectsStored).sum();
    }

    long uploadsOpen() {
        return buckets.values().stream().mapToLong(Bucket::uploadsOpen).sum();
    }

    void close() {
        pages.clear();
    }

    private static Answer get(Bucket bucket, Request request) {
        S3Object object = require(bucket.find(request.keyBytes()));
        if (!Conditions.judgeRead(request, "", object)) {
            return new Answer(304, object.etag(), object.headers(), null, -1, Body.Bytes.EMPTY);
        }
        Span span = Span.of(request.header("range"), object.size());
        boolean isHead = request.isHead();
        if (span == null) {
            return new Answer(
                    200,
                    object.etag(),
                    object.headers(),
                    null,
                    object.size(),
                    isHead ? Body.Bytes.EMPTY : object.body());
        }
        String range = "Content-Range: bytes " + span.start() + "-" + (span.end() - 1) + "/" + object.size() + "\r\n";
        Body body = isHead ? Body.Bytes.EMPTY : new Body.Range(object.body(), span.start(), span.length());
        return new Answer(206, object.etag(), object.headers(), range, span.length(), body);
    }

    private Answer put(Bucket bucket, Request request, byte[] bytes) {
        String etag = Etags.of(bytes);
        Instant now = now();
        S3Object object = new S3Object(
                new Body.Bytes(bytes), etag, now, S3Object.headers(keptHeaders(request), now), bytes.length);
        putOrRelease(bucket, request, object);
        return Answer.empty(200, etag);
    }

    private Answer copy(Bucket bucket, Request request) {
        S3Object source = source(request);
        reserve(source.bytesStored());
        boolean replaces = "REPLACE".equals(request.header("x-amz-metadata-directive"));
        Instant now = now();
        AsciiString headers =
                replaces ? S3Object.headers(keptHeaders(request), now) : S3Object.headers(keptHeaders(source), now);
        putOrRelease(bucket, request, new S3Object(source.body(), source.etag(), now, headers, source.bytesStored()));
        return Answer.xml("<CopyObjectResult><LastModified>" + now + "</LastModified><ETag>&quot;" + source.etag()
                + "&quot;</ETag></CopyObjectResult>");
    }

    private static Answer delete(Bucket bucket, Request request) {
        bucket.delete(request.keyBytes(), request.header("if-match"));
        return Answer.empty(204, null);
    }

    private Answer deleteAll(Bucket bucket, RequestBody body) {
        XmlRequest.Deletion deletion = XmlRequest.deletion(takeDocument(body));
        if (deletion.keys().size() > Listing.MAX_KEYS) {
            throw new S3Failure(400, "MalformedXML");
        }
        PageWriter deleted = new PageWriter(1024);
        for (String key : deletion.keys()) {
            byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
            bucket.delete(utf8, null);
            if (!deletion.quiet()) {
                deleted.raw("<Deleted><Key>").name(utf8, utf8.length, false).raw("</Key></Deleted>");
            }
        }
        String text = new String(deleted.bytes(), 0, deleted.length(), StandardCharsets.UTF_8);
        return Answer.xml("<DeleteResult>" + text + "</DeleteResult>");
    }

    private Answer list(Bucket bucket, Request request, ByteBufAllocator buffers) {
        return bucket.read(above -> {
            // What is written changes pages; what is computed never does.
            boolean isFixed = above.isEmpty();
            PageCache.Page kept = isFixed ? pages.get(request.target()) : null;
            if (kept != null) {
                meter.pageFromCache(kept.count());
                return Answer.page(new Body.Page(kept.bytes()));
            }
            Listing listing = new Listing(request, bucket.computed(), above);
            PageCache.Page page = listing.render(buffers);
            meter.page(page.count());
            if (isFixed) {
                pages.put(request.target(), page);
            }
            return Answer.page(new Body.Page(page.bytes()));
        });
    }

    private static Answer createUpload(Bucket bucket, Request request) {
        String id = bucket.createUpload(request.key(), keptHeaders(request));
        return Answer.xml(
                "<InitiateMultipartUploadResult><UploadId>" + id + "</UploadId></InitiateMultipartUploadResult>");
    }

    private Answer putPart(Bucket bucket, Request request, byte[] bytes) {
        String etag = Etags.of(bytes);
        addPart(bucket, request, new Upload.Part(new Body.Bytes(bytes), etag, bytes.length));
        return Answer.empty(200, etag);
    }

    private Answer copyPart(Bucket bucket, Request request) {
        S3Object source = source(request);
        Span part = Span.of(request.header("x-amz-copy-source-range"), source.size());
        Span span = part == null ? new Span(0, source.size()) : part;
        String etag = Etags.ofRange(source.etag(), span);
        long stored = source.bytesStored() == 0 ? 0 : span.length();
        reserve(stored);
        Body body = new Body.Range(source.body(), span.start(), span.length());
        addPart(bucket, request, new Upload.Part(body, etag, stored));
        return Answer.xml("<CopyPartResult><LastModified>" + now() + "</LastModified><ETag>&quot;" + etag
                + "&quot;</ETag></CopyPartResult>");
    }

    private void addPart(Bucket bucket, Request request, Upload.Part part) {
        try {
            String number = request.query().getOrDefault("partNumber", "");
            if (!number.matches("[1-9]\\d{0,3}|10000")) {
                throw new S3Failure(400, "InvalidArgument");
            }
            bucket.putPart(uploadId(request), request.key(), Integer.parseInt(number), part);
        } catch (S3Failure e) {
            memory.release(part.bytesStored());
            throw e;
        }
    }

    private Answer completeUpload(Bucket bucket, Request request, RequestBody body) {
        Map<Integer, String> etags = XmlRequest.parts(takeDocument(body));
        S3Object object = bucket.completeUpload(request, uploadId(request), etags, Service::join);
        return Answer.xml("<CompleteMultipartUploadResult><ETag>&quot;" + object.etag()
                + "&quot;</ETag></CompleteMultipartUploadResult>");
    }

    private static S3Object join(List<Upload.Part> parts, String headers) {
        Instant now = now();
        return new S3Object(
                Body.joined(parts.stream().map(Upload.Part::body).toList()),
                Etags.joined(parts.stream().map(Upload.Part::etag).toList()),
                now,
                S3Object.headers(headers, now),
                parts.stream().mapToLong(Upload.Part::bytesStored).sum());
    }

    private static Answer abortUpload(Bucket bucket, Request request) {
        bucket.abortUpload(uploadId(request), request.key());
        return Answer.empty(204, null);
    }

    private static String uploadId(Request request) {
        return request.query().getOrDefault("uploadId", "");
    }

    /** The object that a copy is made of, if it meets the conditions. */
    private S3Object source(Request request) {
        String header = request.header("x-amz-copy-source");
        String path = header == null ? "" : header.startsWith("/") ? header.substring(1) : header;
        int slash = path.indexOf('/');
        Bucket bucket = slash < 0 ? null : buckets.get(path.substring(0, slash));
        if (bucket == null) {
            throw new S3Failure(404, "NoSuchBucket");
        }
        if (path.indexOf('?') >= 0) {
            throw new S3Failure(501, "NotImplemented");
        }
        S3Object source = require(bucket.find(Request.decode(path.substring(slash + 1), false)));
        if (!Conditions.judgeRead(request, "x-amz-copy-source-", source)) {
            throw S3Failure.preconditionFailed();
        }
        return source;
    }

    private static S3Object require(@Nullable S3Object object) {
        if (object == null) {
            throw S3Failure.noSuchKey();
        }
        return object;
    }

    private byte[] takeDocument(RequestBody body) {
        byte[] document = body.take();
        memory.release(document.length);
        return document;
    }

    private void reserve(long bytes) {
        if (!memory.reserve(bytes)) {
            throw new S3Failure(400, "EntityTooLarge");
        }
    }

    private void putOrRelease(Bucket bucket, Request request, S3Object object) {
        try {
            bucket.put(request, object);
        } catch (S3Failure e) {
            memory.release(object.bytesStored());
            throw e;
        }
    }

    /** What a write says about its object, as lines of an answer. */
    private static String keptHeaders(Request request) {
        StringBuilder lines = new StringBuilder();
        request.headers().forEach(header -> {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            String value = header.getValue();
            if (name.equals("content-encoding")) {
                value = value.replaceAll("(?i)\\s*aws-chunked\\s*,?", "");
            }
            if ((KEPT_HEADERS.contains(name) || name.startsWith("x-amz-meta-")) && !value.isEmpty()) {
                lines.append(name).append(": ").append(value).append("\r\n");
            }
        });
        return lines.indexOf("content-type: ") >= 0
                ? lines.toString()
                : lines + "content-type: binary/octet-stream\r\n";
    }

    private static String keptHeaders(S3Object source) {
        String lines = source.headers().toString();
        return lines.substring(0, lines.indexOf("Last-Modified: "));
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }
}
