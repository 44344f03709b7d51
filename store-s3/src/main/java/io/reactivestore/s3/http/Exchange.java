package io.reactivestore.s3.http;

import io.reactivestore.s3.http.internal.LentBody;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;

/** One request of the SDK's, from the call to the end of the answer's body. */
final class Exchange {
    /*
     * How it works. An exchange has one Attempt, or two: a request that found a kept connection closed by the server is made again
     * once, if that cannot do anything twice. All that happens on a connection happens on its event loop; from other threads come
     * only the begin, and the end of the future, by which the SDK gives up.
     *
     *   waiting --connection--> sent --head of the answer--> answered --body has ended--> over
     *   waiting, sent --connection was closed, no byte of an answer, first attempt--> waiting
     *   waiting, sent, answered --error--> over: the reader of the body, the handler and the future are told, in that order
     *   waiting --future ends--> over: the place in the line is left
     *   sent    --future ends--> over: the connection is closed
     *   answered --future ends, or reader of the body cancels--> over: see ResponseBody for what becomes of the connection
     *
     *   state        written by                 guard             seen by others
     *   over         any thread                 atomic, once      at once
     *   attempt      caller, then event loop    volatile          at once; see Attempt for a cancel that comes in between
     *
     * The future is completed last, and by whoever set "over".
     */

    private final Endpoint endpoint;
    private final AsyncExecuteRequest request;
    private final TransportSettings settings;
    private final Counts counts;
    private final CompletableFuture<Void> future = new CompletableFuture<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Attempt attempt;
    private boolean isRetried;

    Exchange(Endpoint endpoint, AsyncExecuteRequest request, String path, TransportSettings settings, Counts counts) {
        this.endpoint = endpoint;
        this.request = request;
        this.settings = settings;
        this.counts = counts;
        this.attempt = new Attempt(this, path);
    }

    CompletableFuture<Void> run() {
        attempt.start();
        var unused = future.whenComplete((nothing, error) -> {
            if (error != null && over.compareAndSet(false, true)) {
                attempt.abandon(error);
            }
        });
        return future;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    AsyncExecuteRequest request() {
        return request;
    }

    TransportSettings settings() {
        return settings;
    }

    Counts counts() {
        return counts;
    }

    boolean isOver() {
        return over.get();
    }

    /** The body may be lent, and not copied. */
    boolean lendsBody() {
        return LentBody.isIn(request.httpExecutionAttributes());
    }

    /** The same request may be made twice without doing anything twice, even if the first one reached the server. */
    boolean isSafe() {
        SdkHttpMethod method = request.request().method();
        return method == SdkHttpMethod.GET || method == SdkHttpMethod.HEAD || method == SdkHttpMethod.OPTIONS;
    }

    /** @param isHarmless whether nothing that matters was sent */
    void attemptFailed(Attempt failed, Throwable error, boolean isHarmless) {
        if (isHarmless && !isRetried && !over.get()) {
            isRetried = true;
            counts.retried.incrementAndGet();
            attempt = new Attempt(this, failed.path());
            attempt.start();
            return;
        }
        fail(TransportErrors.of(error, endpoint.name()));
    }

    /** The head has come; throws what the handler throws. */
    void answered(SdkHttpResponse head, ResponseBody body) {
        request.responseHandler().onHeaders(head);
        request.responseHandler().onStream(body);
    }

    void complete() {
        if (over.compareAndSet(false, true)) {
            future.complete(null);
        }
    }

    /** The reader of the body has had enough; it knows, so nobody but the future is told. */
    void bodyCancelled() {
        if (over.compareAndSet(false, true)) {
            future.completeExceptionally(new CancellationException("the body was not read to its end"));
        }
    }

    void fail(Throwable error) {
        if (over.compareAndSet(false, true)) {
            try {
                request.responseHandler().onError(error);
            } finally {
                future.completeExceptionally(error);
            }
        }
    }
}
