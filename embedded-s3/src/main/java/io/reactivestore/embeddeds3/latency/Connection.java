package io.reactivestore.embeddeds3.latency;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.reactivestore.embeddeds3.latency.Fault.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Serves one connection: reads requests, waits, answers, and breaks what is to be broken. */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel, which is seen here
final class Connection extends ChannelInboundHandlerAdapter {
    /*
     * How it works. All state belongs to the event loop of the channel. Answers are written as bytes, below any codec, so that
     * they can be broken anywhere.
     *
     *   IDLE --head--> RECEIVING --end of body--> WAITING --timer--> SENDING --all handed over--> IDLE
     *                                                                SENDING --stalled by a fault--> WAITING (for ever)
     *   any --broken by us, or closed by the client--> CLOSED
     *
     * A change is carried out when its request has come, a read when its answer is due: in both cases within the time of the
     * request, as the client sees it. A request that comes before the answer to the one before it waits in a queue.
     */

    private enum State {
        IDLE,
        RECEIVING,
        WAITING,
        SENDING,
        CLOSED
    }

    /** Requests that may be queued, counted in messages of the decoder. */
    private static final int MAX_QUEUED = 1024;

    /** Timers keep to about a millisecond: what is due within half of one is due. */
    private static final long SLACK_NANOS = 500_000;

    private static final ByteBuf CONTINUE = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer().writeBytes("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));

    private final Service service;
    private final Pace pace;
    private final FaultBook faults;
    private final Meter meter;
    private final Queue<Object> queued = new ArrayDeque<>();

    private State state = State.IDLE;
    private long requestCount;

    // of the request under way
    private @Nullable Request request;
    private @Nullable RequestBody body;
    private @Nullable Fault fault;
    private boolean closesAfter;
    private long begunNanos;
    private long received;
    private @Nullable Future<?> timer;
    private @Nullable Answer answer;
    private @Nullable Sender sender;

    Connection(Service service, Pace pace, FaultBook faults, Meter meter) {
        this.service = service;
        this.pace = pace;
        this.faults = faults;
        this.meter = meter;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        meter.serving();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        meter.connectionsOpened.increment();
        meter.connectionsOpen.increment();
        ctx.fireChannelActive();
        // Reactor Netty reads when it is asked to, and nobody asks it here.
        ctx.channel().config().setAutoRead(true);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        meter.connectionsOpen.decrement();
        if (state != State.CLOSED && state != State.IDLE) {
            meter.cancelled.increment();
            meter.requestsOpen.decrement();
        }
        end();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset by the client, most likely; in any case nothing that can still be answered.
        ctx.close();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (state == State.SENDING && sender != null && !sender.isWaitingForTimer()) {
            send(ctx);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state != State.WAITING && state != State.SENDING) {
            read(ctx, message);
        } else if (queued.size() < MAX_QUEUED) {
            queued.add(message);
        } else {
            ReferenceCountUtil.release(message);
            ctx.close();
        }
    }

    private void read(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpRequest head && state == State.IDLE) {
                begin(ctx, head);
            }
            if (message instanceof HttpContent content && state == State.RECEIVING) {
                receive(ctx, content.content());
            }
            if (message instanceof LastHttpContent && state == State.RECEIVING) {
                received(ctx);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest head) {
        begunNanos = System.nanoTime();
        requestCount++;
        received = 0;
        closesAfter = !HttpUtil.isKeepAlive(head);
        state = State.RECEIVING;
        Request begun = understood(head);
        if (begun == null) {
            meter.request(Operation.OTHER);
            closesAfter = true;
            answer(ctx, Answer.failure(400, "BadRequest", false));
            return;
        }
        meter.request(begun.operation());
        request = begun;
        body = service.newBody(begun);
        fault = faults.next(begun.operation(), begun.key());
        if (isFault(Kind.RESET_REQUEST) && amount() == 0) {
            breakOff(ctx, true);
        } else if (HttpUtil.is100ContinueExpected(head)) {
            ctx.writeAndFlush(CONTINUE.duplicate());
        }
    }

    private static @Nullable Request understood(HttpRequest head) {
        try {
            return head.decoderResult().isSuccess() ? Request.of(head) : null;
        } catch (S3Failure malformed) {
            return null;
        }
    }

    private void receive(ChannelHandlerContext ctx, ByteBuf content) {
        int count = content.readableBytes();
        if (count > 0 && body != null) {
            received += count;
            meter.bytesReceived.add(count);
            body.add(content);
        }
        if (isFault(Kind.RESET_REQUEST) && amount() <= received) {
            breakOff(ctx, true);
        }
    }

    /** The request has come in full. */
    private void received(ChannelHandlerContext ctx) {
        Request request = this.request;
        if (request == null) {
            return;
        }
        state = State.WAITING;
        long firstByteNanos = pace.firstByteNanos(request.operation());
        if (isFault(Kind.DELAY)) {
            countFault();
            firstByteNanos += pace.scaled(amount());
        }
        if (!request.isRead() && !isFault(Kind.STATUS) && !isFault(Kind.DROPPED_REQUEST)) {
            carryOut(ctx);
        }
        // A body that came faster than the law lets it come is answered as if it had not.
        long stillComing = begunNanos + pace.transferNanos(received) - System.nanoTime();
        long wait = Math.max(0, stillComing) + firstByteNanos;
        if (wait < SLACK_NANOS) {
            due(ctx);
        } else {
            timer = ctx.executor().schedule(() -> due(ctx), wait, TimeUnit.NANOSECONDS);
        }
    }

    /** Makes the answer, if it was not made before. */
    private Answer carryOut(ChannelHandlerContext ctx) {
        Answer made = answer;
        if (made == null) {
            if (request == null || body == null) {
                throw new IllegalStateException("no request is under way");
            }
            made = service.answer(request, body, ctx.alloc());
            answer = made;
        }
        return made;
    }

    /** It is time for the first byte of the answer. */
    private void due(ChannelHandlerContext ctx) {
        if (isFault(Kind.STATUS)) {
            countFault();
            boolean isHead = request != null && request.isHead();
            answer(ctx, Answer.failure((int) amount(), fault == null ? "" : fault.code(), isHead));
        } else if (isFault(Kind.DROPPED_REQUEST)) {
            breakOff(ctx, false);
        } else if (isFault(Kind.LOST_ANSWER)) {
            carryOut(ctx);
            breakOff(ctx, false);
        } else if (isFault(Kind.SILENCE)) {
            carryOut(ctx);
            countFault();
        } else {
            answer(ctx, withWrongFacts(carryOut(ctx)));
        }
    }

    private Answer withWrongFacts(Answer right) {
        if (isFault(Kind.WRONG_LENGTH) && right.length() >= 0) {
            countFault();
            closesAfter = true;
            return right.withLength(Math.max(0, right.length() + amount()));
        }
        if (isFault(Kind.WRONG_ETAG) && right.etag() != null) {
            countFault();
            return right.withEtag("wrong-" + right.etag());
        }
        return right;
    }

    private void answer(ChannelHandlerContext ctx, Answer answer) {
        this.answer = answer;
        state = State.SENDING;
        meter.answer(answer.status());
        ByteBuf head = answer.head(ctx.alloc(), requestCount, closesAfter);
        if (isFault(Kind.CUT_HEAD) && amount() < head.readableBytes()) {
            ctx.write(head.slice(0, (int) amount()));
            breakOff(ctx, false);
            return;
        }
        long length = answer.body().length();
        boolean isWhole = !breaksBody() || amount() >= length;
        if (length == 0) {
            handedOver();
            ctx.writeAndFlush(head);
            next(ctx);
        } else {
            ctx.write(head);
            sender = new Sender(answer.body(), isWhole ? length : amount(), pace, meter, () -> {
                if (isWhole) {
                    handedOver();
                }
            });
            send(ctx);
        }
    }

    private void send(ChannelHandlerContext ctx) {
        if (sender == null || !sender.send(ctx, () -> send(ctx))) {
            return;
        }
        if (state == State.IDLE) {
            next(ctx);
        } else if (isFault(Kind.STALL_BODY)) {
            countFault();
            state = State.WAITING;
        } else {
            breakOff(ctx, isFault(Kind.RESET_BODY));
        }
    }

    /** The client may have all of the answer before this thread comes to its next line, so it is counted first. */
    private void handedOver() {
        meter.requestsOpen.decrement();
        state = State.IDLE;
    }

    private void next(ChannelHandlerContext ctx) {
        release();
        if (closesAfter) {
            state = State.CLOSED;
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        while (!queued.isEmpty() && state != State.WAITING && state != State.SENDING) {
            read(ctx, queued.remove());
        }
    }

    private void breakOff(ChannelHandlerContext ctx, boolean resets) {
        countFault();
        if (state == State.SENDING) {
            meter.cut.increment();
        }
        meter.requestsOpen.decrement();
        end();
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (resets) {
                // Closing with a linger time of 0 is how a socket is reset.
                ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            }
            ctx.close();
        });
    }

    private void end() {
        state = State.CLOSED;
        release();
        while (!queued.isEmpty()) {
            ReferenceCountUtil.release(queued.remove());
        }
    }

    /** Lets go of the request and its answer. What was handed over stays the channel's until it is written. */
    private void release() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        if (sender != null) {
            sender.cancel();
            sender = null;
        }
        if (answer != null) {
            answer.body().release();
            answer = null;
        }
        if (body != null) {
            body.release();
            body = null;
        }
        request = null;
        fault = null;
    }

    private boolean breaksBody() {
        return isFault(Kind.CUT_BODY) || isFault(Kind.RESET_BODY) || isFault(Kind.STALL_BODY);
    }

    private boolean isFault(Kind kind) {
        return fault != null && fault.kind() == kind;
    }

    private long amount() {
        return fault == null ? 0 : fault.amount();
    }

    private void countFault() {
        if (fault != null) {
            meter.fault(fault);
        }
    }
}
