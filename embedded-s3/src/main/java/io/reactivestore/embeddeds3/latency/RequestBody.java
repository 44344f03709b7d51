package io.reactivestore.embeddeds3.latency;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Collects the body of one request, within the memory that there is. Used by one thread. */
final class RequestBody {

    private static final int FIRST_BYTES = 1 << 10;

    private final Memory memory;
    private final @Nullable AwsChunked framing;
    private byte[] bytes = {};
    private int length;
    private @Nullable S3Failure failure;

    RequestBody(Request request, Memory memory) {
        this.memory = memory;
        String hash = request.header("x-amz-content-sha256");
        this.framing = hash != null && hash.startsWith("STREAMING-") ? new AwsChunked() : null;
        // Without a framing the length is known, and one array does.
        String announced = request.header(framing == null ? "content-length" : "x-amz-decoded-content-length");
        if (announced != null && announced.matches("\\d{1,9}")) {
            grow(Integer.parseInt(announced));
        }
    }

    void add(ByteBuf received) {
        try {
            while (failure == null && received.isReadable()) {
                ByteBuf data = framing == null ? received.readSlice(received.readableBytes()) : framing.next(received);
                append(data);
            }
        } catch (S3Failure malformed) {
            failure = malformed;
        }
    }

    /**
     * The whole body, whose memory is now the caller's to release.
     *
     * @throws S3Failure if it was malformed or too large; nothing is held then
     */
    byte[] take() {
        if (failure == null && framing != null && !framing.isComplete()) {
            failure = new S3Failure(400, "IncompleteBody");
        }
        if (failure != null) {
            release();
            throw failure;
        }
        memory.release(bytes.length - length);
        byte[] taken = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        bytes = new byte[0];
        length = 0;
        return taken;
    }

    /** Gives up what was collected. */
    void release() {
        memory.release(bytes.length);
        bytes = new byte[0];
        length = 0;
    }

    private void append(ByteBuf data) {
        int count = data.readableBytes();
        long needed = (long) length + count;
        if (needed > bytes.length) {
            grow(Math.max(needed, Math.max(FIRST_BYTES, Math.min(2L * bytes.length, Integer.MAX_VALUE - 8))));
        }
        if (failure == null) {
            data.readBytes(bytes, length, count);
            length += count;
        }
    }

    private void grow(long size) {
        if (size > Integer.MAX_VALUE - 8 || !memory.reserve(size - bytes.length)) {
            failure = new S3Failure(400, "EntityTooLarge");
            release();
        } else {
            bytes = Arrays.copyOf(bytes, (int) size);
        }
    }
}
