package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class S3CopiesTest {

    private static final WriteOptions IF_ABSENT = WriteOptions.defaults().withIfAbsent();

    private final FakeBucket bucket = new FakeBucket();
    private Function<Request, Reply> server = bucket::reply;
    private final FakeHttp http = FakeStores.http(request -> server.apply(request));
    private final S3Store store = FakeStores.builder(http, 3).build();

    @Test
    void copy_isAHeadAndACopyPinnedToIt() {
        String etag = put("from", "text");
        ObjectInfo copied = one(store.copy("from", "to"));
        assertThat(copied.key()).isEqualTo("to");
        assertThat(copied.size()).isEqualTo(4);
        assertThat(copied.etag()).isEqualTo(bucket.objects.get("to").etag());
        assertThat(copied.attributes()).isEqualTo(Attributes.none().withContentType("a/b"));
        assertThat(http.log()).containsExactly("PUT /from", "HEAD /from", "PUT /to");
        assertThat(http.requests().get(2).header("x-amz-copy-source-if-match")).isEqualTo('"' + etag + '"');
    }

    @Test
    void copyWithAttributes_replacesAllOfThem() {
        put("from", "text");
        Attributes other = Attributes.none().withUserMetadata("a", "ü");
        assertThat(one(store.copy("from", "to", WriteOptions.defaults().withAttributes(other)))
                        .attributes())
                .isEqualTo(other);
        assertThat(one(store.head("to")).attributes()).isEqualTo(other);
    }

    @Test
    void absentSource_isNotFound_alsoIfItGoesMeanwhile() {
        failure(ObjectNotFoundException.class, store.copy("from", "to"));
        put("from", "text");
        server = request -> {
            Reply reply = bucket.reply(request);
            bucket.objects.remove("from");
            return reply;
        };
        assertThat(failure(ObjectNotFoundException.class, store.copy("from", "to"))
                        .key())
                .isEqualTo("from");
    }

    @Test
    void sourceReplacedMeanwhile_isCopiedAsItIsThen() {
        put("from", "old");
        AtomicInteger heads = new AtomicInteger();
        server = request -> {
            Reply reply = bucket.reply(request);
            if (request.method().equals("HEAD") && heads.incrementAndGet() == 1) {
                bucket.reply(new Request("PUT", "/from", Map.of(), Map.of(), "newer".getBytes()));
            }
            return reply;
        };
        assertThat(one(store.copy("from", "to")).size()).isEqualTo(5);
        assertThat(bucket.objects.get("to").bytes()).isEqualTo("newer".getBytes());
    }

    @Test
    void sourceReplacedAllTheTime_isChanged() {
        put("from", "old");
        server = request -> {
            Reply reply = bucket.reply(request);
            bucket.reply(new Request("PUT", "/from", Map.of(), Map.of(), "x".getBytes()));
            return reply;
        };
        failure(ObjectChangedException.class, store.copy("from", "to"));
    }

    @Test
    void conditionOnTheTarget_isEnforced() {
        put("from", "text");
        one(store.copy("from", "to", IF_ABSENT));
        failure(PreconditionFailedException.class, store.copy("from", "to", IF_ABSENT));
        failure(
                PreconditionFailedException.class,
                store.copy("from", "to", WriteOptions.defaults().withIfMatch("x")));
        failure(
                PreconditionFailedException.class,
                store.copy("from", "no", WriteOptions.defaults().withIfMatch("x")));
        assertThat(one(store.head("to")).attributes())
                .isEqualTo(Attributes.none().withContentType("a/b"));
    }

    @Test
    void lostAnswerToAConditionalCopy_isReadBack() {
        put("from", "text");
        AtomicInteger copies = new AtomicInteger();
        server = request -> {
            Reply reply = bucket.reply(request);
            return request.method().equals("PUT") && copies.incrementAndGet() == 1 ? Reply.lost() : reply;
        };
        assertThat(one(store.copy("from", "to", IF_ABSENT)).etag())
                .isEqualTo(bucket.objects.get("to").etag());
    }

    @Test
    void largeObject_isCopiedByParts() {
        byte[] bytes = new byte[2500];
        new Random(1).nextBytes(bytes);
        S3Store cutting = cutting();
        one(cutting.put("from", Content.bytes(bytes), typed()));
        ObjectInfo copied = one(cutting.copy("from", "to"));
        assertThat(copied.size()).isEqualTo(2500);
        assertThat(copied.attributes()).isEqualTo(Attributes.none().withContentType("a/b"));
        assertThat(bucket.objects.get("to").bytes()).isEqualTo(bytes);
        assertThat(http.count(r -> r.has("partNumber"))).isEqualTo(3);
        failure(PreconditionFailedException.class, cutting.copy("from", "to", IF_ABSENT));
        assertThat(bucket.uploads).isEmpty();
    }

    @Test
    void partThatFails_leavesNothingBehind() {
        S3Store cutting = cutting();
        one(cutting.put("from", Content.bytes(new byte[2500])));
        server = request -> "2".equals(request.parameter("partNumber")) ? Reply.error(500, "") : bucket.reply(request);
        failure(StoreUnavailableException.class, cutting.copy("from", "to"));
        assertThat(bucket.uploads).isEmpty();
        assertThat(bucket.objects).doesNotContainKey("to");
    }

    @Test
    void sourceReplacedBetweenParts_isNeverMixed_alsoWhereThePinIsIgnored() {
        S3Store cutting = cutting();
        one(cutting.put("from", Content.bytes(new byte[2500])));
        byte[] newer = new byte[2500];
        new Random(2).nextBytes(newer);
        AtomicInteger parts = new AtomicInteger();
        server = request -> {
            Reply reply = bucket.reply(request.without("x-amz-copy-source-if-match"));
            if (request.has("partNumber") && parts.incrementAndGet() == 1) {
                bucket.reply(new Request("PUT", "/from", Map.of(), Map.of(), newer));
            }
            return reply;
        };
        one(cutting.copy("from", "to"));
        assertThat(bucket.objects.get("to").bytes()).isEqualTo(newer);
        assertThat(bucket.uploads).isEmpty();
    }

    @Test
    void sourceDeletedBetweenParts_isNotFound() {
        S3Store cutting = cutting();
        one(cutting.put("from", Content.bytes(new byte[2500])));
        server = request -> {
            Reply reply = bucket.reply(request);
            if (request.has("partNumber")) {
                bucket.objects.remove("from");
            }
            return reply;
        };
        assertThat(failure(ObjectNotFoundException.class, cutting.copy("from", "to"))
                        .key())
                .isEqualTo("from");
        assertThat(bucket.uploads).isEmpty();
    }

    private S3Store cutting() {
        return FakeStores.builder(http).build(new S3Copies.Limits(1000, 1000));
    }

    private String put(String key, String text) {
        return one(store.put(key, Content.text(text), typed())).etag();
    }

    private static WriteOptions typed() {
        return WriteOptions.defaults().withAttributes(Attributes.none().withContentType("a/b"));
    }
}
