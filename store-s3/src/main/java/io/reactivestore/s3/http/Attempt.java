package io.reactivestore.s3.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.netty.Connection;
import reactor.netty.NettyOutbound;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientResponse;
import reactor.util.context.Context;
import software.amazon.awssdk.http.HttpMetric;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.metrics.MetricCollector;
import software.amazon.awssdk.metrics.NoOpMetricCollector;

/** One try of an {@link Exchange}: it gets a connection, sends the request on it, and takes the head of the answer. */
final class Attempt implements CoreSubscriber<Object> {
    /*
     * How it works. send() and received() are called on the event loop of the connection, at most once each; so is onError(), unless
     * no connection was got.
     *
     *   state        written by            guard        seen by others
     *   place        start                 atomic       at once; whoever ends the exchange leaves the line with it
     *   channel      send                  volatile     at once
     *   all others   send, received, …     event loop
     *
     * A cancel that comes while the connection is handed over: send() first tells the channel, then looks whether the exchange is
     * over; abandon() runs after the exchange is over, and then looks for a channel. One of them sees the other. If send() does, it
     * sends nothing, and the connection goes back to the pool as it is.
     *
     * Until the head has come a connection that was written to cannot be kept, and is closed. After that the body decides. When the
     * whole answer is here the connection goes back to the pool at once, even if its body is still to be read: from then on it may
     * be another attempt's, and neither it nor its watch is touched any more, see isOurs().
     */

    private static final AttributeKey<StallWatch> WATCH = AttributeKey.valueOf(Attempt.class, "watch");

    private final Exchange exchange;
    private final String path;
    private final Context context;
    private final long begin = System.nanoTime();
    private final AtomicReference<@Nullable Subscription> place = new AtomicReference<>();
    private final AtomicBoolean isPending = new AtomicBoolean(true);
    private volatile @Nullable Channel channel;
    private @Nullable Connection connection;
    private @Nullable StallWatch watch;
    private @Nullable RequestWriter writer;
    private @Nullable ResponseBody body;
    private boolean isSent;
    private boolean isKept;
    private boolean isFailed;
    private boolean isReleased;

    Attempt(Exchange exchange, String path) {
        this.exchange = exchange;
        this.path = path;
        this.context = Context.of(Attempt.class, this);
    }

    String path() {
        return path;
    }

    void start() {
        exchange.counts().pending.incrementAndGet();
        exchange.endpoint()
                .client()
                .request(
                        HttpMethod.valueOf(exchange.request().request().method().name()))
                .uri(path)
                .send(this::send)
                .responseConnection(this::received)
                .subscribe(this);
    }

    @Override
    public Context currentContext() {
        return context;
    }

    /** Called when there is a place in the line for a connection. */
    void waiting(Subscription line) {
        place.set(line);
        if (exchange.isOver()) {
            line.cancel();
        }
    }

    /** The exchange is over; from any thread. */
    void abandon(Throwable reason) {
        noLongerPending();
        Subscription line = place.get();
        if (line != null) {
            line.cancel();
        }
        Channel at = channel;
        if (at != null) {
            try {
                at.eventLoop().execute(() -> letGo(reason));
            } catch (RejectedExecutionException closed) {
                // The event loop has ended, and all its connections with it.
                return;
            }
        }
    }

    private void letGo(Throwable reason) {
        if (!isSent || isFailed) {
            return;
        }
        if (body != null) {
            body.abandon(reason);
        } else {
            close();
        }
    }

    /** Closes the connection, if the exchange has not ended on it. */
    void close() {
        Channel at = channel;
        if (at != null && isOurs()) {
            released();
            stopWriting();
            var unused = at.close();
        }
    }

    /** Reactor Netty does so only when an answer was complete. */
    private void stopWriting() {
        if (writer != null) {
            writer.cancel();
        }
    }

    /** Reactor Netty puts a dead channel in the place of one that it gives back. */
    boolean isOurs() {
        return connection != null && connection.channel() == channel;
    }

    private Publisher<Void> send(HttpClientRequest request, NettyOutbound outbound) {
        outbound.withConnection(got -> {
            connection = got;
            channel = got.channel();
        });
        Channel at = channel;
        noLongerPending();
        if (at == null || exchange.isOver()) {
            return Mono.error(AbortedException.beforeSend());
        }
        isSent = true;
        exchange.counts().leased.incrementAndGet();
        watch = watchOf(at);
        reportMetrics(true);
        SdkHttpRequest wanted = exchange.request().request();
        setHeaders(request.requestHeaders(), wanted);
        RequestWriter made = RequestWriter.of(this, exchange, request, outbound, at);
        if (made == null) {
            requestSent();
            return outbound;
        }
        writer = made;
        return made;
    }

    private void setHeaders(HttpHeaders headers, SdkHttpRequest wanted) {
        // Reactor Netty has put its own there.
        headers.clear();
        wanted.forEachHeader(headers::add);
        if (!headers.contains(HttpHeaderNames.HOST)) {
            headers.set("Host", exchange.endpoint().host());
        }
    }

    private StallWatch watchOf(Channel at) {
        StallWatch present = at.attr(WATCH).get();
        isKept = present != null;
        if (present != null) {
            return present;
        }
        StallWatch made = new StallWatch(at.eventLoop());
        at.attr(WATCH).set(made);
        Counts counts = exchange.counts();
        counts.connections.incrementAndGet();
        at.closeFuture().addListener(closed -> counts.connections.decrementAndGet());
        return made;
    }

    /** All of the request has been given to the socket. */
    void requestSent() {
        if (body == null) {
            awaitAnswer(
                    "the answer of " + exchange.endpoint().name(),
                    exchange.settings().readTimeout());
        }
    }

    void awaitAnswer(String what, Duration limit) {
        if (watch != null && isOurs()) {
            watch.await(limit, () -> stalled(TransportErrors.timedOut(what, limit)));
        }
    }

    void progress() {
        if (watch != null && isOurs()) {
            watch.progress();
        }
    }

    void rest() {
        if (watch != null && isOurs()) {
            watch.rest();
        }
    }

    /** The request cannot be sent to its end, or the connection has been silent for too long. */
    void stalled(Throwable error) {
        isFailed = true;
        close();
        if (body != null) {
            body.fail(error);
        } else {
            exchange.fail(error);
        }
    }

    private Publisher<Void> received(HttpClientResponse response, Connection from) {
        rest();
        ResponseBody made = new ResponseBody(this, exchange, response, from.channel());
        body = made;
        from.inbound().receiveObject().subscribe(made);
        if (exchange.isOver()) {
            made.abandon(new AbortedException("nobody waits for the answer"));
            return Mono.empty();
        }
        try {
            exchange.answered(head(response), made);
            made.offered();
        } catch (RuntimeException e) {
            made.abandon(e);
            exchange.fail(e);
        }
        return Mono.empty();
    }

    private static SdkHttpFullResponse head(HttpClientResponse response) {
        SdkHttpFullResponse.Builder head = SdkHttpFullResponse.builder()
                .statusCode(response.status().code())
                .statusText(response.status().reasonPhrase());
        var headers = response.responseHeaders().iteratorAsString();
        while (headers.hasNext()) {
            var header = headers.next();
            head.appendHeader(header.getKey(), header.getValue());
        }
        return head.build();
    }

    /** The connection is free, or closed. */
    void released() {
        if (isSent && !isReleased) {
            isReleased = true;
            rest();
            exchange.counts().leased.decrementAndGet();
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Object unexpected) {
        Operators.onNextDropped(unexpected, context);
    }

    @Override
    public void onError(Throwable error) {
        boolean wasPending = noLongerPending();
        if (isFailed || body != null) {
            return;
        }
        isFailed = true;
        released();
        stopWriting();
        if (wasPending) {
            reportMetrics(false);
        }
        exchange.attemptFailed(this, error, isHarmless(error));
    }

    /** The answer was received; its body has its own end. */
    @Override
    public void onComplete() {}

    private boolean isHarmless(Throwable error) {
        if (!isSent || !TransportErrors.isClosedConnection(error)) {
            return false;
        }
        boolean isBodyTouched = writer != null && writer.isTouched();
        boolean isNothingSent = error instanceof AbortedException;
        return !isBodyTouched && (isNothingSent || (isKept && exchange.isSafe()));
    }

    private boolean noLongerPending() {
        boolean was = isPending.getAndSet(false);
        if (was) {
            exchange.counts().pending.decrementAndGet();
        }
        return was;
    }

    private void reportMetrics(boolean isAcquired) {
        MetricCollector metrics = exchange.request().metricCollector().orElse(null);
        if (metrics == null || metrics instanceof NoOpMetricCollector) {
            return;
        }
        TransportStats stats = exchange.counts().stats();
        metrics.reportMetric(HttpMetric.HTTP_CLIENT_NAME, ReactorNettyAsyncHttpClient.NAME);
        metrics.reportMetric(HttpMetric.MAX_CONCURRENCY, exchange.endpoint().maxConnections());
        metrics.reportMetric(HttpMetric.LEASED_CONCURRENCY, stats.leased());
        metrics.reportMetric(HttpMetric.PENDING_CONCURRENCY_ACQUIRES, stats.pending());
        metrics.reportMetric(HttpMetric.AVAILABLE_CONCURRENCY, Math.max(0, stats.connections() - stats.leased()));
        if (isAcquired) {
            metrics.reportMetric(HttpMetric.CONCURRENCY_ACQUIRE_DURATION, Duration.ofNanos(System.nanoTime() - begin));
        }
    }
}
