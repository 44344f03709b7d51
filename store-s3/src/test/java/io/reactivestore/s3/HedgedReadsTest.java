package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.error.StoreThrottledException;
import io.reactivestore.s3.FakeHttp.Reply;
import java.net.URI;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Reads of a store that are sent again, as the server sees them. */
class HedgedReadsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final byte[] OBJECT = new byte[100];

    /** More than the 5 % that are late by their own measure, so that learning never uses it up. */
    private static final double SHARE = 0.2;

    private volatile Reply next = object();
    private volatile boolean isThrottling;

    private final FakeHttp http = FakeStores.http(request -> {
        if (isThrottling) {
            return Reply.error(503, "SlowDown");
        }
        Reply reply = next;
        next = object();
        return reply;
    });

    @Test
    void readWithoutAnswer_isSentAgain_andItsFirstRequestIsGivenUp() {
        S3Store store = FakeStores.builder(http).hedging(SHARE).build();
        learn(store);
        long before = store.hedgedCount();
        int requests = http.requests().size();
        next = Reply.silent();
        assertThat(store.getBytes("k").block(PATIENCE).remaining()).isEqualTo(OBJECT.length);
        assertThat(store.hedgedCount()).isGreaterThan(before);
        assertThat(http.requests().size()).isGreaterThan(requests + 1);
        Awaitility.await().atMost(PATIENCE).until(() -> http.cancelled() > 0);
    }

    @Test
    void bodyThatStalls_isSentAgain() {
        S3Store store = FakeStores.builder(http).hedging(SHARE).build();
        learn(store);
        next = object().hangAfter(10);
        assertThat(store.getBytes("k").block(PATIENCE).remaining()).isEqualTo(OBJECT.length);
    }

    @Test
    void unlessAskedFor_nothingIsSentAgain() {
        S3Store store =
                FakeStores.builder(http).partTimeout(Duration.ofSeconds(1)).build();
        learn(store);
        next = Reply.silent();
        assertThatThrownBy(() -> store.getBytes("k").block(PATIENCE)).hasMessageContaining("no answer within");
        assertThat(store.hedgedCount()).isZero();
    }

    @Test
    void throttling_isNoticed_alsoWhereTheSdkRepeatsTheRequest() {
        S3Store own = S3Store.builder("bucket")
                .dialect(FakeStores.DIALECT)
                .endpoint(URI.create("http://s3.test"))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("access", "secret")))
                .transport(http)
                .partTimeout(Duration.ofSeconds(2))
                .hedging(SHARE)
                .build();
        learn(own);
        next = Reply.error(503, "SlowDown");
        assertThat(own.getBytes("k").block(PATIENCE).remaining()).isEqualTo(OBJECT.length);
        long before = own.hedgedCount();
        next = Reply.silent();
        assertThatThrownBy(() -> own.getBytes("k").block(PATIENCE)).hasMessageContaining("no answer within");
        assertThat(own.hedgedCount()).isEqualTo(before);
    }

    @Test
    void throttlingThatIsTold_isNoticed() {
        S3Store store = FakeStores.builder(http)
                .partTimeout(Duration.ofSeconds(1))
                .hedging(SHARE)
                .build();
        learn(store);
        // Also of a second attempt, if the first one was late by chance.
        isThrottling = true;
        assertThatThrownBy(() -> store.getBytes("k").block(PATIENCE)).isInstanceOf(StoreThrottledException.class);
        isThrottling = false;
        long before = store.hedgedCount();
        next = Reply.silent();
        assertThatThrownBy(() -> store.getBytes("k").block(PATIENCE)).hasMessageContaining("no answer within");
        assertThat(store.hedgedCount()).isEqualTo(before);
    }

    private static void learn(S3Store store) {
        for (int i = 0; i < 600; i++) {
            store.getBytes("k").block(PATIENCE);
        }
    }

    private static Reply object() {
        return Reply.of(206)
                .header("ETag", "\"e\"")
                .header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
                .header("Content-Range", "bytes 0-99/100")
                .body(OBJECT);
    }
}
