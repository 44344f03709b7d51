package io.reactivestore.s3.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.EmptyPublisher;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;

/** Our client as one that blocks, for the suites that there are for those only. Requests have no body. */
record BlockingView(SdkAsyncHttpClient client) implements SdkHttpClient {

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                return execute(request);
            }

            @Override
            public void abort() {
                throw new UnsupportedOperationException();
            }
        };
    }

    private HttpExecuteResponse execute(HttpExecuteRequest request) throws IOException {
        CompletableFuture<SdkHttpResponse> head = new CompletableFuture<>();
        CompletableFuture<byte[]> body = new CompletableFuture<>();
        var done = client.execute(AsyncExecuteRequest.builder()
                .request(request.httpRequest())
                .requestContentPublisher(new EmptyPublisher())
                .responseHandler(new SdkAsyncHttpResponseHandler() {
                    @Override
                    public void onHeaders(SdkHttpResponse response) {
                        head.complete(response);
                    }

                    @Override
                    public void onStream(Publisher<ByteBuffer> stream) {
                        Flux.from(stream)
                                .reduce(new byte[0], (bytes, more) -> {
                                    ByteBuffer all = ByteBuffer.allocate(bytes.length + more.remaining());
                                    return all.put(bytes).put(more).array();
                                })
                                .subscribe(body::complete, body::completeExceptionally);
                    }

                    @Override
                    public void onError(Throwable error) {
                        head.completeExceptionally(error);
                    }
                })
                .build());
        try {
            done.get(20, TimeUnit.SECONDS);
            return HttpExecuteResponse.builder()
                    .response(head.get(1, TimeUnit.SECONDS))
                    .responseBody(AbortableInputStream.create(new ByteArrayInputStream(body.get(1, TimeUnit.SECONDS))))
                    .build();
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
