package io.reactivestore.s3;

import static io.reactivestore.s3.Verify.PATIENCE;
import static io.reactivestore.s3.Verify.failure;
import static io.reactivestore.s3.Verify.none;
import static io.reactivestore.s3.Verify.one;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Attributes;
import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.StoredObject.Status;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.s3.FakeHttp.Reply;
import io.reactivestore.s3.FakeHttp.Request;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.StepVerifier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;

/** Presigned requests: what is signed, that others can make them, and that the secret in them is told to nobody. */
class PresignedTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final WriteOptions IF_ABSENT = WriteOptions.defaults().withIfAbsent();
    private static final URI URL = URI.create("http://s3.test/bucket/k?X-Amz-Signature=5ec2e7");

    private final FakeObject object = new FakeObject(1000, "e");
    private Function<Request, Reply> server = object::reply;
    private final FakeHttp http = FakeStores.http(request -> server.apply(request));
    private final S3Store store = FakeStores.builder(http).partBytes(100).build();

    @Test
    void urls_areAddressedAsTheDialectSays() {
        assertThat(one(S3Store.builder("films")
                                .region(Region.EU_CENTRAL_1)
                                .credentialsProvider(EmbeddedStores.CREDENTIALS)
                                .build()
                                .presignGet("a b/ü", HOUR))
                        .url()
                        .toString())
                .startsWith("https://films.s3.eu-central-1.amazonaws.com/a%20b/%C3%BC?X-Amz-Algorithm=");
        assertThat(one(store.presignGet("a b/ü", HOUR)).url().toString())
                .startsWith("http://s3.test/bucket/a%20b/%C3%BC?X-Amz-Algorithm=");
        S3Store versioned = FakeStores.builder(http).versions(true).build();
        assertThat(one(versioned.presignGet("k", HOUR, ReadOptions.defaults().withVersion("v7")))
                        .url()
                        .getQuery())
                .contains("versionId=v7");
        assertThat(http.log()).isEmpty();
    }

    @Test
    void get_needsNoHeaders_andExpires() {
        Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        for (S3Dialect dialect : List.of(S3Dialect.aws(), S3Dialect.s3Compatible(), S3Dialect.strictLegacy())) {
            PresignedRequest get =
                    one(FakeStores.builder(http).dialect(dialect).build().presignGet("k", HOUR));
            assertThat(get.method()).isEqualTo("GET");
            assertThat(get.headers()).isEmpty();
            assertThat(get.expiresAt())
                    .isBetween(before.plus(HOUR), Instant.now().plus(HOUR));
            assertThat(get.url().getQuery()).contains("X-Amz-Expires=3600").contains("X-Amz-SignedHeaders=host&");
        }
    }

    @Test
    void put_signsWhatItIsGiven() {
        assertThat(one(store.presignPut("k", HOUR, WriteOptions.defaults())).headers())
                .isEmpty();
        WriteOptions options = IF_ABSENT.withAttributes(
                Attributes.none().withContentType("text/plain").withUserMetadata("a", "ü"));
        PresignedRequest put = one(store.presignPut("k", HOUR, options, 3));
        assertThat(put.method()).isEqualTo("PUT");
        assertThat(put.headers())
                .isEqualTo(Map.of(
                        "content-length", "3",
                        "content-type", "text/plain",
                        "if-none-match", "*",
                        "x-amz-meta-a", "=?UTF-8?B?w7w=?="));
    }

    @Test
    void conditionThatTheServerIgnores_isNotSigned() {
        FakeBucket bucket = new FakeBucket();
        server = request -> bucket.reply(request.without("If-None-Match"));
        S3Store probing = FakeStores.builder(http)
                .dialect(FakeStores.DIALECT.withProbedConditions(true))
                .build();
        StoreException error = failure(StoreUnsupportedException.class, probing.presignPut("k", HOUR, IF_ABSENT));
        assertThat(error.operation()).isEqualTo("presignPut");
    }

    @Test
    void argumentsThatMakeNoSense_areRefused() {
        for (Duration validity : List.of(
                Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(7).plusSeconds(1))) {
            assertThatThrownBy(() -> store.presignGet("k", validity))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("presignGet: need a validity of 1 s to 7 days, was " + validity);
            assertThatThrownBy(() -> store.presignPut("k", validity, IF_ABSENT))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(
                        () -> store.presignGet("k", HOUR, ReadOptions.defaults().withRange(ByteRange.of(0, 1))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.presignPut("k", HOUR, IF_ABSENT, -1))
                .isInstanceOf(IllegalArgumentException.class);
        for (String url : List.of("ftp://h/k?secret", "http://h/?secret", "/bucket/k?secret", "mailto:secret@h")) {
            assertThatThrownBy(() -> store.getPresigned(URI.create(url), ReadOptions.defaults()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("getPresigned: need an http or https URL of an object");
        }
        assertThatThrownBy(() -> store.getPresigned(URL, ReadOptions.defaults().withVersion("v")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void credentials_areFetchedOnAnIoThread_andTheirTokenIsInTheUrl() {
        List<String> threads = new CopyOnWriteArrayList<>();
        AwsCredentialsProvider slow = () -> {
            threads.add(Thread.currentThread().getName());
            return AwsSessionCredentials.create("access", "secret", "token");
        };
        PresignedRequest get = one(own(slow).presignGet("k", HOUR));
        assertThat(get.url().getQuery()).contains("X-Amz-Security-Token=token");
        assertThat(get.toString()).doesNotContain("token");
        assertThat(threads).singleElement().asString().startsWith("reactivestore-io");
    }

    @Test
    void missingCredentials_areDenied() {
        AwsCredentialsProvider none = () -> {
            throw SdkClientException.create("Unable to load credentials from any of the providers");
        };
        assertThat(failure(StoreAccessDeniedException.class, own(none).presignGet("k", HOUR)))
                .hasMessage("presignGet k: no credentials could be found");
    }

    @Test
    void signature_isNotPrinted() {
        WriteOptions options =
                WriteOptions.defaults().withAttributes(Attributes.none().withContentType("a/b"));
        PresignedRequest put = one(store.presignPut("k", HOUR, options));
        assertThat(put)
                .hasToString("PresignedRequest[PUT http://s3.test/bucket/k, headers [content-type], until "
                        + put.expiresAt() + "]");
    }

    @Test
    void object_isReadAsAWhole_inPinnedParts_andUnsigned() {
        StoredObject read = one(store.getPresigned(URL, ReadOptions.defaults().withFirstPartBytes(100)));
        assertThat(read.info().key()).isEqualTo("bucket/k");
        assertThat(read.info().size()).isEqualTo(1000);
        assertThat(one(read.byteArray())).isEqualTo(object.bytes);
        assertThat(http.requests()).hasSize(10);
        assertThat(http.requests().subList(1, 10)).allMatch(request -> "\"e\"".equals(request.header("If-Match")));
        assertThat(http.requests())
                .allMatch(request -> request.header("Authorization") == null)
                .allMatch(request -> "5ec2e7".equals(request.parameter("X-Amz-Signature")));
    }

    @Test
    void ranges_areReadFromOneUrl() {
        StoredObject middle = one(store.getPresigned(URL, range(ByteRange.of(200, 450))));
        assertThat(middle.status()).isEqualTo(Status.PARTIAL);
        assertThat(one(middle.byteArray())).isEqualTo(Arrays.copyOfRange(object.bytes, 200, 450));
        StoredObject end =
                one(store.getPresigned(URL, range(ByteRange.suffix(600)).withFirstPartBytes(100)));
        assertThat(one(end.byteArray())).isEqualTo(Arrays.copyOfRange(object.bytes, 400, 1000));
        RangeNotSatisfiableException error =
                failure(RangeNotSatisfiableException.class, store.getPresigned(URL, range(ByteRange.from(1000))));
        assertThat(error).hasMessageContaining("getPresigned bucket/k").hasMessageContaining("1000");
    }

    @Test
    void emptyObject_isReadToo() {
        object.bytes = new byte[0];
        assertThat(one(one(store.getPresigned(URL, ReadOptions.defaults())).byteArray()))
                .isEmpty();
        assertThat(one(store.getPresigned(URL, range(ByteRange.suffix(5)))).status())
                .isEqualTo(Status.FULL);
    }

    @Test
    void conditions_areJudged() {
        assertThat(one(store.getPresigned(URL, ReadOptions.defaults().withIfNoneMatch("e")))
                        .status())
                .isEqualTo(Status.NOT_MODIFIED);
        assertThat(one(store.getPresigned(URL, ReadOptions.defaults().withIfNoneMatch("*")))
                        .status())
                .isEqualTo(Status.NOT_MODIFIED);
    }

    @Test
    void objectReplacedBetweenParts_hasChanged() {
        StoredObject read = one(store.getPresigned(
                URL, ReadOptions.defaults().withFirstPartBytes(100).withChunkBytes(100)));
        StepVerifier.create(read.body(), 1)
                .expectNextCount(1)
                .then(() -> object.etag = "other")
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(chunk -> true)
                .expectError(ObjectChangedException.class)
                .verify(PATIENCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NoSuchKey", ""})
    void absentObject_isEmpty(String code) {
        server = request -> Reply.error(404, code);
        none(store.getPresigned(URL, ReadOptions.defaults()));
    }

    @Test
    void absentBucket_isNotThatOfTheStore() {
        server = request -> Reply.error(404, "NoSuchBucket");
        assertThat(failure(StoreUnavailableException.class, store.getPresigned(URL, ReadOptions.defaults())))
                .hasMessage("getPresigned bucket/k: there is no bucket of this URL");
    }

    @Test
    void failures_areThoseOfAnyRead_andTellNoSecret() {
        assertTold(Reply.error(403, "AccessDenied"), StoreAccessDeniedException.class);
        assertTold(Reply.error(500, "InternalError"), StoreUnavailableException.class);
        assertTold(Reply.lost(), StoreUnavailableException.class);
    }

    private void assertTold(Reply reply, Class<? extends StoreException> type) {
        server = request -> reply;
        List<String> log = Logged.during(List.of("io.reactivestore", "software.amazon.awssdk"), () -> {
            StoreException error = failure(type, store.getPresigned(URL, ReadOptions.defaults()));
            assertThat(error.operation()).isEqualTo("getPresigned");
            assertThat(error.key()).isEqualTo("bucket/k");
            StringWriter all = new StringWriter();
            error.printStackTrace(new PrintWriter(all));
            assertThat(all.toString()).doesNotContain("5ec2e7");
        });
        assertThat(log).noneMatch(line -> line.contains("5ec2e7"));
    }

    @Test
    void onTheWire_othersReadAndWrite_andNothingIsLogged() throws IOException, InterruptedException {
        S3Store real = EmbeddedStores.create();
        HttpClient others = HttpClient.newHttpClient();
        WriteOptions options = IF_ABSENT.withAttributes(Attributes.none().withContentType("text/plain"));
        List<String> log = Logged.during(List.of("io.reactivestore", "software.amazon.awssdk"), () -> {
            PresignedRequest put = one(real.presignPut("a b/ü", HOUR, options, 10));
            assertThat(send(others, put, "0123456789").statusCode()).isEqualTo(200);
            assertThat(send(others, put, "9876543210").statusCode()).isEqualTo(412);
            PresignedRequest get = one(real.presignGet("a b/ü", HOUR));
            HttpResponse<String> read = send(others, get, "");
            assertThat(read.body()).isEqualTo("0123456789");
            assertThat(read.headers().firstValue("Content-Type")).contains("text/plain");
            StoredObject part = one(real.getPresigned(get.url(), range(ByteRange.of(2, 5))));
            assertThat(one(part.text())).isEqualTo("234");
            assertThat(part.info().attributes()).isEqualTo(options.attributes());
            one(real.put("empty", Content.empty()));
            assertThat(one(one(real.getPresigned(
                                    one(real.presignGet("empty", HOUR)).url(), ReadOptions.defaults()))
                            .text()))
                    .isEmpty();
        });
        assertThat(log).noneMatch(line -> line.contains("X-Amz-Signature="));
    }

    private static HttpResponse<String> send(HttpClient others, PresignedRequest request, String body) {
        HttpRequest.Builder http = HttpRequest.newBuilder(request.url())
                .method(
                        request.method(),
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        request.headers().forEach((name, value) -> {
            // The client sets it by itself, to what is the same.
            if (!name.equals("content-length")) {
                http.header(name, value);
            }
        });
        try {
            return others.send(http.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private S3Store own(AwsCredentialsProvider credentials) {
        return S3Store.builder("bucket")
                .transport(http)
                .endpoint(URI.create("http://s3.test"))
                .dialect(FakeStores.DIALECT)
                .credentialsProvider(credentials)
                .build();
    }

    private static ReadOptions range(ByteRange range) {
        return ReadOptions.defaults().withRange(range);
    }
}
