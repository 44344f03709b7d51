package io.reactivestore.s3.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Operators;
import reactor.netty.NettyOutbound;
import reactor.netty.NettyPipeline;
import reactor.netty.http.client.HttpClientRequest;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;

/** Writes a request that has a body: the head, and the content at the pace of the socket. */
final class RequestWriter implements Publisher<Void>, Subscriber<ByteBuffer>, Subscription, ChannelFutureListener {
    /*
     * How it works. Reactor Netty subscribes to it, is told the end, and cancels it when the answer was complete before the request
     * was. One buffer is asked for at a time, and the next one while the socket takes more.
     *
     *   begun --length known--> head sent
     *   begun --length unknown, first buffer--> head sent, "chunked"; an end without a buffer is a request without a body
     *   head sent --Expect, 100 or CONTINUE_TIME--> writing
     *   head sent --Expect, any other answer--> over: the content is not asked for
     *   writing --buffer that makes up the length announced--> held back until the content has ended, END_MILLIS at most
     *   writing --content has ended, all written--> over, Reactor Netty is told
     *   any --content fails, is too short or too long, or a write fails or takes too long--> over, the attempt fails
     *   any --cancel--> over
     *
     * Were the last buffer not held back, a content that is too long would be taken for whole by the server, and an answer could come
     * before the end of the content, at which Reactor Netty gives up the connection. A content that does not end, as one that is read
     * from a socket, is cancelled.
     *
     * All of it is the event loop's alone; a signal of the content from another thread is handed to the event loop. Buffers are
     * wrapped, never moved.
     */

    private static final String CONTINUE = "reactivestore.continue";

    private static final long UNKNOWN = -1;

    /** So long a content that has given all its bytes may take to say so. */
    private static final long END_MILLIS = 1_000;

    private final Attempt attempt;
    private final Exchange exchange;
    private final HttpHeaders headers;
    private final NettyOutbound outbound;
    private final Channel channel;
    private final EventLoop loop;
    private final SdkHttpContentPublisher content;
    private final StallWatch watch;
    private long length;
    private @Nullable Subscriber<? super Void> told;
    private @Nullable Subscription upstream;
    private @Nullable ScheduledFuture<?> patience;
    private @Nullable ScheduledFuture<?> ending;
    private boolean isTouched;
    private boolean isHeadSent;
    private boolean isComplete;
    private boolean isOver;
    private long taken;
    private @Nullable ByteBuffer last;
    private int unflushed;
    private boolean isPaused;

    private RequestWriter(
            Attempt attempt,
            Exchange exchange,
            HttpHeaders headers,
            NettyOutbound outbound,
            Channel channel,
            long length) {
        this.attempt = attempt;
        this.exchange = exchange;
        this.headers = headers;
        this.outbound = outbound;
        this.channel = channel;
        this.loop = channel.eventLoop();
        this.content = exchange.request().requestContentPublisher();
        this.watch = new StallWatch(loop);
        this.length = length;
    }

    /** What writes this request, or null if it has no body. */
    static @Nullable RequestWriter of(
            Attempt attempt, Exchange exchange, HttpClientRequest request, NettyOutbound outbound, Channel channel) {
        SdkHttpContentPublisher content = exchange.request().requestContentPublisher();
        HttpHeaders headers = request.requestHeaders();
        String announced = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        Optional<Long> known = content == null ? Optional.of(0L) : content.contentLength();
        long length = announced != null ? Long.parseLong(announced) : known.orElse(UNKNOWN);
        if (length == 0) {
            return null;
        }
        if (length != UNKNOWN && announced == null) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
        }
        return new RequestWriter(attempt, exchange, headers, outbound, channel, length);
    }

    /** Whether the content was asked for, so that it may be gone. */
    boolean isTouched() {
        return isTouched;
    }

    @Override
    public void subscribe(Subscriber<? super Void> subscriber) {
        told = subscriber;
        subscriber.onSubscribe(this);
        if (length == UNKNOWN) {
            touch();
        } else {
            sendHead();
        }
    }

    private void sendHead() {
        isHeadSent = true;
        boolean isExpecting = HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(headers.get(HttpHeaderNames.EXPECT, ""))
                && !isTouched;
        if (isExpecting) {
            channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, CONTINUE, new ContinueHandler());
            Duration limit = exchange.settings().continueTimeout();
            patience = loop.schedule(this::proceed, limit.toMillis(), TimeUnit.MILLISECONDS);
        }
        outbound.then().subscribe(nothing -> {}, this::failed);
        if (!isExpecting && !isOver && !isTouched) {
            touch();
        }
    }

    private void proceed() {
        stopExpecting();
        if (!isOver && !isTouched) {
            touch();
        }
    }

    /** An answer instead of the leave to go on; Reactor Netty closes the connection after it, since the body is missing. */
    private void answered() {
        stopExpecting();
        isOver = true;
    }

    private void stopExpecting() {
        if (patience != null) {
            patience.cancel(false);
            patience = null;
            if (channel.pipeline().get(CONTINUE) != null) {
                channel.pipeline().remove(CONTINUE);
            }
        }
    }

    private void touch() {
        isTouched = true;
        content.subscribe(this);
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        Objects.requireNonNull(subscription, "subscription");
        run(() -> {
            if (upstream != null || isOver) {
                subscription.cancel();
            } else {
                upstream = subscription;
                subscription.request(1);
            }
        });
    }

    @Override
    public void onNext(ByteBuffer buffer) {
        Objects.requireNonNull(buffer, "buffer");
        run(() -> take(buffer));
    }

    private void take(ByteBuffer buffer) {
        if (isOver || isComplete) {
            return;
        }
        int bytes = buffer.remaining();
        if (bytes == 0) {
            askForMore();
            return;
        }
        if (!isHeadSent) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            sendHead();
        }
        taken += bytes;
        if (length != UNKNOWN && taken > length) {
            failed(new IOException(
                    "the body of the request has more than the " + length + " bytes that were announced"));
            return;
        }
        if (taken == length) {
            last = buffer.slice();
            askForMore();
            if (!isComplete && !isOver) {
                ending = loop.schedule(this::endless, END_MILLIS, TimeUnit.MILLISECONDS);
            }
            return;
        }
        write(buffer);
        if (channel.isWritable()) {
            askForMore();
        } else {
            isPaused = true;
        }
    }

    private void write(ByteBuffer buffer) {
        if (unflushed++ == 0) {
            Duration limit = exchange.settings().writeTimeout();
            watch.await(limit, () -> failed(TransportErrors.timedOut("writing the request", limit)));
        }
        channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(buffer)))
                .addListener(this);
    }

    @Override
    public void operationComplete(ChannelFuture write) {
        unflushed--;
        if (isOver) {
            return;
        }
        if (!write.isSuccess()) {
            failed(write.cause());
            return;
        }
        if (unflushed == 0) {
            watch.rest();
        } else {
            watch.progress();
        }
        // Netty tells of a write before it takes the write off what counts against the socket.
        if (isPaused && (unflushed == 0 || channel.isWritable())) {
            isPaused = false;
            askForMore();
        }
        endIfWritten();
    }

    private void askForMore() {
        if (upstream != null && !isComplete && !isOver) {
            upstream.request(1);
        }
    }

    @Override
    public void onComplete() {
        run(this::ended);
    }

    private void endless() {
        if (upstream != null && !isComplete && !isOver) {
            upstream.cancel();
            ended();
        }
    }

    private void ended() {
        if (isOver || isComplete) {
            return;
        }
        isComplete = true;
        if (length != UNKNOWN && taken < length) {
            failed(new IOException(
                    "the body of the request has " + taken + " of the " + length + " bytes that were announced"));
            return;
        }
        if (!isHeadSent) {
            endWithoutBody();
        }
        if (last != null) {
            stopWaitingForTheEnd();
            write(last);
            last = null;
        } else {
            endIfWritten();
        }
    }

    private void stopWaitingForTheEnd() {
        if (ending != null) {
            ending.cancel(false);
            ending = null;
        }
    }

    private void endWithoutBody() {
        length = 0;
        boolean isBodyUsual = switch (exchange.request().request().method()) {
            case POST, PUT, PATCH -> true;
            default -> false;
        };
        if (isBodyUsual) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, 0);
        }
        sendHead();
    }

    private void endIfWritten() {
        if (isComplete && unflushed == 0 && !isOver) {
            isOver = true;
            attempt.requestSent();
            if (told != null) {
                told.onComplete();
            }
        }
    }

    @Override
    public void onError(Throwable error) {
        Objects.requireNonNull(error, "error");
        run(() -> failed(error));
    }

    private void failed(Throwable error) {
        if (isOver) {
            return;
        }
        over();
        attempt.stalled(TransportErrors.of(error, exchange.endpoint().name()));
    }

    private void over() {
        isOver = true;
        watch.rest();
        stopExpecting();
        stopWaitingForTheEnd();
        last = null;
        if (upstream != null) {
            upstream.cancel();
        }
    }

    @Override
    public void request(long n) {
        Operators.validate(n);
    }

    @Override
    public void cancel() {
        run(() -> {
            if (!isOver) {
                over();
            }
        });
    }

    private void run(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException closed) {
            isOver = true;
        }
    }

    /** Hears the leave to go on, which Reactor Netty keeps to itself. */
    private final class ContinueHandler extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpResponse response) {
                int status = response.status().code();
                if (status == 100) {
                    context.fireChannelRead(message);
                    proceed();
                    return;
                }
                if (status >= 200) {
                    answered();
                }
            }
            context.fireChannelRead(message);
        }
    }
}
