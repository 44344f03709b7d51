package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.StoreRuntime;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

class AsyncCredentialsTest {

    private static final ResolveIdentityRequest REQUEST =
            ResolveIdentityRequest.builder().build();

    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void provider_isAskedOnAnIoThread() {
        AsyncCredentials credentials =
                on(() -> AwsBasicCredentials.create(Thread.currentThread().getName(), "s"));
        assertThat(resolve(credentials).accessKeyId()).startsWith("reactivestore-io");
    }

    @Test
    void manyRequestsAtOnce_askOnce() throws InterruptedException {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        AsyncCredentials credentials = on(() -> {
            await(mayAnswer);
            return AwsBasicCredentials.create("a", "s");
        });
        List<CompletableFuture<AwsCredentialsIdentity>> all = IntStream.range(0, 100)
                .mapToObj(i -> credentials.resolveIdentity(REQUEST))
                .toList();
        all.get(0).cancel(true);
        mayAnswer.countDown();
        all.subList(1, 100)
                .forEach(future -> assertThat(future.join().accessKeyId()).isEqualTo("a"));
        assertThat(resolve(credentials).accessKeyId()).isEqualTo("a");
        assertThat(asked).hasValue(1);
    }

    @Test
    void expiredCredentials_areNotGivenOut() {
        AsyncCredentials credentials =
                on(() -> session("k" + asked.get(), Instant.now().minusSeconds(1)));
        assertThat(resolve(credentials).accessKeyId()).isEqualTo("k1");
        assertThat(resolve(credentials).accessKeyId()).isEqualTo("k2");
    }

    @Test
    void failure_isNotRemembered() {
        AsyncCredentials credentials = on(() -> {
            if (asked.get() == 1) {
                throw new IllegalStateException("not yet");
            }
            return AwsBasicCredentials.create("a", "s");
        });
        assertThatThrownBy(() -> resolve(credentials))
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("not yet");
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(resolve(credentials).accessKeyId()).isEqualTo("a"));
    }

    /** The SDK would wait for them on the very thread that subscribes. */
    @Test
    void slowCredentials_holdUpNoSubscriber() {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        AwsCredentialsProvider slow = () -> {
            try {
                if (mayAnswer.getCount() > 0 && !mayAnswer.await(3, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("the subscriber is held up");
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return session("k", Instant.now().minusSeconds(1));
        };
        FakeHttp http = FakeStores.http(request -> FakeHttp.Reply.error(404, "NoSuchKey"));
        S3Store store = S3Store.builder("bucket")
                .transport(http)
                .endpoint(URI.create("http://s3.test"))
                .dialect(FakeStores.DIALECT)
                .credentialsProvider(slow)
                .build();
        Verify.none(store.open());
        StepVerifier.create(store.get("k"))
                .expectSubscription()
                // Reached only when the subscription has returned.
                .then(mayAnswer::countDown)
                .expectComplete()
                .verify(Duration.ofSeconds(5));
        assertThat(http.log()).hasSize(1);
        Verify.none(store.close());
    }

    private AsyncCredentials on(AwsCredentialsProvider provider) {
        AwsCredentialsProvider counting = () -> {
            asked.incrementAndGet();
            return provider.resolveCredentials();
        };
        return new AsyncCredentials(counting, StoreRuntime.system());
    }

    private static AwsCredentials session(String key, Instant expires) {
        return AwsSessionCredentials.builder()
                .accessKeyId(key)
                .secretAccessKey("s")
                .sessionToken("t")
                .expirationTime(expires)
                .build();
    }

    private static AwsCredentialsIdentity resolve(AsyncCredentials credentials) {
        return credentials.resolveIdentity(REQUEST).join();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
