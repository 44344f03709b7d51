package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.Span;
import io.reactivestore.cache.BlockLoads.Arrived;
import io.reactivestore.internal.Emission;
import io.reactivestore.internal.Lifecycle;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.ContextView;

/** Bytes of an object that is kept in blocks: from memory, else from blocks under way, which it asks for some way ahead. */
final class BlockBody extends Flux<ByteBuffer> {

    private final ObjectInfo info;
    private final Span span;
    private final int chunkBytes;
    private final BlockLoads loads;
    private final Lifecycle lifecycle;
    private final Scheduler delivery;

    BlockBody(ObjectInfo info, Span span, int chunkBytes, BlockLoads loads, Lifecycle lifecycle, Scheduler delivery) {
        this.info = info;
        this.span = span;
        this.chunkBytes = chunkBytes;
        this.loads = loads;
        this.lifecycle = lifecycle;
        this.delivery = delivery;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuffer> actual) {
        Reading reading = new Reading(actual);
        actual.onSubscribe(reading);
        reading.drain(); // the end of nothing needs no demand
    }

    private final class Reading extends Emission<ByteBuffer> implements BlockLoads.Waiter {
        /*
         * How it works. It goes through its blocks in order. Blocks up to `wantedTo` have been asked for, or were in memory then; once half of
         * `ahead` is used up it asks for more, and doubles `ahead`. What has come and is not due yet is in `arrived`, and held there
         * while there is demand; without demand it is left to memory. What memory has let go by then is asked for again.
         *
         *   state               written by            guard               seen by others
         *   inbox, failure      the parts             queue, volatile     in the next round
         *   released            release               volatile            at once: who adds to the inbox empties it then
         *   all else            rounds                see Emission        -
         */

        private final BlocksSpec.Settings blocks = loads.settings();
        private final Queue<Delivered> inbox = new ConcurrentLinkedQueue<>();
        private final Map<Long, Arrived> arrived = new HashMap<>();
        private final Set<Long> awaited = new HashSet<>();
        private volatile @Nullable Throwable failure;
        private volatile boolean released;
        private long position = span.start();
        private long wantedTo = span.start() / blocks.blockBytes();
        private long ahead = blocks.firstBytes(span.end() == info.size());
        private @Nullable ByteBuffer block;
        private @Nullable Arrived blockOf;

        Reading(CoreSubscriber<? super ByteBuffer> actual) {
            super(actual);
        }

        @Override
        protected void round() {
            takeInbox();
            while (!isCancelled()) {
                if (position == span.end()) {
                    complete();
                    return;
                }
                long index = position / blocks.blockBytes();
                Throwable error = failure;
                if (error != null && find(index) == null) {
                    fail(error);
                    return;
                }
                if (demand() == 0) {
                    leaveToMemory();
                    return;
                }
                lifecycle.requireOpen("get", info.key());
                ByteBuffer present = find(index);
                if (error == null) {
                    lookAhead(index, present == null);
                    present = find(index);
                }
                if (present != null) {
                    emit(index, present);
                } else if (awaited.contains(index)) {
                    return;
                }
                takeInbox();
            }
        }

        private void emit(long index, ByteBuffer present) {
            long start = index * blocks.blockBytes();
            long end = Math.min(span.end(), start + present.remaining());
            int length = (int) Math.min(chunkBytes, end - position);
            int offset = (int) (position - start);
            position += length;
            if (position == end) {
                letGo();
            }
            give(present.slice(offset, length));
        }

        /** The bytes of the block that is due, if they are here. */
        private @Nullable ByteBuffer find(long index) {
            if (block != null) {
                return block;
            }
            Arrived come = arrived.remove(index);
            blockOf = come;
            block = come != null ? come.bytes : loads.block(info, index);
            return block;
        }

        private void lookAhead(long index, boolean isMissing) {
            boolean isLost = isMissing && !awaited.contains(index);
            if (!isLost && (wantedTo - index) * blocks.blockBytes() > ahead / 2) {
                return;
            }
            long from = isLost ? index : Math.max(index, wantedTo);
            long end = blocks.blocks(Math.min(span.end(), position + ahead));
            if (from < end) {
                wantedTo = Math.max(
                        wantedTo,
                        loads.want(info, from, end, arrived::containsKey, this, (block, tier) -> awaited.add(block)));
                ahead = Math.min(2 * ahead, blocks.readAheadBytes());
            }
        }

        private void leaveToMemory() {
            if (failure != null) {
                return;
            }
            arrived.entrySet().removeIf(held -> {
                boolean isKept = loads.isInMemory(info, held.getKey());
                if (isKept) {
                    held.getValue().release();
                }
                return isKept;
            });
        }

        private void letGo() {
            if (blockOf != null) {
                blockOf.release();
            }
            block = null;
            blockOf = null;
        }

        private void takeInbox() {
            for (Delivered next = inbox.poll(); next != null; next = inbox.poll()) {
                awaited.remove(next.index);
                Arrived before = arrived.put(next.index, next.block);
                if (before != null) {
                    before.release();
                }
            }
        }

        @Override
        protected void release() {
            released = true;
            loads.leave(info, awaited, this, true);
            letGo();
            arrived.values().forEach(Arrived::release);
            arrived.clear();
            emptyInbox();
        }

        private void emptyInbox() {
            for (Delivered next = inbox.poll(); next != null; next = inbox.poll()) {
                next.block.release();
            }
        }

        @Override
        public ContextView contextView() {
            return context();
        }

        @Override
        public void arrived(long index, Arrived block) {
            inbox.add(new Delivered(index, block));
            if (released) {
                emptyInbox();
                return;
            }
            delivery.schedule(this::drain);
        }

        @Override
        public void failed(Throwable error) {
            failure = error;
            delivery.schedule(this::drain);
        }
    }

    private record Delivered(long index, Arrived block) {}
}
