package io.reactivestore.embeddeds3.latency;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/** Bytes that can be sent, any number of times, from any place on. */
interface Body {

    long length();

    /** At least one and at most {@code max} bytes from {@code offset} on, for the caller to release. Nothing is copied. */
    ByteBuf slice(long offset, int max);

    /** Gives back what it holds. Only a page of a listing holds something. */
    default void release() {}

    final class Bytes implements Body {

        static final Bytes EMPTY = new Bytes(new byte[0]);

        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public ByteBuf slice(long offset, int max) {
            return Unpooled.wrappedBuffer(bytes, (int) offset, Math.min(max, bytes.length - (int) offset));
        }
    }

    /** Has taken over the buffer. */
    record Page(ByteBuf buffer) implements Body {
        @Override
        public long length() {
            return buffer.readableBytes();
        }

        @Override
        public ByteBuf slice(long offset, int max) {
            return buffer.retainedSlice((int) offset, Math.min(max, buffer.readableBytes() - (int) offset));
        }

        @Override
        public void release() {
            buffer.release();
        }
    }

    /**
     * A virtual object.
     *
     * @param phase where in {@link VirtualContent} it begins
     */
    record Virtual(int phase, long length) implements Body {
        @Override
        public ByteBuf slice(long offset, int max) {
            return VirtualContent.slice(phase, offset, (int) Math.min(max, length - offset));
        }
    }

    record Range(Body whole, long from, long length) implements Body {
        @Override
        public ByteBuf slice(long offset, int max) {
            return whole.slice(from + offset, (int) Math.min(max, length - offset));
        }
    }

    /** One behind the other, none of them empty. */
    record Joined(List<Body> parts, long length) implements Body {
        @Override
        public ByteBuf slice(long offset, int max) {
            long before = 0;
            for (Body part : parts) {
                if (offset < before + part.length()) {
                    return part.slice(offset - before, max);
                }
                before += part.length();
            }
            throw new IndexOutOfBoundsException("offset " + offset + " of " + length);
        }
    }

    static Body joined(List<Body> parts) {
        List<Body> filled = parts.stream().filter(part -> part.length() > 0).toList();
        return switch (filled.size()) {
            case 0 -> Bytes.EMPTY;
            case 1 -> filled.get(0);
            default ->
                new Joined(filled, filled.stream().mapToLong(Body::length).sum());
        };
    }
}
