package io.reactivestore.s3.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;

/** One request, and all that is heard of it. */
final class Call implements SdkAsyncHttpResponseHandler, Subscriber<ByteBuffer> {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    final CompletableFuture<SdkHttpResponse> head = new CompletableFuture<>();
    final CompletableFuture<Publisher<ByteBuffer>> stream = new CompletableFuture<>();
    final CompletableFuture<Throwable> handlerError = new CompletableFuture<>();
    final CompletableFuture<Throwable> bodyError = new CompletableFuture<>();
    final CompletableFuture<byte[]> body = new CompletableFuture<>();
    final List<Integer> pieces = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final long initialDemand;
    private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();
    CompletableFuture<Void> future;

    /** @param initialDemand negative if the body is not to be subscribed to */
    private Call(long initialDemand) {
        this.initialDemand = initialDemand;
    }

    static Call get(SdkAsyncHttpClient client, int port, String path) {
        return run(client, request(port, path), null, Long.MAX_VALUE, execute -> {});
    }

    static Call get(SdkAsyncHttpClient client, int port, String path, long initialDemand) {
        return run(client, request(port, path), null, initialDemand, execute -> {});
    }

    static Call put(SdkAsyncHttpClient client, int port, Publisher<ByteBuffer> content, Long length) {
        return run(
                client,
                request(port, "/put").method(SdkHttpMethod.PUT),
                content(content, length),
                Long.MAX_VALUE,
                e -> {});
    }

    static Call run(
            SdkAsyncHttpClient client,
            SdkHttpRequest.Builder request,
            SdkHttpContentPublisher content,
            long initialDemand,
            Consumer<AsyncExecuteRequest.Builder> more) {
        Call call = new Call(initialDemand);
        AsyncExecuteRequest.Builder execute = AsyncExecuteRequest.builder()
                .request(request.build())
                .requestContentPublisher(
                        content == null
                                ? content(
                                        subscriber -> {
                                            throw new AssertionError();
                                        },
                                        0L)
                                : content)
                .responseHandler(call);
        more.accept(execute);
        call.future = client.execute(execute.build());
        return call;
    }

    static SdkHttpRequest.Builder request(int port, String pathAndQuery) {
        int question = pathAndQuery.indexOf('?');
        SdkHttpRequest.Builder builder = SdkHttpRequest.builder()
                .method(SdkHttpMethod.GET)
                .protocol("http")
                .host("127.0.0.1")
                .port(port)
                .encodedPath(question < 0 ? pathAndQuery : pathAndQuery.substring(0, question));
        if (question >= 0) {
            builder.appendRawQueryParameter(pathAndQuery.substring(question + 1), null);
        }
        return builder;
    }

    static URI uri(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    static SdkHttpContentPublisher content(Publisher<ByteBuffer> publisher, Long length) {
        return new SdkHttpContentPublisher() {
            @Override
            public Optional<Long> contentLength() {
                return Optional.ofNullable(length);
            }

            @Override
            public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
                publisher.subscribe(subscriber);
            }
        };
    }

    void request(long n) {
        await(subscription).request(n);
    }

    void cancelBody() {
        await(subscription).cancel();
    }

    /** The whole body, after everything else has ended well. */
    byte[] bytes() {
        await(future);
        byte[] bytes = await(body);
        assertThat(handlerError).as("error told to the handler").isNotDone();
        return bytes;
    }

    String text() {
        return new String(bytes(), StandardCharsets.ISO_8859_1);
    }

    /** What the future failed with. */
    Throwable failure() {
        try {
            future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (java.util.concurrent.CancellationException e) {
            return e;
        } catch (Exception e) {
            throw new AssertionError("the call did not end: " + e, e);
        }
        throw new AssertionError("the call did not fail");
    }

    int status() {
        return await(head).statusCode();
    }

    int receivedBytes() {
        synchronized (received) {
            return received.size();
        }
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw new AssertionError("did not end well: " + e, e);
        }
    }

    @Override
    public void onHeaders(SdkHttpResponse response) {
        head.complete(response);
    }

    @Override
    public void onStream(Publisher<ByteBuffer> publisher) {
        stream.complete(publisher);
        if (initialDemand >= 0) {
            publisher.subscribe(this);
        }
    }

    @Override
    public void onSubscribe(Subscription s) {
        subscription.complete(s);
        if (initialDemand > 0) {
            s.request(initialDemand);
        }
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        pieces.add(bytes.length);
        synchronized (received) {
            received.writeBytes(bytes);
        }
    }

    /** Of the handler and of the body: told apart by whether the body was subscribed to when the first one came. */
    @Override
    public void onError(Throwable error) {
        if (subscription.isDone() && !bodyError.isDone() && !body.isDone()) {
            bodyError.complete(error);
        } else {
            handlerError.complete(error);
        }
    }

    @Override
    public void onComplete() {
        synchronized (received) {
            body.complete(received.toByteArray());
        }
    }
}
