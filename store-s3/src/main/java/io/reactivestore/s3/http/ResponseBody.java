package io.reactivestore.s3.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.netty.http.client.HttpClientResponse;

/**
 * The body of one answer, for one subscriber: each piece an array of its own, or lent until {@code onNext} returns, see {@link
 * io.reactivestore.s3.http.internal.LentBody}.
 */
final class ResponseBody implements Publisher<ByteBuffer>, Subscription, CoreSubscriber<Object> {
    /*
     * How it works. The inbound of the connection is subscribed to at once, for what has arrived of a body that nobody asks for
     * would otherwise never be released. Demand is handed through to it piece by piece, and while there is demand the watch of the
     * connection runs.
     *
     *   UNREAD --subscribe--> FLOWING --end, all bytes--> OVER (complete)
     *   UNREAD --nobody subscribes for unreadBodyTimeout, future ends--> DISCARDING
     *   FLOWING --cancel, future ends--> DISCARDING
     *   FLOWING --end too early, error, silence--> OVER (failed, connection closed)
     *   UNREAD --end of an empty body, error--> OVER; who subscribes later is told that
     *   DISCARDING --end--> OVER, drained: the connection is kept
     *   DISCARDING --more than maxDrainBytes left, or DRAIN_TIME--> OVER, closed
     *
     * All of it is the event loop's alone, but for "subscribed". A signal from another thread is handed to the event loop.
     */

    private enum Phase {
        UNREAD,
        FLOWING,
        DISCARDING,
        OVER
    }

    /** A rest that is worth reading is here within a round trip or two; a new connection with TLS costs three. */
    private static final Duration DRAIN_TIME = Duration.ofSeconds(1);

    private static final long UNKNOWN = -1;

    private final Attempt attempt;
    private final Exchange exchange;
    private final Channel channel;
    private final EventLoop loop;
    private final long expected;
    private final boolean lends;
    private final AtomicBoolean subscribed = new AtomicBoolean();
    private Phase phase = Phase.UNREAD;
    private @Nullable Subscription upstream;
    private @Nullable Subscriber<? super ByteBuffer> downstream;
    private @Nullable Throwable failure;
    private long demand;
    private long received;
    private long discarded;

    ResponseBody(Attempt attempt, Exchange exchange, HttpClientResponse response, Channel channel) {
        this.attempt = attempt;
        this.exchange = exchange;
        this.channel = channel;
        this.loop = channel.eventLoop();
        this.expected = expected(response);
        this.lends = exchange.lendsBody();
    }

    private static long expected(HttpClientResponse response) {
        int status = response.status().code();
        if (HttpMethod.HEAD.equals(response.method()) || status == 204 || status == 304) {
            return 0;
        }
        String length = response.responseHeaders().get(HttpHeaderNames.CONTENT_LENGTH);
        // Netty has refused lengths that are none.
        return length == null ? UNKNOWN : Long.parseLong(length.trim());
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        if (subscribed.compareAndSet(false, true)) {
            run(() -> attach(subscriber), subscriber);
        } else {
            reject(subscriber, new IllegalStateException("the body of an answer can be read once"));
        }
    }

    private void attach(Subscriber<? super ByteBuffer> subscriber) {
        switch (phase) {
            case UNREAD -> {
                phase = Phase.FLOWING;
                downstream = subscriber;
                subscriber.onSubscribe(this);
            }
            case OVER, DISCARDING, FLOWING -> {
                if (failure != null) {
                    reject(subscriber, failure);
                } else {
                    subscriber.onSubscribe(Operators.emptySubscription());
                    subscriber.onComplete();
                }
            }
        }
    }

    /** The handler has been given this body. */
    void offered() {
        Duration limit = exchange.settings().unreadBodyTimeout();
        if (phase == Phase.UNREAD && !limit.isZero()) {
            var unused = loop.schedule(
                    () -> {
                        if (phase == Phase.UNREAD) {
                            IOException unread = TransportErrors.timedOut("reading the body of the answer", limit);
                            abandon(unread);
                            exchange.fail(unread);
                        }
                    },
                    limit.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void request(long n) {
        run(() -> requested(n), null);
    }

    private void requested(long n) {
        if (phase != Phase.FLOWING) {
            return;
        }
        if (n <= 0) {
            IllegalArgumentException error =
                    new IllegalArgumentException("demand: need 1 or more (rule 3.9), was " + n);
            abandon(error);
            exchange.fail(error);
            return;
        }
        if (demand == 0) {
            attempt.awaitAnswer(
                    "the body of the answer of " + exchange.endpoint().name(),
                    exchange.settings().readTimeout());
        }
        demand = Operators.addCap(demand, n);
        take(n);
    }

    private void take(long n) {
        if (upstream != null) {
            upstream.request(n);
        }
    }

    @Override
    public void cancel() {
        run(
                () -> {
                    if (phase == Phase.FLOWING) {
                        discard();
                        exchange.bodyCancelled();
                    }
                },
                null);
    }

    /** Nobody reads on; who has begun to is told why. */
    void abandon(Throwable reason) {
        if (phase == Phase.UNREAD || phase == Phase.FLOWING) {
            Subscriber<? super ByteBuffer> told = downstream;
            failure = reason;
            discard();
            if (told != null) {
                told.onError(reason);
            }
        }
    }

    private void discard() {
        phase = Phase.DISCARDING;
        downstream = null;
        if (expected != UNKNOWN && expected - received > exchange.settings().maxDrainBytes()) {
            stop();
            return;
        }
        attempt.awaitAnswer("the rest of a body", DRAIN_TIME);
        take(Long.MAX_VALUE);
    }

    private void stop() {
        phase = Phase.OVER;
        // Releases what is here. If that is all of the body, the connection has been given back already, and stays
        // open.
        if (upstream != null) {
            upstream.cancel();
        }
        (channel.isActive() ? exchange.counts().drained : exchange.counts().closed).incrementAndGet();
        attempt.released();
    }

    /** The connection has failed and is closed. */
    void fail(Throwable error) {
        Phase before = phase;
        if (before == Phase.OVER) {
            return;
        }
        phase = Phase.OVER;
        failure = error;
        if (upstream != null) {
            upstream.cancel();
        }
        attempt.released();
        if (before == Phase.DISCARDING) {
            exchange.counts().closed.incrementAndGet();
            return;
        }
        try {
            if (downstream != null) {
                downstream.onError(error);
            }
        } finally {
            exchange.fail(error);
        }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        upstream = subscription;
    }

    @Override
    public void onNext(Object message) {
        ByteBuf bytes = message instanceof ByteBufHolder holder ? holder.content() : (ByteBuf) message;
        int length = bytes.readableBytes();
        received += length;
        switch (phase) {
            case FLOWING -> {
                if (length == 0) {
                    take(1);
                } else {
                    emit(bytes, length);
                }
            }
            case DISCARDING -> {
                discarded += length;
                if (discarded > exchange.settings().maxDrainBytes()) {
                    stop();
                }
            }
            case UNREAD, OVER -> {}
        }
    }

    private void emit(ByteBuf bytes, int length) {
        if (demand != Long.MAX_VALUE && --demand == 0) {
            attempt.rest();
        } else {
            attempt.progress();
        }
        Subscriber<? super ByteBuffer> to = downstream;
        if (to == null) {
            return;
        }
        try {
            to.onNext(lends ? bytes.nioBuffer() : copy(bytes, length));
        } catch (RuntimeException | Error e) {
            // It must not throw; it is not told another word, but the future is.
            downstream = null;
            if (phase == Phase.FLOWING) {
                discard();
            }
            exchange.fail(e);
        }
    }

    private static ByteBuffer copy(ByteBuf bytes, int length) {
        byte[] copy = new byte[length];
        bytes.getBytes(bytes.readerIndex(), copy);
        return ByteBuffer.wrap(copy);
    }

    @Override
    public void onError(Throwable error) {
        if (phase == Phase.OVER) {
            return;
        }
        attempt.close();
        fail(TransportErrors.of(error, exchange.endpoint().name()));
    }

    @Override
    public void onComplete() {
        if (phase == Phase.OVER) {
            return;
        }
        if (phase == Phase.DISCARDING) {
            phase = Phase.OVER;
            exchange.counts().drained.incrementAndGet();
            attempt.released();
            return;
        }
        if (expected != UNKNOWN && received != expected) {
            attempt.close();
            fail(new IOException("the body of the answer of "
                    + exchange.endpoint().name() + " ended after " + received + " of " + expected + " bytes"));
            return;
        }
        phase = Phase.OVER;
        boolean isInUse = attempt.isOurs();
        attempt.released();
        if (isInUse) {
            // Reactor Netty tells the end before it gives the connection back, and whoever hears of it may want one.
            loop.execute(this::tellEnd);
        } else {
            tellEnd();
        }
    }

    private void tellEnd() {
        try {
            if (downstream != null) {
                downstream.onComplete();
            }
        } finally {
            exchange.complete();
        }
    }

    private void run(Runnable task, @Nullable Subscriber<?> told) {
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException closed) {
            if (told != null) {
                reject(told, new IOException("the event loop of the connection has ended", closed));
            }
        }
    }

    private static void reject(Subscriber<?> subscriber, Throwable error) {
        subscriber.onSubscribe(Operators.emptySubscription());
        subscriber.onError(error);
    }
}
