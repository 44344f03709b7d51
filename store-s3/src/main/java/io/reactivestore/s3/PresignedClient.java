package io.reactivestore.s3;

import java.net.URL;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.presignedurl.model.PresignedUrlDownloadRequest;

/**
 * Reads what one presigned URL points to, whatever object it is asked for. So all that reads objects can read one of these.
 *
 * <p>A URL is signed for one method: in place of a head, one byte is read.
 */
final class PresignedClient implements S3AsyncClient {

    private final S3AsyncClient client;
    private final URL url;

    PresignedClient(S3AsyncClient client, URL url) {
        this.client = client;
        this.url = url;
    }

    @Override
    public String serviceName() {
        return client.serviceName();
    }

    @Override
    public void close() {}

    @Override
    public <T> CompletableFuture<T> getObject(
            GetObjectRequest request, AsyncResponseTransformer<GetObjectResponse, T> transformer) {
        return read(request.range(), request.ifMatch(), transformer);
    }

    @Override
    public CompletableFuture<HeadObjectResponse> headObject(HeadObjectRequest request) {
        CompletableFuture<HeadObjectResponse> answer = new CompletableFuture<>();
        follow(answer, read("bytes=0-0", null, AsyncResponseTransformer.toBytes()), (first, error) -> {
            if (first != null) {
                answer.complete(facts(first.response()));
            } else if (S3Errors.status(unwrap(error)) == 416) {
                // No range of an empty object can be served.
                follow(answer, read(null, null, new HeadOnly()), (whole, failure) -> {
                    if (whole != null) {
                        answer.complete(facts(whole));
                    } else {
                        answer.completeExceptionally(unwrap(failure));
                    }
                });
            } else {
                answer.completeExceptionally(unwrap(error));
            }
        });
        return answer;
    }

    /** Who has a URL knows that there is a bucket. */
    @Override
    public CompletableFuture<HeadBucketResponse> headBucket(HeadBucketRequest request) {
        return CompletableFuture.completedFuture(HeadBucketResponse.builder().build());
    }

    private <T> CompletableFuture<T> read(
            @Nullable String range,
            @Nullable String ifMatch,
            AsyncResponseTransformer<GetObjectResponse, T> transformer) {
        return client.presignedUrlExtension()
                .getObject(
                        PresignedUrlDownloadRequest.builder()
                                .presignedUrl(url)
                                .range(range)
                                .ifMatch(ifMatch)
                                .build(),
                        transformer);
    }

    private static <T> void follow(
            CompletableFuture<?> answer,
            CompletableFuture<T> request,
            BiConsumer<@Nullable T, @Nullable Throwable> then) {
        var unused = answer.whenComplete((done, error) -> {
            if (answer.isCancelled()) {
                request.cancel(true);
            }
        });
        var unusedEnd = request.whenComplete(then);
    }

    private static Throwable unwrap(@Nullable Throwable error) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        return cause == null ? new IllegalStateException("no answer") : cause;
    }

    private static HeadObjectResponse facts(GetObjectResponse answer) {
        String range = answer.contentRange();
        return HeadObjectResponse.builder()
                .contentLength(
                        range == null ? answer.contentLength() : Long.valueOf(range.substring(range.indexOf('/') + 1)))
                .eTag(answer.eTag())
                .versionId(answer.versionId())
                .lastModified(answer.lastModified())
                .contentType(answer.contentType())
                .cacheControl(answer.cacheControl())
                .expiresString(answer.expiresString())
                .contentEncoding(answer.contentEncoding())
                .contentDisposition(answer.contentDisposition())
                .contentLanguage(answer.contentLanguage())
                .metadata(answer.metadata())
                .build();
    }

    /** Takes the head of an answer, and not its body. */
    private static final class HeadOnly implements AsyncResponseTransformer<GetObjectResponse, GetObjectResponse> {

        private volatile CompletableFuture<GetObjectResponse> result = new CompletableFuture<>();
        private volatile @Nullable GetObjectResponse head;

        @Override
        public CompletableFuture<GetObjectResponse> prepare() {
            result = new CompletableFuture<>();
            return result;
        }

        @Override
        public void onResponse(GetObjectResponse response) {
            head = response;
        }

        @Override
        public void onStream(SdkPublisher<ByteBuffer> body) {
            CompletableFuture<GetObjectResponse> told = result;
            body.subscribe(new Subscriber<>() {
                @Override
                public void onSubscribe(Subscription subscription) {
                    told.complete(head);
                    subscription.cancel();
                }

                @Override
                public void onNext(ByteBuffer bytes) {}

                @Override
                public void onError(Throwable error) {}

                @Override
                public void onComplete() {}
            });
        }

        @Override
        public void exceptionOccurred(Throwable error) {
            result.completeExceptionally(error);
        }
    }
}
