package io.reactivestore.cache;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
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
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The blocks under way: who wants one that another has asked for waits for that, and what nobody has asked for is asked for in parts,
 * of a tier that has them, or of the source.
 */
final class BlockLoads {
    /*
     * How it works. A part is some blocks that lie side by side and come from one place: of the source they are one request, of a tier
     * they are read one by one, a few at a time. Each of its blocks is in the map until it has come, and has waiters of its own.
     *
     *   block   absent --wanted--> under way --its last byte--> kept in memory, then absent, then its waiters are told
     *                              under way --the tier has it no more--> under way in another part, with its waiters
     *                              under way --the part fails, or is cancelled--> absent
     *   part    begun --all blocks have come--> over; what is read for it ends by itself, or with the close
     *           begun (source) --error, short body, close--> over (waiters of what has not come are told)
     *           begun (tier) --all read, or a block does not come that the tier says to have--> over (what has not come is in other parts)
     *           begun --a waiter leaves, and no other is left--> over (cancelled), or still begun if it is to be finished and kept
     *
     * A tier may not have what it seemed to: the block was evicted, is damaged, or is hidden. If it knows that now, the rest is read all
     * the same, and then whoever is next asked for what it has not. If it says that it still has it, it is in trouble, or what it has is of
     * no use: then the source is asked for all that is left. No block is asked for again where it has just not been.
     *
     * What the source gives is handed to the tiers, which write it behind the readers or do not; what a tier gives is not. Of objects that
     * could be kept whole they get no blocks: they get the whole, once it is loaded.
     *
     * Whoever finds a block neither in the map nor, after that, in memory asks for it: so each block is asked for once. A part that nobody waits for any
     * more, and that nobody has left, goes on: it is one part, and those it was begun for are about to come.
     *
     * A part that everybody has left and that is finished all the same is read to its end, but no other is begun for what its tier has not.
     *
     * Each part is a load of its own to the listener, which hears of a waiter once for each part, and of the end before the last waiters are told. What a
     * load of the whole has handed over is none: its load was told, and its body is read on under the same Context.
     *
     * Bytes of the budget are taken before a part is begun and given back block by block: by the last waiter that lets go of its bytes.
     *
     *   state                         written by                       guard       seen by others
     *   underWay, open, waiters,      want, seed, leave, arrive, end,  this        at once
     *   counted                       handOn, isRead
     *   isAbandoned                   leave, want                      this        at once
     *   block, filled, index          the signals of a part's body     one after the other
     *   Arrived.holders               its waiters                      atomic      at once; at 0 the budget has its bytes back
     *
     * Lock order: this, then the fence, memory, the index of a tier, or a HeardLoad. Neither waiters nor the listener are told anything, and
     * nothing is asked or cancelled, while the lock is held.
     *
     * It is one file, since parts and the map of their blocks change together, under one lock.
     */

    /** Somebody who waits for blocks. Told on the thread of the source or the tier: it does no more than note it. */
    interface Waiter {
        /** What the listener is told of it. */
        ContextView contextView();

        void arrived(long index, Arrived block);

        void failed(Throwable error);
    }

    /** Hears of each block that a waiter will be told of, and where it comes from: null for the source. Under the lock. */
    interface Joined {
        void block(long index, @Nullable Tier from);
    }

    /** How many blocks of a part are read from a tier at a time: enough for its disk to be busy while one is checked. */
    private static final int TIER_READS = 4;

    /** Stands for a block that is not there: none is empty. */
    private static final ByteBuffer NOT_THERE = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final BlocksSpec.Settings settings;
    private final Store source;
    private final Memory memory;
    private final Tier[] tiers;
    private final long maxEntryBytes;
    private final Fence fence;
    private final Removals removals;
    private final ByteBudget budget;
    private final StatsRecorder stats;
    private final boolean finishAlone;
    private final @Nullable LoadListener listener;
    private final Map<BlockKey, Pending> underWay = new HashMap<>();
    private final Set<Part> open = new HashSet<>();
    private boolean closed;

    /**
     * @param maxEntryBytes larger objects are in blocks in the tiers too
     * @param finishAlone whether a part that everybody has left is finished and kept
     * @param listener hears of parts; null if nobody does
     */
    BlockLoads(
            BlocksSpec.Settings settings,
            Store source,
            Memory memory,
            List<Tier> tiers,
            long maxEntryBytes,
            Fence fence,
            Removals removals,
            ByteBudget budget,
            StatsRecorder stats,
            boolean finishAlone,
            @Nullable LoadListener listener) {
        this.settings = settings;
        this.source = source;
        this.memory = memory;
        this.tiers = tiers.toArray(Tier[]::new);
        this.maxEntryBytes = maxEntryBytes;
        this.fence = fence;
        this.removals = removals;
        this.budget = budget;
        this.stats = stats;
        this.finishAlone = finishAlone;
        this.listener = listener;
    }

    BlocksSpec.Settings settings() {
        return settings;
    }

    private MemoryTier memory() {
        return memory.copies();
    }

    /** A block in memory, for a reader: it counts as used there, and in the tiers. Null if it is not there. */
    @Nullable ByteBuffer block(ObjectInfo info, long index) {
        ByteBuffer present = memory().block(keyOf(info, index));
        if (present != null) {
            for (Tier tier : tiers) {
                tier.blockUsedInMemory(info, index * settings.blockBytes());
            }
        }
        return present;
    }

    boolean isInMemory(ObjectInfo info, long index) {
        return memory().hasBlock(keyOf(info, index));
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
     * @return the block after the last that was seen to
     */
    long want(ObjectInfo info, long first, long end, LongPredicate held, Waiter waiter, Joined joined) {
        List<Part> begun = new ArrayList<>();
        Set<Part> shared = new LinkedHashSet<>();
        long index = first;
        boolean waits = false;
        synchronized (this) {
            requireOpen(info.key());
            while (index < end) {
                Pending present = underWay.get(keyOf(info, index));
                if (present != null) {
                    join(present, waiter);
                    shared.add(present.part);
                    joined.block(index++, present.part.from);
                    waits = true;
                } else if (held.test(index) || isInMemory(info, index)) {
                    index++;
                } else {
                    Tier from = below(info, index);
                    Part part = begin(info, from, index, missing(info, from, index, end, held), !waits);
                    if (part == null) {
                        break;
                    }
                    begun.add(part);
                    for (Pending block : part.blocks) {
                        join(block, waiter);
                        joined.block(index++, from);
                    }
                    waits = true;
                }
            }
        }
        shared.forEach(part -> part.heard.tellWaiters());
        begun.forEach(Part::ask);
        return index;
    }

    /** Who has a block that memory has not; null if it is for the source to say. */
    private @Nullable Tier below(ObjectInfo info, long index) {
        for (Tier tier : tiers) {
            if (tier.mayHoldBlock(info, index * settings.blockBytes())) {
                return tier;
            }
        }
        return null;
    }

    /** Where the bytes of a block are: in memory, in a tier, or at the source. */
    String heldIn(ObjectInfo info, long index) {
        if (isInMemory(info, index)) {
            return Served.MEMORY;
        }
        Tier tier = below(info, index);
        return tier == null ? Served.SOURCE : tier.name();
    }

    /** The end of a stretch of missing blocks from the same place, no longer than a part. */
    private long missing(ObjectInfo info, @Nullable Tier from, long first, long end, LongPredicate held) {
        long most = Math.min(end, first + settings.partBytes() / settings.blockBytes());
        long index = first + 1;
        while (index < most
                && !held.test(index)
                && !underWay.containsKey(keyOf(info, index))
                && !isInMemory(info, index)
                && below(info, index) == from) {
            index++;
        }
        return index;
    }

    /** As many blocks as there is room for; null if that is none and there need not be one. */
    private @Nullable Part begin(ObjectInfo info, @Nullable Tier from, long first, long end, boolean atLeastOne) {
        long count = end - first;
        while (count > 0 && !budget.take(bytes(info, first, first + count))) {
            count /= 2;
        }
        if (count == 0 && !atLeastOne) {
            return null;
        }
        boolean counted = count > 0;
        Part part = new Part(info, from, fence.pass(info.key()), first, listener);
        open.add(part);
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
            block.part.isAbandoned = false;
            block.part.heard.waits(waiter);
        }
    }

    /**
     * Takes the blocks out of an answer that has come already. Its bytes are read now, whoever waits for them.
     *
     * @param share what was taken of the budget for it; given back as its blocks come
     * @param pass taken before it was asked for
     * @param context under which it was asked for
     */
    void seed(StoredObject object, ByteBudget.Share share, Pass pass, ContextView context) {
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
            part = new Part(info, null, pass, first, null);
            part.skip = first * settings.blockBytes() - span.start();
            for (long index = first; index < end; index++) {
                BlockKey key = keyOf(info, index);
                long length = bytes(info, index, index + 1);
                // Those that somebody else asks for, or has, are passed over, and not even read behind the last one
                // that is not.
                if (!underWay.containsKey(key) && !memory().hasBlock(key)) {
                    part.add(index, length <= room);
                    room -= length <= room ? length : 0;
                }
            }
            budget.give(room);
            if (part.isOver()) {
                return;
            }
            open.add(part);
        }
        part.feed(object.body().contextWrite(context));
    }

    /**
     * Somebody waits no longer.
     *
     * @param gaveUp whether a part that nobody is left to wait for is cancelled, unless such are finished
     */
    void leave(ObjectInfo info, Collection<Long> indexes, Waiter waiter, boolean gaveUp) {
        List<Part> abandoned = new ArrayList<>();
        synchronized (this) {
            for (long index : indexes) {
                Pending block = underWay.get(keyOf(info, index));
                if (block != null && block.waiters.remove(waiter) && --block.part.waiting == 0 && gaveUp) {
                    if (finishAlone) {
                        block.part.isAbandoned = true;
                    } else {
                        block.part.end();
                        abandoned.add(block.part);
                    }
                }
            }
        }
        for (Part part : abandoned) {
            part.running.dispose();
            part.heard.end(null);
        }
    }

    /** Ends everything; those who wait are told that the store is closed. */
    void close() {
        List<Part> parts;
        synchronized (this) {
            closed = true;
            parts = List.copyOf(open);
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

        /** Null for the source. */
        final @Nullable Tier from;

        private final long counted;
        private final AtomicInteger holders;

        private Arrived(ByteBuffer bytes, @Nullable Tier from, long counted, int holders) {
            this.bytes = bytes;
            this.from = from;
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
        Part part;
        final BlockKey key;
        long counted;
        Set<Waiter> waiters = new LinkedHashSet<>(2);

        Pending(Part part, BlockKey key, long counted) {
            this.part = part;
            this.key = key;
            this.counted = counted;
        }
    }

    /** Blocks that lie side by side and come from the same place. */
    private final class Part {

        final ObjectInfo info;
        final @Nullable Tier from;
        final Pass pass;
        final List<Pending> blocks = new ArrayList<>();
        final Disposable.Swap running = Disposables.swap();
        final HeardLoad heard;
        int waiting;
        boolean isAbandoned;
        long skip;
        private final long first;
        private long end;
        private long index;
        private byte @Nullable [] block;
        private int filled;

        /**
         * @param from null for the source
         * @param listener null if nobody hears of it
         */
        Part(ObjectInfo info, @Nullable Tier from, Pass pass, long first, @Nullable LoadListener listener) {
            this.info = info;
            this.from = from;
            this.pass = pass;
            this.heard = new HeardLoad(listener);
            this.first = first;
            this.end = first;
            this.index = first;
        }

        void add(long index, boolean isCounted) {
            BlockKey key = keyOf(info, index);
            Pending added = new Pending(this, key, isCounted ? bytes(info, index, index + 1) : 0);
            underWay.put(key, added);
            blocks.add(added);
            end = index + 1;
        }

        /** A block of another part, whose waiters come with it. */
        void takeOver(Pending block) {
            block.part = this;
            waiting += block.waiters.size();
            block.waiters.forEach(heard::waits);
            blocks.add(block);
            end = block.key.index() + 1;
        }

        /** Under the lock. */
        boolean isOver() {
            return blocks.stream().noneMatch(block -> underWay.get(block.key) == block);
        }

        void ask() {
            if (from == null) {
                askSource();
            } else {
                readFrom(from);
            }
        }

        private void readFrom(Tier tier) {
            running.update(asLoad(() -> Flux.range(0, (int) (end - first))
                            .flatMapSequential(
                                    i -> tier.readBlock(info, spanOf(first + i, first + i + 1))
                                            .defaultIfEmpty(NOT_THERE),
                                    TIER_READS,
                                    1)
                            .takeWhile(bytes -> bytes.hasRemaining() || below(info, index) != tier))
                    .doFinally(signal -> isRead())
                    .subscribe(this::takeBlock, this::fail, this::handOn));
        }

        private void takeBlock(ByteBuffer bytes) {
            if (bytes.hasRemaining()) {
                arrive(index, bytes);
            }
            index++;
        }

        /** As a load of which the listener hears. It is nobody's own, so that it sees nobody's Context. */
        private Flux<ByteBuffer> asLoad(Supplier<Flux<ByteBuffer>> work) {
            return Flux.defer(() -> {
                Context context = heard.begin("get", info.key());
                return work.get().contextWrite(context);
            });
        }

        private Span spanOf(long first, long end) {
            return new Span(first * settings.blockBytes(), settings.endOf(end - 1, info.size()));
        }

        /** Puts what the tier has not got into parts that ask another tier, or the source. */
        private void handOn() {
            List<Part> begun = List.of();
            synchronized (BlockLoads.this) {
                blocks.removeIf(block -> underWay.get(block.key) != block);
                // Those who wait at the close are told by it.
                if (blocks.isEmpty() || closed) {
                    return;
                }
                if (isAbandoned) {
                    end();
                } else {
                    begun = others();
                }
            }
            heard.end(null);
            begun.forEach(Part::ask);
        }

        /** Those that its blocks go on in; under the lock. */
        private List<Part> others() {
            List<Part> others = new ArrayList<>();
            Part part = null;
            for (Pending block : blocks) {
                long at = block.key.index();
                Tier lower = below(info, at);
                Tier next = lower == from ? null : lower;
                if (part == null || part.from != next || part.end != at) {
                    part = new Part(info, next, fence.pass(info.key()), at, listener);
                    others.add(part);
                    open.add(part);
                }
                part.takeOver(block);
            }
            blocks.clear();
            waiting = 0;
            return others;
        }

        private void askSource() {
            long start = first * settings.blockBytes();
            ReadOptions options = ReadOptions.defaults()
                    .withMode(ReadMode.SOURCE_ONLY)
                    .withRange(ByteRange.of(start, settings.endOf(end - 1, info.size())))
                    .withFirstPartBytes(bytes(info, first, end))
                    .withIfMatch(info.etag());
            stats.loads.increment();
            feed(asLoad(() -> source.get(info.key(), options)
                    .switchIfEmpty(Mono.error(() -> new ObjectNotFoundException("get", info.key())))
                    .flatMapMany(this::body)));
        }

        private Flux<ByteBuffer> body(StoredObject object) {
            Span wanted = spanOf(first, end);
            if (!object.info().etag().equals(info.etag()) || object.info().size() != info.size()) {
                return Flux.error(changed(null));
            }
            return object.span().equals(wanted)
                    ? object.body()
                    : Flux.error(new StoreCorruptException(
                            "get", info.key(), "asked for " + wanted + ", got " + object.span(), true, null));
        }

        void feed(Flux<ByteBuffer> body) {
            running.update(body.doFinally(signal -> isRead()).subscribe(this::take, this::fail, this::complete));
        }

        private void isRead() {
            synchronized (BlockLoads.this) {
                open.remove(this);
            }
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
            if (rest.hasRemaining()) {
                running.dispose(); // of an answer that brings more than its blocks
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
            if (index + 1 == end) {
                heard.end(null);
            }
            Arrived arrived = new Arrived(bytes, from, counted, Math.max(1, told.size()));
            if (told.isEmpty()) {
                arrived.release();
            }
            told.forEach(waiter -> waiter.arrived(index, arrived));
            if (from == null && info.size() > maxEntryBytes) {
                for (Tier tier : tiers) {
                    tier.fillBlock(info, index * settings.blockBytes(), bytes, pass);
                }
            }
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
            heard.end(error);
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
