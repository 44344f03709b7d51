package io.reactivestore.cache;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.internal.Buffers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The blocks under way: who wants one that another has asked for waits for that, and what nobody has asked for is asked for in parts. */
final class BlockLoads {
    /*
     * How it works. A part is one request for blocks that lie side by side. Each of its blocks is in the map until it has come, and has
     * waiters of its own.
     *
     *   block   absent --wanted--> under way --its last byte--> kept in memory, then absent, then its waiters are told
     *                              under way --the part fails, or is cancelled--> absent
     *   part    begun --all blocks have come--> over
     *           begun --error, short body, close--> over (waiters of what has not come are told)
     *           begun --a waiter leaves, and no other is left--> over (cancelled)
     *
     * Whoever finds a block neither in the map nor, after that, in memory asks for it: so each block is asked for once. A part that nobody waits for any
     * more, and that nobody has left, goes on: it is one part, and those it was begun for are about to come.
     *
     * Bytes of the budget are taken before a part is begun and given back block by block: by the last waiter that lets go of its bytes.
     *
     *   state                         written by                       guard       seen by others
     *   underWay, waiters, counted    want, seed, leave, arrive, end   this        at once
     *   block, filled, index          the signals of a part's body     one after the other
     *   Arrived.holders               its waiters                      atomic      at once; at 0 the budget has its bytes back
     *
     * Lock order: this, then memory. No waiter is told anything, and nothing is asked or cancelled, while the lock is held.
     */

    /** Somebody who waits for blocks. Told on the thread of the source: it does no more than note it. */
    interface Waiter {
        void arrived(long index, Arrived block);

        void failed(Throwable error);
    }

    private final BlocksSpec.Settings settings;
    private final Store source;
    private final Memory memory;
    private final Fence fence;
    private final Removals removals;
    private final ByteBudget budget;
    private final StatsRecorder stats;
    private final Map<BlockKey, Pending> underWay = new HashMap<>();
    private boolean closed;

    BlockLoads(
            BlocksSpec.Settings settings,
            Store source,
            Memory memory,
            Fence fence,
            Removals removals,
            ByteBudget budget,
            StatsRecorder stats) {
        this.settings = settings;
        this.source = source;
        this.memory = memory;
        this.fence = fence;
        this.removals = removals;
        this.budget = budget;
        this.stats = stats;
    }

    BlocksSpec.Settings settings() {
        return settings;
    }

    MemoryTier memory() {
        return memory.copies();
    }

    /** How many blocks are under way. */
    synchronized int underWay() {
        return underWay.size();
    }

    static BlockKey keyOf(ObjectInfo info, long index) {
        return new BlockKey(info.key(), info.etag(), index);
    }

    /**
     * Sees to it that blocks are here or come: joins those under way, and begins parts for those that are missing. Ends early when
     * there is no room for more; one block is asked for all the same if there is nothing to wait for without it.
     *
     * @param first the first block, {@code end} the one after the last
     * @param held tells of blocks that the waiter has by itself
     * @param joined hears of each block that the waiter will be told of
     * @return the block after the last that was seen to
     */
    long want(ObjectInfo info, long first, long end, LongPredicate held, Waiter waiter, LongConsumer joined) {
        List<Part> begun = new ArrayList<>();
        long index = first;
        boolean waits = false;
        synchronized (this) {
            requireOpen(info.key());
            while (index < end) {
                Pending present = underWay.get(keyOf(info, index));
                if (present != null) {
                    join(present, waiter);
                    joined.accept(index++);
                    waits = true;
                } else if (held.test(index) || memory().hasBlock(keyOf(info, index))) {
                    index++;
                } else {
                    Part part = begin(info, index, missing(info, index, end, held), !waits);
                    if (part == null) {
                        break;
                    }
                    begun.add(part);
                    for (Pending block : part.blocks) {
                        join(block, waiter);
                        joined.accept(index++);
                    }
                    waits = true;
                }
            }
        }
        begun.forEach(Part::ask);
        return index;
    }

    /** The end of a stretch of missing blocks, no longer than a part. */
    private long missing(ObjectInfo info, long first, long end, LongPredicate held) {
        long most = Math.min(end, first + settings.partBytes() / settings.blockBytes());
        long index = first + 1;
        while (index < most
                && !held.test(index)
                && !underWay.containsKey(keyOf(info, index))
                && !memory().hasBlock(keyOf(info, index))) {
            index++;
        }
        return index;
    }

    /** As many blocks as there is room for; null if that is none and there need not be one. */
    private @Nullable Part begin(ObjectInfo info, long first, long end, boolean atLeastOne) {
        long count = end - first;
        while (count > 0 && !budget.take(bytes(info, first, first + count))) {
            count /= 2;
        }
        if (count == 0 && !atLeastOne) {
            return null;
        }
        boolean counted = count > 0;
        Part part = new Part(info, first, first);
        for (long index = first; index < first + Math.max(1, count); index++) {
            part.add(index, counted);
        }
        return part;
    }

    private long bytes(ObjectInfo info, long first, long end) {
        return settings.endOf(end - 1, info.size()) - first * settings.blockBytes();
    }

    private static void join(Pending block, Waiter waiter) {
        if (block.waiters.add(waiter)) {
            block.part.waiting++;
        }
    }

    /**
     * Takes the blocks out of an answer that has come already. Its bytes are read now, whoever waits for them.
     *
     * @param share what was taken of the budget for it; given back as its blocks come
     */
    void seed(StoredObject object, ByteBudget.Share share) {
        ObjectInfo info = object.info();
        Span span = object.span();
        long first = settings.blocks(span.start());
        long end = span.end() == info.size() ? settings.blocks(info.size()) : span.end() / settings.blockBytes();
        Part part;
        synchronized (this) {
            if (closed) {
                return;
            }
            long room = share.handOver();
            part = new Part(info, first, first);
            part.skip = first * settings.blockBytes() - span.start();
            for (long index = first; index < end; index++) {
                BlockKey key = keyOf(info, index);
                long length = bytes(info, index, index + 1);
                if (underWay.containsKey(key) || memory().hasBlock(key)) {
                    part.pass(index);
                } else {
                    part.add(index, length <= room);
                    room -= length <= room ? length : 0;
                }
            }
            budget.give(room);
            if (part.isOver()) {
                return;
            }
        }
        part.feed(object.body());
    }

    /**
     * Somebody waits no longer.
     *
     * @param gaveUp whether a part that nobody is left to wait for is cancelled
     */
    void leave(ObjectInfo info, Collection<Long> indexes, Waiter waiter, boolean gaveUp) {
        List<Part> abandoned = new ArrayList<>();
        synchronized (this) {
            for (long index : indexes) {
                Pending block = underWay.get(keyOf(info, index));
                if (block != null && block.waiters.remove(waiter) && --block.part.waiting == 0 && gaveUp) {
                    block.part.end();
                    abandoned.add(block.part);
                }
            }
        }
        abandoned.forEach(part -> part.running.dispose());
    }

    /** Ends everything; those who wait are told that the store is closed. */
    void close() {
        Set<Part> parts = new LinkedHashSet<>();
        synchronized (this) {
            closed = true;
            underWay.values().forEach(block -> parts.add(block.part));
        }
        for (Part part : parts) {
            part.running.dispose();
            part.tell(new StoreClosedException("get", part.info.key()));
        }
    }

    private void requireOpen(String key) {
        if (closed) {
            throw new StoreClosedException("get", key);
        }
    }

    /** The bytes of a block for those who have waited for it. */
    final class Arrived {

        final ByteBuffer bytes;
        private final long counted;
        private final AtomicInteger holders;

        private Arrived(ByteBuffer bytes, long counted, int holders) {
            this.bytes = bytes;
            this.counted = counted;
            this.holders = new AtomicInteger(holders);
        }

        /** One of them needs it no more; to be said once by each. */
        void release() {
            if (holders.decrementAndGet() == 0) {
                budget.give(counted);
            }
        }
    }

    private static final class Pending {
        final Part part;
        final BlockKey key;
        long counted;
        Set<Waiter> waiters = new LinkedHashSet<>(2);

        Pending(Part part, BlockKey key, long counted) {
            this.part = part;
            this.key = key;
            this.counted = counted;
        }
    }

    /** One request for blocks that lie side by side. */
    private final class Part {

        final ObjectInfo info;
        final Pass pass;
        final List<Pending> blocks = new ArrayList<>();
        final Disposable.Swap running = Disposables.swap();
        int waiting;
        long skip;
        private final long first;
        private long end;
        private long index;
        private byte @Nullable [] block;
        private int filled;

        Part(ObjectInfo info, long first, long end) {
            this.info = info;
            this.first = first;
            this.end = end;
            this.index = first;
            this.pass = fence.pass(info.key());
        }

        void add(long index, boolean isCounted) {
            BlockKey key = keyOf(info, index);
            Pending added = new Pending(this, key, isCounted ? bytes(info, index, index + 1) : 0);
            underWay.put(key, added);
            blocks.add(added);
            end = index + 1;
        }

        /** A block that somebody else asks for, or has. */
        void pass(long index) {
            end = index + 1;
        }

        /** Under the lock. */
        boolean isOver() {
            return blocks.stream().noneMatch(block -> underWay.get(block.key) == block);
        }

        void ask() {
            long start = first * settings.blockBytes();
            ReadOptions options = ReadOptions.defaults()
                    .withMode(ReadMode.SOURCE_ONLY)
                    .withRange(ByteRange.of(start, settings.endOf(end - 1, info.size())))
                    .withFirstPartBytes(bytes(info, first, end))
                    .withIfMatch(info.etag());
            stats.loads.increment();
            feed(Flux.defer(() -> source.get(info.key(), options)
                    .switchIfEmpty(Mono.error(() -> new ObjectNotFoundException("get", info.key())))
                    .flatMapMany(this::body)));
        }

        private Flux<ByteBuffer> body(StoredObject object) {
            Span wanted = new Span(first * settings.blockBytes(), settings.endOf(end - 1, info.size()));
            if (!object.info().etag().equals(info.etag()) || object.info().size() != info.size()) {
                return Flux.error(changed(null));
            }
            return object.span().equals(wanted)
                    ? object.body()
                    : Flux.error(new StoreCorruptException(
                            "get", info.key(), "asked for " + wanted + ", got " + object.span(), true, null));
        }

        void feed(Flux<ByteBuffer> body) {
            running.update(body.subscribe(this::take, this::fail, this::complete));
        }

        private void take(ByteBuffer chunk) {
            ByteBuffer rest = chunk.duplicate();
            int skipped = (int) Math.min(skip, rest.remaining());
            rest.position(rest.position() + skipped);
            skip -= skipped;
            while (rest.hasRemaining() && index < end) {
                byte[] present = block;
                if (present == null) {
                    present = new byte[(int) bytes(info, index, index + 1)];
                    block = present;
                    filled = 0;
                }
                int length = Math.min(rest.remaining(), present.length - filled);
                rest.get(present, filled, length);
                filled += length;
                if (filled == present.length) {
                    block = null;
                    arrive(index++, Buffers.wrap(present));
                }
            }
        }

        private void arrive(long index, ByteBuffer bytes) {
            BlockKey key = keyOf(info, index);
            Pending mine;
            Set<Waiter> told;
            long counted;
            synchronized (BlockLoads.this) {
                mine = underWay.get(key);
                if (mine == null || mine.part != this) {
                    return;
                }
                memory().putBlock(key, bytes);
                underWay.remove(key);
                told = mine.waiters;
                mine.waiters = Set.of();
                waiting -= told.size();
                counted = mine.counted;
            }
            Arrived arrived = new Arrived(bytes, counted, Math.max(1, told.size()));
            if (told.isEmpty()) {
                arrived.release();
            }
            told.forEach(waiter -> waiter.arrived(index, arrived));
        }

        private void complete() {
            synchronized (BlockLoads.this) {
                if (isOver()) {
                    return;
                }
            }
            fail(new StoreCorruptException("get", info.key(), "the body has ended before block " + index, true, null));
        }

        private void fail(Throwable error) {
            stats.loadFailures.increment();
            if (error instanceof ObjectNotFoundException) {
                removals.dropIfKept(info.key(), pass, null, null);
                tell(changed(error));
            } else if (error instanceof PreconditionFailedException
                    || error instanceof ObjectChangedException
                    || error instanceof RangeNotSatisfiableException) {
                removals.dropReplaced(info.key(), pass, info.etag());
                tell(changed(error));
            } else {
                tell(error);
            }
        }

        private ObjectChangedException changed(@Nullable Throwable cause) {
            return new ObjectChangedException(
                    "get", info.key(), "no longer the object with etag " + info.etag(), cause);
        }

        private void tell(Throwable error) {
            Set<Waiter> told;
            synchronized (BlockLoads.this) {
                told = end();
            }
            told.forEach(waiter -> waiter.failed(error));
        }

        /** Forgets what has not come; under the lock. Gives those who wait for it. */
        private Set<Waiter> end() {
            Set<Waiter> left = new LinkedHashSet<>();
            for (Pending block : blocks) {
                if (underWay.remove(block.key, block)) {
                    budget.give(block.counted);
                    left.addAll(block.waiters);
                    block.waiters = Set.of();
                }
            }
            waiting = 0;
            return left;
        }
    }
}
