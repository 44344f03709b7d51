package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.error.StoreException;
import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.http.internal.LentBody;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;

class S3StoreBuilderTest {

    @Test
    void settingsThatMakeNoSense_areRefused() {
        refused(b -> b.partBytes(0), "partBytes: need 1..");
        refused(b -> b.uploadPartBytes((5 << 20) - 1), "uploadPartBytes: need 5242880..");
        refused(b -> b.maxBufferedUploadBytes(1), "maxBufferedUploadBytes: need ");
        refused(b -> b.uploadConcurrency(0), "uploadConcurrency: need 1..");
        refused(b -> b.readAheadPages(-1), "readAheadPages: need 0..");
        refused(b -> b.requestTimeout(Duration.ZERO), "requestTimeout in ms: need 1..");
        refused(b -> b.partTimeout(Duration.ofMillis(-1)), "partTimeout in ms: need 1..");
        refused(b -> b.probePrefix(""), "bytes of probePrefix: need 1..");
        refused(b -> b.probePrefix("x".repeat(1007)), "bytes of probePrefix: need 1..1006");
        refused(b -> b.stallTimeout(Duration.ZERO), "stallTimeout in ms: need 1..");
        refused(b -> b.maxRequests(0), "maxRequests: need 1..");
        refused(b -> b.maxWaitingRequests(-1), "maxWaitingRequests: need 0..");
        refused(b -> b.maxConnections(0), "maxConnections: need 1");
        S3AsyncClient client = EmbeddedStores.client();
        refused(b -> b.client(client).endpoint(URI.create("http://x")), "client: has its own");
        assertThatThrownBy(() -> S3Store.builder(" ").build()).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> S3Store.builder("b").client(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void buildingAStore_doesNothingYet_andClosingItUnopenedIsHarmless() {
        S3Store store = S3Store.builder("bucket").build();
        Verify.none(store.close());
        assertThat(store).hasToString("S3Store[bucket, " + S3Dialect.aws() + "]");
    }

    @Test
    void clientThatWasPassedIn_staysOpen() {
        FakeHttp http = FakeStores.http(request -> Reply.error(404, "NoSuchKey"));
        S3StoreBuilder builder = FakeStores.builder(http);
        S3Store first = builder.build();
        Verify.none(first.get("k"));
        Verify.none(first.close());
        Verify.none(builder.build().get("k"));
    }

    @Test
    void transportThatWasPassedIn_staysOpen_andTheClientIsClosed() {
        AtomicInteger closed = new AtomicInteger();
        FakeHttp http = FakeStores.http(request -> Reply.error(404, "NoSuchKey"));
        S3Store store = S3Store.builder("bucket")
                .transport(new SdkAsyncHttpClient() {
                    @Override
                    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
                        return http.execute(request);
                    }

                    @Override
                    public void close() {
                        closed.incrementAndGet();
                    }
                })
                .endpoint(URI.create("http://s3.test"))
                .dialect(FakeStores.DIALECT)
                .credentialsProvider(EmbeddedStores.CREDENTIALS)
                .build();
        Verify.none(store.get("k"));
        Verify.none(store.close());
        assertThat(closed).hasValue(0);
    }

    @Test
    void bodiesOfReadsAndListings_areLent_andNoOthers() {
        List<String> lent = new CopyOnWriteArrayList<>();
        List<String> copied = new CopyOnWriteArrayList<>();
        FakeHttp http = FakeStores.http(request -> Reply.error(404, "NoSuchKey"));
        S3Store store = S3Store.builder("bucket")
                .transport(new SdkAsyncHttpClient() {
                    @Override
                    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
                        (LentBody.isIn(request.httpExecutionAttributes()) ? lent : copied)
                                .add(request.request().method().name());
                        return http.execute(request);
                    }

                    @Override
                    public void close() {}
                })
                .endpoint(URI.create("http://s3.test"))
                .dialect(FakeStores.DIALECT)
                .credentialsProvider(EmbeddedStores.CREDENTIALS)
                .build();
        Verify.none(store.get("k"));
        Verify.none(store.head("k"));
        Verify.failure(StoreException.class, store.list(""));
        assertThat(lent).containsExactly("GET", "GET");
        assertThat(copied).containsExactly("HEAD");
    }

    @Test
    void capabilities_areThoseOfTheDialect() {
        S3Store store = S3Store.builder("b")
                .dialect(S3Dialect.s3Compatible().withConditionalDelete(false).withListOrder(ListOrder.UTF16))
                .versions(true)
                .build();
        assertThat(store.capabilities().conditionalPut()).isTrue();
        assertThat(store.capabilities().conditionalDelete()).isFalse();
        assertThat(store.capabilities().listOrder()).isEqualTo(ListOrder.UTF16);
        assertThat(store.capabilities().versions()).isTrue();
    }

    private static void refused(UnaryOperator<S3StoreBuilder> setting, String message) {
        assertThatThrownBy(() -> setting.apply(S3Store.builder("bucket")).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }
}
