package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.all;
import static io.reactivestore.s3.Verify.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.ReadOptions;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.s3.FakeHttp.Reply;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

/** {@code read}: the bytes of an object as they come, the first request's too. */
class StreamedReadsTest extends OneObject {

    private final S3Store roomy = FakeStores.builder(http).build();

    @Test
    void objectWithinAPart_isOneRequest() {
        assertThat(read(roomy, ReadOptions.defaults())).isEqualTo(object.bytes);
        assertThat(http.log()).containsExactly("GET /k bytes=0-8388607");
    }

    @Test
    void littleDemand_asksForLittle() {
        TestSubscriber<ByteBuffer> reader =
                TestSubscriber.builder().initialRequest(1).build();
        roomy.read("k").subscribe(reader);
        reader.block(Duration.ofSeconds(10));
        assertThat(http.log()).containsExactly("GET /k bytes=0-262143");
    }

    @Test
    void range_asksForNoMore() {
        byte[] part = Arrays.copyOfRange(object.bytes, 100, 300);
        assertThat(read(roomy, ReadOptions.defaults().withRange(ByteRange.of(100, 300))))
                .isEqualTo(part);
        assertThat(http.log()).containsExactly("GET /k bytes=100-299");
        byte[] rest = Arrays.copyOfRange(object.bytes, 9_000, SIZE);
        assertThat(read(store, ReadOptions.defaults().withRange(ByteRange.from(9_000))))
                .isEqualTo(rest);
        assertThat(read(store, ReadOptions.defaults().withRange(ByteRange.suffix(1_000))))
                .isEqualTo(rest);
    }

    @Test
    void largerObject_goesOnInParts_pinnedToItsEtag() {
        assertThat(read(store, ReadOptions.defaults())).isEqualTo(object.bytes);
        assertThat(http.log())
                .containsExactlyInAnyOrder(
                        "GET /k bytes=0-2999",
                        "GET /k bytes=3000-5999",
                        "GET /k bytes=6000-8999",
                        "GET /k bytes=9000-9999");
        assertThat(http.requests().get(0).header("If-Match")).isNull();
        assertThat(http.requests().subList(1, 4)).allMatch(r -> "\"e1\"".equals(r.header("If-Match")));
    }

    @Test
    void bytesThatHaveCome_areGivenBeforeTheRequestIsOver() {
        object.bytes = new byte[1 << 20];
        server = request -> object.reply(request).hangAfter(600 << 10);
        TestSubscriber<ByteBuffer> reader = TestSubscriber.create();
        roomy.read("k").subscribe(reader);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(bytes(reader.getReceivedOnNext())).hasSizeGreaterThanOrEqualTo(512 << 10));
        assertThat(reader.isTerminated()).isFalse();
        reader.cancel();
    }

    @Test
    void brokenBody_goesOnAtTheMissingByte() {
        server = request -> http.log().size() < 3 ? object.reply(request).breakAfter(2000) : object.reply(request);
        assertThat(read(roomy, ReadOptions.defaults())).isEqualTo(object.bytes);
        assertThat(http.log())
                .containsExactly("GET /k bytes=0-8388607", "GET /k bytes=2000-9999", "GET /k bytes=4000-9999");
    }

    @Test
    void objectReplacedMeanwhile_isChanged() {
        server = request -> {
            Reply reply = object.reply(request);
            object.etag = "e2";
            return http.log().size() == 1 ? reply.breakAfter(100) : reply;
        };
        failure(ObjectChangedException.class, roomy.read("k"));
    }

    @Test
    void objectThatIsNotThere_isAnError() {
        server = request -> Reply.error(404, "NoSuchKey");
        failure(ObjectNotFoundException.class, roomy.read("k"));
    }

    @Test
    void emptyObject_isNoBytes() {
        object.bytes = new byte[0];
        assertThat(read(roomy, ReadOptions.defaults())).isEmpty();
    }

    @Test
    void rangeBehindTheEnd_isAnError() {
        failure(
                RangeNotSatisfiableException.class,
                roomy.read("k", ReadOptions.defaults().withRange(ByteRange.from(SIZE))));
    }

    @Test
    void conditionThatDoesNotHold_isAnError() {
        failure(
                PreconditionFailedException.class,
                roomy.read("k", ReadOptions.defaults().withIfMatch("e2")));
    }

    @Test
    void serverWithoutRanges_isReadToTheEndOfTheFirstPart_andNoFurther() {
        server = request -> object.reply(request.without("Range"));
        assertThat(read(roomy, ReadOptions.defaults())).isEqualTo(object.bytes);
        assertThat(http.log()).hasSize(1);
    }

    @Test
    void hedgingStore_asksForAsMuchAsEverywhere_sinceLatenessIsThatOfLikeRequests() {
        S3Store hedging = FakeStores.builder(http).hedging(0.02).build();
        assertThat(read(hedging, ReadOptions.defaults())).isEqualTo(object.bytes);
        assertThat(http.log()).containsExactly("GET /k bytes=0-262143");
    }

    private static byte[] read(S3Store store, ReadOptions options) {
        return bytes(all(store.read("k", options)));
    }

    private static byte[] bytes(List<ByteBuffer> chunks) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer chunk : chunks) {
            byte[] bytes = new byte[chunk.remaining()];
            chunk.duplicate().get(bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }
}
