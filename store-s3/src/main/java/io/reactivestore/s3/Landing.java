package io.reactivestore.s3;

import java.nio.ByteBuffer;

/**
 * Where the bytes of a part go, in their order. After a part was resumed, the attempt that was given up may still put a piece that the
 * next one brings again: these are the same bytes, for both are of one version.
 */
interface Landing {

    /** Each part whole in an array of its own. */
    Landings IN_ARRAYS = (info, span) -> new InArray((int) span.length());

    /**
     * Copies the next bytes, or some that are here already.
     *
     * @param at where in the part they belong; not behind a gap
     * @param from has them at its position, which stays as it is
     * @param count how many
     */
    void put(int at, ByteBuffer from, int count);

    /** A part that is of use when it is whole. */
    final class InArray implements Landing {

        private final byte[] bytes;

        InArray(int length) {
            bytes = new byte[length];
        }

        byte[] bytes() {
            return bytes;
        }

        @Override
        public void put(int at, ByteBuffer from, int count) {
            from.get(from.position(), bytes, at, count);
        }
    }

    /** A part that is handed on chunk by chunk, each in an array of its own. */
    final class InChunks implements Landing {

        /** Takes chunks as they are filled. Called under a lock: it does no more than note them. */
        interface Taker {

            /** Takes the chunk that begins so far into the part. */
            void take(int at, ByteBuffer chunk);
        }

        private final int length;
        private final int chunkBytes;
        private final Taker taker;
        private byte[] chunk;
        private int begin;
        private int landed;

        InChunks(int length, int chunkBytes, Taker taker) {
            this.length = length;
            this.chunkBytes = chunkBytes;
            this.taker = taker;
            this.chunk = next();
        }

        private byte[] next() {
            return new byte[Math.min(chunkBytes, length - begin)];
        }

        @Override
        public synchronized void put(int at, ByteBuffer from, int count) {
            int end = at + count;
            while (landed < end) {
                int piece = Math.min(end, begin + chunk.length) - landed;
                from.get(from.position() + landed - at, chunk, landed - begin, piece);
                landed += piece;
                if (landed == begin + chunk.length) {
                    ByteBuffer full = ByteBuffer.wrap(chunk).asReadOnlyBuffer();
                    int beginning = begin;
                    begin = landed;
                    chunk = next();
                    taker.take(beginning, full);
                }
            }
        }
    }
}
