package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteResult;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.StoredObject.Status;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreUnavailableException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The whole store against a server that behaves, more or less: the parts fit together. */
class EmbeddedStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String bucket = EmbeddedStores.newBucket();
    private final S3Store store = EmbeddedStores.on(bucket);

    @Test
    void objectWithAttributes_comesBackAsItWas() {
        Attributes attributes = Attributes.none()
                .withContentType("text/plain")
                .withCacheControl("max-age=60")
                .withExpires(Instant.parse("2030-01-02T03:04:05Z"))
                .withContentDisposition("attachment; filename=\"x.txt\"")
                .withContentLanguage("de")
                .withContentEncoding("identity")
                .withUserMetadata("plain", "value")
                .withUserMetadata("city", "Zürich, 東京, 🚀")
                .withUserMetadata("empty", "")
                .withUserMetadata("spaces", "  a  b ")
                .withUserMetadata("tricky", "=?UTF-8?B?aGk=?=");
        ObjectInfo put = one(
                store.put("a/b", Content.text("hello"), WriteOptions.defaults().withAttributes(attributes)));
        StoredObject object = one(store.get("a/b"));
        assertThat(object.info().attributes()).isEqualTo(attributes);
        assertThat(one(object.text())).isEqualTo("hello");
        assertThat(one(store.head("a/b"))).isEqualTo(object.info());
        assertThat(put.etag()).isEqualTo(object.info().etag()).doesNotContain("\"");
        assertThat(put.attributes()).isEqualTo(attributes);
        assertThat(put.version()).isNull();
        assertThat(Duration.between(put.lastModified(), object.info().lastModified())
                        .abs())
                .isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void objectWithoutAttributes_hasNone() {
        one(store.put("k", Content.text("x")));
        assertThat(one(store.head("k")).attributes()).isEqualTo(Attributes.none());
    }

    @Test
    void absentObject_isEmptyEverywhere() {
        none(store.get("k"));
        none(store.head("k"));
        none(store.get("k", ReadOptions.defaults().withIfMatch("x")));
        fails(ObjectNotFoundException.class, store.read("k"));
        fails(ObjectNotFoundException.class, store.copy("k", "to"));
        none(store.delete("k"));
    }

    @Test
    void missingBucket_isAnErrorOfEveryOperation() {
        S3Store missing = EmbeddedStores.on("no-such-bucket-" + System.nanoTime());
        assertNoBucket(missing.get("k"), "get", "k");
        assertNoBucket(missing.head("k"), "head", "k");
        assertNoBucket(missing.put("k", Content.text("x")), "put", "k");
        assertNoBucket(missing.delete("k"), "delete", "k");
        assertNoBucket(missing.list("p/"), "list", "p/");
        assertNoBucket(missing.listDirectory("p/"), "listDirectory", "p/");
        assertNoBucket(missing.deletePrefix("p/"), "deletePrefix", "p/");
        assertNoBucket(missing.copy("k", "l"), "copy", "k");
        assertNoBucket(missing.getRanges("k", List.of(ByteRange.of(0, 1)), ReadOptions.defaults()), "getRanges", "k");
        assertNoBucket(
                missing.deleteAll(Flux.just("k")).map(DeleteResult::error).handle((e, sink) -> sink.error(e)),
                "deleteAll",
                "k");
    }

    private static void assertNoBucket(Publisher<?> publisher, String operation, String key) {
        StoreUnavailableException error = fails(StoreUnavailableException.class, publisher);
        assertThat(error.retryable()).isFalse();
        assertThat(error).hasMessageContaining("there is no bucket no-such-bucket");
        assertThat(error.operation()).isEqualTo(operation);
        assertThat(error.key()).as(operation).isEqualTo(key);
    }

    @Test
    void largeObject_isUploadedInPartsAndReadInParts() {
        byte[] bytes = random(13 << 20);
        S3Store small = EmbeddedStores.builder(bucket)
                .uploadPartBytes(5 << 20)
                .partBytes(1 << 20)
                .build();
        ObjectInfo put = one(small.put("big", Content.publisher(chunks(bytes, 300_001))));
        assertThat(put.size()).isEqualTo(bytes.length);
        assertThat(put.etag()).endsWith("-3");
        assertThat(one(small.head("big"))).isEqualTo(put);
        StoredObject object = one(small.get("big"));
        assertThat(object.info()).isEqualTo(put);
        assertThat(one(object.byteArray())).isEqualTo(bytes);
        assertThat(one(object.byteArray())).isEqualTo(bytes);
        assertThat(one(one(small.get("big", ReadOptions.defaults().withRange(ByteRange.suffix(3 << 20))))
                        .byteArray()))
                .isEqualTo(java.util.Arrays.copyOfRange(bytes, 10 << 20, 13 << 20));
        assertThat(uploads()).isEmpty();
    }

    @Test
    void failedUpload_leavesNothingBehind() {
        S3Store small = EmbeddedStores.builder(bucket).uploadPartBytes(5 << 20).build();
        Flux<ByteBuffer> broken =
                Flux.from(chunks(random(12 << 20), 1 << 20)).concatWith(Mono.error(new IllegalStateException("mine")));
        fails(IllegalStateException.class, small.put("big", Content.publisher(broken)));
        none(small.get("big"));
        assertThat(uploads()).isEmpty();
    }

    @Test
    void cancelledUpload_leavesNothingBehind() {
        S3Store small = EmbeddedStores.builder(bucket).uploadPartBytes(5 << 20).build();
        Flux<ByteBuffer> endless = Flux.from(chunks(random(12 << 20), 1 << 20)).concatWith(Flux.never());
        StepVerifier.create(small.put("big", Content.publisher(endless)))
                .expectSubscription()
                .then(() -> Awaitility.await()
                        .atMost(PATIENCE)
                        .until(() -> !uploads().isEmpty()))
                .thenCancel()
                .verify(PATIENCE);
        Awaitility.await().atMost(PATIENCE).until(() -> uploads().isEmpty());
        none(small.get("big"));
    }

    @Test
    void conditionalWrites_areEnforced() {
        WriteOptions ifAbsent = WriteOptions.defaults().withIfAbsent();
        String etag = one(store.put("k", Content.text("1"), ifAbsent)).etag();
        fails(PreconditionFailedException.class, store.put("k", Content.text("2"), ifAbsent));
        assertThat(one(store.putIfMatch("k", "other", Content.text("2"))).stored())
                .isFalse();
        assertThat(one(store.putIfMatch("absent", etag, Content.text("2"))).stored())
                .isFalse();
        assertThat(one(store.putIfMatch("k", etag, Content.text("2"))).stored()).isTrue();
        assertThat(one(store.getText("k"))).isEqualTo("2");
        assertThat(one(store.head("k")).attributes()).isEqualTo(Attributes.none());
    }

    @Test
    void objectReplacedMidBody_isAnErrorNotAMix() {
        S3Store small = EmbeddedStores.builder(bucket).partBytes(1000).build();
        one(store.put("k", Content.bytes(random(5000))));
        StoredObject object = one(
                small.get("k", ReadOptions.defaults().withFirstPartBytes(1000).withChunkBytes(100)));
        StepVerifier.create(object.body(), 1)
                .expectNextCount(1)
                .then(() -> one(store.put("k", Content.bytes(random(5001)))))
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(chunk -> true)
                .expectError(ObjectChangedException.class)
                .verify(PATIENCE);
        fails(ObjectChangedException.class, object.body());
    }

    @Test
    void emptyObject_answersEveryRangeThatStartsAtItsBeginning() {
        one(store.put("empty", Content.empty()));
        assertThat(one(store.getBytes("empty")).remaining()).isZero();
        for (ByteRange range : List.of(ByteRange.of(0, 10), ByteRange.from(0), ByteRange.suffix(5))) {
            StoredObject object = one(store.get("empty", ReadOptions.defaults().withRange(range)));
            assertThat(object.status()).isEqualTo(Status.FULL);
            assertThat(one(object.byteArray())).isEmpty();
        }
    }

    @Test
    void oddKeys_areWrittenReadListedAndDeleted() {
        List<String> keys = new ArrayList<>(List.of(
                "a b",
                "a+b",
                "a%b",
                "a%20b",
                "ü",
                "🚀",
                "a/",
                "a//b",
                "a/./b",
                "a/../b",
                "/a",
                "a&<>\"'",
                "a?b#c",
                "a\tb",
                "a\nb",
                "a\rb",
                "a\u0001b",
                ".",
                "..",
                "x".repeat(1024)));
        for (String key : keys) {
            one(store.put(key, Content.text(key)));
            assertThat(one(store.getText(key))).isEqualTo(key);
        }
        assertThat(all(store.list("").map(ObjectInfo::key))).containsExactlyInAnyOrderElementsOf(keys);
        one(store.copy("a%20b", "copy+of a%20b"));
        keys.add("copy+of a%20b");
        assertThat(one(store.getText("copy+of a%20b"))).isEqualTo("a%20b");
        List<DeleteResult> deleted = all(store.deleteAll(Flux.fromIterable(keys)));
        assertThat(deleted).allMatch(DeleteResult::deleted);
        assertThat(deleted).extracting(DeleteResult::key).isEqualTo(keys);
        none(store.list(""));
    }

    @Test
    void directory_showsObjectsAndSubPrefixesInOrder() {
        for (String key : List.of("d/b", "d/a/1", "d/a/2", "d/c%/x y", "d/", "e")) {
            one(store.put(key, Content.text("x")));
        }
        assertThat(all(store.listDirectory("d").map(ListEntry::name))).containsExactly("d/", "d/a/", "d/b", "d/c%/");
        assertThat(all(store.listDirectory("").map(ListEntry::name))).containsExactly("d/", "e");
    }

    @Test
    void bounds_cutTheListing() {
        for (String key : List.of("a", "b", "c", "d")) {
            one(store.put(key, Content.text("x")));
        }
        ListOptions bounds = ListOptions.defaults().withStartAfter("a").withEndBefore("d");
        assertThat(all(store.list(bounds).map(ObjectInfo::key))).containsExactly("b", "c");
        assertThat(one(store.deletePrefix(""))).isEqualTo(4);
    }

    @Test
    void conditionalReads_areJudged() {
        ObjectInfo info = one(store.put("k", Content.text("0123456789")));
        ReadOptions range = ReadOptions.defaults().withRange(ByteRange.of(2, 4));
        assertThat(one(store.get("k", ReadOptions.defaults().withIfNoneMatch(info.etag())))
                        .status())
                .isEqualTo(Status.NOT_MODIFIED);
        assertThat(one(store.get("k", ReadOptions.defaults().withIfNoneMatch("x", info.etag())))
                        .info()
                        .size())
                .isEqualTo(10);
        fails(
                PreconditionFailedException.class,
                store.get("k", ReadOptions.defaults().withIfMatch("x")));
        StoredObject other = one(store.get("k", range.withIfRange("x")));
        assertThat(other.status()).isEqualTo(Status.FULL);
        assertThat(one(other.text())).isEqualTo("0123456789");
        assertThat(one(one(store.get("k", range.withIfRange(info.etag()))).text()))
                .isEqualTo("23");
    }

    private List<?> uploads() {
        return EmbeddedStores.client()
                .listMultipartUploads(r -> r.bucket(bucket))
                .join()
                .uploads();
    }

    private static Publisher<ByteBuffer> chunks(byte[] bytes, int size) {
        return Flux.generate(() -> 0, (start, sink) -> {
            int end = Math.min(bytes.length, start + size);
            sink.next(ByteBuffer.wrap(bytes, start, end - start));
            if (end == bytes.length) {
                sink.complete();
            }
            return end;
        });
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static <T> T one(Mono<T> mono) {
        T value = mono.block(PATIENCE);
        assertThat(value).isNotNull();
        return value;
    }

    private static void none(Publisher<?> publisher) {
        assertThat(all(publisher)).isEmpty();
    }

    private static <T> List<T> all(Publisher<T> publisher) {
        return Flux.from(publisher).collectList().block(PATIENCE);
    }

    private static <E extends Throwable> E fails(Class<E> type, Publisher<?> publisher) {
        Throwable[] found = new Throwable[1];
        StepVerifier.create(Flux.from(publisher).ignoreElements())
                .expectErrorSatisfies(e -> found[0] = e)
                .verify(PATIENCE);
        assertThat(found[0]).isInstanceOf(type);
        return type.cast(found[0]);
    }
}
