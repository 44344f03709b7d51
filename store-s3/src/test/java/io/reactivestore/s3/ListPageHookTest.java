package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.PATIENCE;
import static io.reactivestore.s3.Verify.all;
import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreThrottledException;
import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

/** Pages that are read in the place of the SDK: the same as the SDK reads, and errors are still its own. */
class ListPageHookTest {

    private static final String PAGE = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key>"
            + "<Size>7</Size><ETag>\"tag\"</ETag></Contents></ListBucketResult>";

    private volatile Function<Request, Reply> server = request -> Reply.xml(PAGE);
    private final FakeHttp http = FakeStores.http(request -> server.apply(request));
    private final S3Store store = FakeStores.hooked(http, 3).build();

    @Test
    void anyPage_isWhatTheSdkMakesOfIt() {
        S3Store plain = FakeStores.builder(http).build();
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            boolean urlEncoded = random.nextBoolean();
            List<String> keys = ListPages.keys(random, 1 + random.nextInt(40), urlEncoded);
            String xml = ListPages.page(random, keys, urlEncoded).replace("<IsTruncated>true", "<IsTruncated>false");
            server = request -> Reply.xml(xml);
            List<ObjectInfo> read = all(store.list(""));
            assertThat(read).as("seed %d", seed).isEqualTo(all(plain.list("")));
            assertThat(read.stream().map(ObjectInfo::key)).as("seed %d", seed).isEqualTo(keys);
            assertThat(all(store.listDirectory(""))).as("seed %d", seed).isEqualTo(all(plain.listDirectory("")));
        }
    }

    @Test
    void errorInAGoodAnswer_isAnError() {
        server = request -> Reply.xml("<Error><Code>SlowDown</Code><Message>secret words</Message></Error>");
        assertThat(failure(StoreThrottledException.class, store.list("")))
                .hasMessageContaining("SlowDown")
                .hasMessageNotContaining("secret");
        assertThat(http.log()).hasSize(3);
    }

    @Test
    void pageThatBreaks_isReadFromItsBeginningAgain() {
        AtomicInteger requests = new AtomicInteger();
        server = request -> switch (requests.getAndIncrement()) {
            case 0 -> Reply.xml(PAGE.replace("<Key>a", "<Key>z")).breakAfter(PAGE.length() - 30);
            case 1 -> Reply.error(500, "InternalError");
            default -> Reply.xml(PAGE);
        };
        assertThat(all(store.list("").map(ObjectInfo::key))).containsExactly("a");
        assertThat(requests).hasValue(3);
    }

    @Test
    void pageThatIsCut_orHasADocumentType_isCorrupt() {
        server = request -> Reply.xml(PAGE).cutAfter(PAGE.length() - 30);
        failure(StoreCorruptException.class, store.list(""));
        server = request -> Reply.xml("<!DOCTYPE x [<!ENTITY a 'b'>]>" + PAGE);
        failure(StoreCorruptException.class, store.list(""));
        server = request -> Reply.xml("gibberish");
        failure(StoreCorruptException.class, store.list(""));
    }

    @Test
    void cancel_reachesTheTransport() {
        server = request -> Reply.silent();
        Disposable listing = store.list("").subscribe(info -> {}, error -> {});
        Awaitility.await().atMost(PATIENCE).until(() -> http.log().size() == 1);
        listing.dispose();
        Awaitility.await().atMost(PATIENCE).until(() -> http.cancelled() == 1);
    }

    @Test
    void otherRequests_areLeftToTheSdk() {
        server = request -> Reply.of(200).header("Content-Length", "0").header("ETag", "\"e\"");
        assertThat(one(store.head("k")).etag()).isEqualTo("e");
    }
}
