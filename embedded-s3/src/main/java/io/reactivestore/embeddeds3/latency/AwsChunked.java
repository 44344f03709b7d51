package io.reactivestore.embeddeds3.latency;

import io.netty.buffer.ByteBuf;

/**
 * Takes the framing off a body that was sent in signed or checksummed chunks. What follows the last chunk is left out.
 *
 * @source Amazon S3 API Reference, "Signature calculations: transferring a payload in multiple chunks"
 */
final class AwsChunked {
    /*
     *   SIZE --line--> DATA --all bytes--> BREAK --line end--> SIZE
     *   SIZE --line of size 0--> TRAILER (to the end)
     */

    private enum State {
        SIZE,
        DATA,
        BREAK,
        TRAILER
    }

    private State state = State.SIZE;
    private long left;
    private boolean sizeEnded;

    /**
     * The next piece of data, a view of {@code framed}, which is read up to behind it.
     *
     * @return an empty view when {@code framed} has no more
     * @throws S3Failure if this is no such framing
     */
    ByteBuf next(ByteBuf framed) {
        while (framed.isReadable()) {
            switch (state) {
                case SIZE -> size(framed.readByte());
                case BREAK -> state = framed.readByte() == '\n' ? State.SIZE : State.BREAK;
                case TRAILER -> framed.skipBytes(framed.readableBytes());
                case DATA -> {
                    int count = (int) Math.min(left, framed.readableBytes());
                    left -= count;
                    state = left == 0 ? State.BREAK : State.DATA;
                    return framed.readSlice(count);
                }
            }
        }
        return framed.readSlice(0);
    }

    boolean isComplete() {
        return state == State.TRAILER;
    }

    private void size(byte c) {
        int digit = Character.digit(c, 16);
        if (c == '\n') {
            state = left == 0 ? State.TRAILER : State.DATA;
            sizeEnded = false;
        } else if (!sizeEnded && digit >= 0 && left < 1L << 40) {
            left = left << 4 | digit;
        } else if (c == ';' || c == '\r') {
            sizeEnded = true; // what stands between is a signature
        } else if (!sizeEnded) {
            throw new S3Failure(400, "IncompleteBody");
        }
    }
}
