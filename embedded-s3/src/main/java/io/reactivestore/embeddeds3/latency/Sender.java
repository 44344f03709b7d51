package io.reactivestore.embeddeds3.latency;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Hands one body to a channel, as fast as the law lets it go and the client takes it. Belongs to the channel's event loop. */
final class Sender {
    /*
     * How it works. Each piece is due when the connection, at the rate of the law, would have carried the last byte of it. A piece
     * goes when it is due and the channel is writable; there is at most one timer.
     */

    /** A timer comes up to a millisecond late: what is due within half of one is sent now. */
    private static final long SLACK_NANOS = 500_000;

    /** What was sent too late may be made up for, but not more of it: a client that stops reading gets no burst afterwards. */
    private static final long CATCH_UP_NANOS = 20_000_000;

    private final Body body;
    private final long end;
    private final Pace pace;
    private final Meter meter;
    private final Runnable beforeLast;

    private long sent;
    private long linkFreeNanos = System.nanoTime();
    private @Nullable Future<?> timer;

    /**
     * Sends nothing yet.
     *
     * @param end how many bytes to send
     * @param beforeLast runs before the client can have all of them
     */
    Sender(Body body, long end, Pace pace, Meter meter, Runnable beforeLast) {
        this.body = body;
        this.end = end;
        this.pace = pace;
        this.meter = meter;
        this.beforeLast = beforeLast;
    }

    /**
     * Sends what is due.
     *
     * @param again to be run when more is due
     * @return whether all was handed over; if not, {@code again} will be run, or the channel will become writable
     */
    @SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel, which its handler sees
    boolean send(ChannelHandlerContext ctx, Runnable again) {
        while (sent < end) {
            if (!ctx.channel().isWritable()) {
                ctx.flush();
                if (!ctx.channel().isWritable()) {
                    return false;
                }
            }
            int step = (int) Math.min(pace.stepBytes(), end - sent);
            if (!pace.isUnlimited()) {
                long now = System.nanoTime();
                long due = linkFreeNanos + pace.transferNanos(step);
                if (due - now > SLACK_NANOS) {
                    ctx.flush();
                    timer = ctx.executor().schedule(again, due - now, TimeUnit.NANOSECONDS);
                    return false;
                }
                linkFreeNanos = Math.max(due, now - CATCH_UP_NANOS);
            }
            write(ctx, body.slice(sent, step));
        }
        ctx.flush();
        return true;
    }

    boolean isWaitingForTimer() {
        return timer != null && !timer.isDone();
    }

    void cancel() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored")
    private void write(ChannelHandlerContext ctx, ByteBuf piece) {
        int count = piece.readableBytes();
        sent += count;
        meter.bytesSent.add(count);
        if (sent == end) {
            beforeLast.run();
        }
        ctx.write(piece).addListener(written -> {
            if (!written.isSuccess()) {
                meter.bytesSent.add(-count);
            }
        });
    }
}
