package io.reactivestore;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class StoredObjectTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Attributes ATTRIBUTES = Attributes.none()
            .withContentType("text/plain")
            .withCacheControl("max-age=60")
            .withExpires(Instant.parse("2026-11-21T10:15:30Z"))
            .withContentEncoding("gzip")
            .withContentDisposition("inline")
            .withContentLanguage("de")
            .withUserMetadata("owner", "me");

    @Test
    void wholeObject_is200WithEverything() {
        StoredObject object = answer(StoredObject.Status.FULL, new Span(0, 10), ATTRIBUTES);
        assertThat(object.httpStatus()).isEqualTo(200);
        assertThat(headers(object))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "ETag", "\"e\"",
                        "Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT",
                        "Cache-Control", "max-age=60",
                        "Expires", "Sat, 21 Nov 2026 10:15:30 GMT",
                        "Accept-Ranges", "bytes",
                        "Content-Length", "10",
                        "Content-Type", "text/plain",
                        "Content-Encoding", "gzip",
                        "Content-Disposition", "inline",
                        "Content-Language", "de"));
    }

    @Test
    void part_is206WithItsPlace() {
        StoredObject object = answer(StoredObject.Status.PARTIAL, new Span(2, 5), null);
        assertThat(object.httpStatus()).isEqualTo(206);
        assertThat(headers(object))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "ETag", "\"e\"",
                        "Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT",
                        "Accept-Ranges", "bytes",
                        "Content-Length", "3",
                        "Content-Range", "bytes 2-4/10"));
    }

    @Test
    void notModified_is304WithoutWhatDescribesTheBytes() {
        StoredObject object = answer(StoredObject.Status.NOT_MODIFIED, new Span(0, 0), ATTRIBUTES);
        assertThat(object.httpStatus()).isEqualTo(304);
        assertThat(headers(object)).containsOnlyKeys("ETag", "Last-Modified", "Cache-Control", "Expires");
    }

    @Test
    void emptyPartOfAnEmptyObject_is200() {
        Store store = MemoryStore.create();
        store.put("a", Content.empty()).block(PATIENCE);
        StoredObject object = store.get("a", ReadOptions.defaults().withRange(ByteRange.from(0)))
                .block(PATIENCE);
        assertThat(object.httpStatus()).isEqualTo(200);
        assertThat(headers(object)).containsEntry("Content-Length", "0").doesNotContainKey("Content-Range");
        assertThat(object.text().block(PATIENCE)).isEmpty();
        assertThat(object.bytes().block(PATIENCE).remaining()).isZero();
    }

    @Test
    void text_isDecodedAndMalformedBytesReplaced() {
        Store store = MemoryStore.create();
        store.put("a", Content.bytes(new byte[] {(byte) 0xC3, (byte) 0xBC, (byte) 0xFF}))
                .block(PATIENCE);
        StoredObject object = store.get("a").block(PATIENCE);
        assertThat(object.text().block(PATIENCE)).isEqualTo("ü\uFFFD");
        assertThat(object.text(StandardCharsets.ISO_8859_1).block(PATIENCE)).isEqualTo("\u00C3\u00BC\u00FF");
    }

    @Test
    void lastModified_isToldInWholeSeconds() {
        ObjectInfo info = new ObjectInfo("a", 0, "e", null, Instant.parse("2026-01-02T03:04:05.999Z"), null);
        StoredObject object = answer(info, StoredObject.Status.FULL, new Span(0, 0));
        assertThat(headers(object)).containsEntry("Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT");
    }

    private static StoredObject answer(StoredObject.Status status, Span span, @Nullable Attributes attributes) {
        ObjectInfo info = new ObjectInfo("a", 10, "e", null, Instant.parse("1994-11-06T08:49:37Z"), attributes);
        return answer(info, status, span);
    }

    private static StoredObject answer(ObjectInfo info, StoredObject.Status status, Span span) {
        return new Answer(info, status, span, Served.fromSource(), ReadOptions.defaults(), Flux.empty());
    }

    private static Map<String, String> headers(StoredObject object) {
        Map<String, String> headers = new LinkedHashMap<>();
        object.httpHeaders(
                (name, value) -> assertThat(headers.put(name, value)).as(name).isNull());
        return headers;
    }

    private record Answer(
            ObjectInfo info, Status status, Span span, Served served, ReadOptions options, Flux<ByteBuffer> body)
            implements StoredObject {}
}
