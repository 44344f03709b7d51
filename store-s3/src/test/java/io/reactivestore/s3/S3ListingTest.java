package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.PATIENCE;
import static io.reactivestore.s3.Verify.all;
import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.none;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.test.StepVerifier;

/** Listings: what they cost, and what they make of pages. */
class S3ListingTest {

    private Function<Request, Reply> server = this::thousandAPage;
    private final FakeHttp http = FakeStores.http(request -> server.apply(request));
    private final S3Store store = FakeStores.builder(http).build();

    @ParameterizedTest
    @CsvSource({"1, 0, 1", "999, 0, 1", "1000, 0, 1", "1001, 0, 2", "2500, 0, 3", "1, 2, 1", "1000, 2, 1"})
    void keysTaken_costNoMoreCallsThanTheirPages(int keys, int readAhead, int mostCalls) {
        S3Store reading = FakeStores.builder(http).readAheadPages(readAhead).build();
        assertThat(one(reading.list("").take(keys).count())).isEqualTo(keys);
        assertThat(http.log().size()).isLessThanOrEqualTo(mostCalls);
    }

    @Test
    void demandForOnePage_costsOneCall_andNoneWithoutDemand() {
        StepVerifier.create(store.list(""), 0)
                .expectSubscription()
                .then(() -> assertThat(http.log()).isEmpty())
                .thenRequest(1000)
                .expectNextCount(1000)
                .then(() -> assertThat(http.log()).hasSize(1))
                .thenCancel()
                .verify(PATIENCE);
    }

    @Test
    void wholeListing_isReadToItsEnd() {
        assertThat(one(store.list("").count())).isEqualTo(5000);
        assertThat(http.log()).hasSize(5);
        assertThat(one(store.isEmpty(""))).isFalse();
        assertThat(http.log()).hasSize(6);
    }

    @Test
    void facts_areThoseOfThePage() {
        server = request -> page(false, "a");
        ObjectInfo info = one(store.list("").single());
        assertThat(info.key()).isEqualTo("a");
        assertThat(info.size()).isEqualTo(7);
        assertThat(info.etag()).isEqualTo("tag");
        assertThat(info.attributes()).isNull();
    }

    @Test
    void bounds_areAskedFor_andCutHereToo() {
        server = request -> page(true, "a", "b", "c", "d");
        ListOptions options = ListOptions.defaults().withStartAfter("a").withEndBefore("d");
        assertThat(all(store.list(options).map(ObjectInfo::key))).containsExactly("b", "c");
        assertThat(http.requests().get(0).parameter("start-after")).isEqualTo("a");
        assertThat(http.log()).hasSize(1);
        none(store.list(ListOptions.prefix("x").withEndBefore("w")));
        none(store.list(ListOptions.defaults().withStartAfter("b").withEndBefore("b")));
        assertThat(http.log()).hasSize(1);
    }

    @Test
    void boundsWithoutAnOrder_areRefused() {
        S3Store unordered = FakeStores.builder(http)
                .dialect(FakeStores.DIALECT.withListOrder(ListOrder.NONE))
                .build();
        failure(
                StoreUnsupportedException.class,
                unordered.list(ListOptions.defaults().withEndBefore("b")));
        assertThat(http.log()).isEmpty();
        assertThat(one(unordered.list("").count())).isEqualTo(5000);
    }

    @Test
    void encodedNames_areDecoded() {
        server = request -> {
            assertThat(request.parameter("encoding-type")).isEqualTo("url");
            return Reply.xml("<ListBucketResult><EncodingType>url</EncodingType><Prefix>d%2F</Prefix>"
                    + "<Contents><Key>d%2Fa+b%25%01</Key><Size>1</Size><ETag>x</ETag></Contents>"
                    + "<CommonPrefixes><Prefix>d%2F%C3%BC%25/</Prefix></CommonPrefixes></ListBucketResult>");
        };
        assertThat(all(store.listDirectory("d").map(ListEntry::name))).containsExactly("d/a b%\u0001", "d/ü%/");
    }

    @Test
    void dialectWithoutEncoding_doesNotAskForIt() {
        server = request -> page(false, "a%20b");
        S3Store legacy = FakeStores.builder(http)
                .dialect(FakeStores.DIALECT.withUrlEncodedLists(false))
                .build();
        assertThat(all(legacy.list("").map(ObjectInfo::key))).containsExactly("a%20b");
        assertThat(http.requests().get(0).has("encoding-type")).isFalse();
    }

    @Test
    void subPrefixOnTwoPages_isListedOnce() {
        server = request -> request.has("continuation-token")
                ? directoryPage(false, "d/b/", "d/c")
                : directoryPage(true, "d/b/", "d/a");
        assertThat(all(store.listDirectory("d/").map(ListEntry::name))).containsExactly("d/a", "d/b/", "d/c");
    }

    @Test
    void listingThatGoesRoundInACircle_isCorrupt() {
        server = request -> page(true, "a", "b");
        failure(StoreCorruptException.class, store.list(""));
        assertThat(http.log()).hasSize(2);
    }

    @Test
    void failureOnALaterPage_comesAfterTheKeysBeforeIt() {
        server =
                request -> request.has("continuation-token") ? Reply.error(500, "InternalError") : page(true, "a", "b");
        StepVerifier.create(store.list("").map(ObjectInfo::key))
                .expectNext("a", "b")
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(StoreUnavailableException.class)
                        .hasMessage("list : the server answered 500 InternalError"))
                .verify(PATIENCE);
    }

    private Reply thousandAPage(Request request) {
        String token = request.parameter("continuation-token");
        int start = token == null ? 0 : Integer.parseInt(token);
        String keys = IntStream.range(start, start + 1000)
                .mapToObj(i -> contents("key-%07d".formatted(i)))
                .collect(Collectors.joining());
        boolean more = start + 1000 < 5000;
        return Reply.xml("<ListBucketResult><IsTruncated>" + more + "</IsTruncated>" + keys
                + (more ? "<NextContinuationToken>" + (start + 1000) + "</NextContinuationToken>" : "")
                + "</ListBucketResult>");
    }

    private static Reply page(boolean more, String... keys) {
        StringBuilder xml = new StringBuilder("<ListBucketResult><IsTruncated>" + more + "</IsTruncated>");
        for (String key : keys) {
            xml.append(contents(key));
        }
        return Reply.xml(
                xml + (more ? "<NextContinuationToken>t</NextContinuationToken>" : "") + "</ListBucketResult>");
    }

    private static Reply directoryPage(boolean more, String prefix, String key) {
        return Reply.xml("<ListBucketResult><IsTruncated>" + more + "</IsTruncated>" + contents(key)
                + "<CommonPrefixes><Prefix>" + prefix + "</Prefix></CommonPrefixes>"
                + (more ? "<NextContinuationToken>t</NextContinuationToken>" : "") + "</ListBucketResult>");
    }

    private static String contents(String key) {
        return "<Contents><Key>" + key + "</Key><Size>7</Size><ETag>\"tag\"</ETag>"
                + "<LastModified>2015-10-21T07:28:00.000Z</LastModified></Contents>";
    }
}
