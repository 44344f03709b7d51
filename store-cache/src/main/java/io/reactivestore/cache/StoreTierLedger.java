package io.reactivestore.cache;

import io.reactivestore.StoreRuntime;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.Works.Work;
import io.reactivestore.error.StoreClosedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Keeps the books of our copies in a store tier: what is in it, what is on its way in or out, who goes next. */
final class StoreTierLedger {
    /*
     * How it works. Everything runs on one serial scheduler; other threads only submit steps. A slot is one key. At most one request to
     * the tier's store is under way per slot, and what a slot may occupy there stays counted until a delete is confirmed.
     *
     *   (no slot) --fill--> waiting --space reserved--> being put --confirmed and admitted--> kept
     *   kept --dropped, evicted, filled again--> to be deleted --> leaving --confirmed--> (no slot), or the next fill
     *   being put --refused by the fence, failed--> to be deleted
     *   leaving --failed--> to be deleted, after a back-off; still counted
     *   being put --no answer--> to be deleted, after the time in which it may still be applied; still counted
     *
     * A slot that is leaving has its delete under way, or queued behind MAX_REQUESTS others. One in a back-off takes no fill: it would
     * wait for as long as the store is in trouble.
     *
     *   state                          written by            guard                 seen by others
     *   slots, counted, queues, ...    steps                 the serial scheduler  in info(), as a step
     *   kept: slots that may be        steps                 the serial scheduler  in kept(), as a step
     *   victims, least used first
     *   pendingBytes                   fill, end of a fill   atomic                at once
     *   shownBytes                     end of a step         volatile              at once; as counted was then
     *
     * Invariants: counted is the sum of the bytes of all slots, at least what lies in the store, and at most maxBytes (but for copies
     * adopted from somebody else, which are evicted down to it). A fill ends once: the step that takes it out of its slot, to put it
     * or to give it up, sees to its end.
     */

    /** Requests of a kind that are under way at once: enough to hide the way to a store, few enough not to swamp it. */
    private static final int MAX_REQUESTS = 32;

    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    private final CopyIndex index;
    private final CopyRequests requests;
    private final Scheduler serial;
    private final StoreRuntime runtime;
    private final Works works;
    private final StatsRecorder stats;
    private final long maxBytes;
    private final long maxEntryBytes;
    private final long maxPendingBytes;
    private final Duration inDoubt;

    private final Map<String, Slot> slots = new HashMap<>();
    private final Set<Slot> kept = new LinkedHashSet<>();
    private final Deque<Slot> waiting = new ArrayDeque<>();
    private final Deque<Slot> deletes = new ArrayDeque<>();
    private final AtomicLong pendingBytes = new AtomicLong();
    private int putting;
    private int deleting;
    private long counted;
    private long leaving;
    private boolean closed;
    private volatile long shownBytes;
    private final TierRecorder recorder;
    private @Nullable Work step;

    StoreTierLedger(
            CopyIndex index,
            CopyRequests requests,
            Scheduler serial,
            StoreRuntime runtime,
            Works works,
            StatsRecorder stats,
            long maxBytes,
            long maxEntryBytes,
            long maxPendingBytes,
            Duration inDoubt) {
        this.index = index;
        this.requests = requests;
        this.serial = serial;
        this.runtime = runtime;
        this.works = works;
        this.stats = stats;
        this.maxBytes = maxBytes;
        this.maxEntryBytes = maxEntryBytes;
        this.maxPendingBytes = maxPendingBytes;
        this.inDoubt = inDoubt;
        this.recorder = new TierRecorder(runtime);
    }

    /**
     * Takes a fill, or sheds it if too many bytes wait already.
     *
     * @param epoch the tier's epoch, which the copy gets
     */
    void fill(String key, CachedEntry entry, Pass pass, long epoch) {
        if (entry.length() > maxBytes || CopyFacts.collides(entry.info())) {
            shed(key);
            return;
        }
        int weight = CachedEntry.weight(key, entry);
        if (pendingBytes.addAndGet(weight) > maxPendingBytes) {
            pendingBytes.addAndGet(-weight);
            shed(key);
            return;
        }
        Fill fill = new Fill(entry, weight, pass, epoch, works.begin());
        Runnable step = () -> {
            Slot slot = slots.computeIfAbsent(key, Slot::new);
            giveUpFill(slot);
            slot.fill = fill;
            if (slot.backingOff) {
                failFill(slot);
            } else if (closed) {
                giveUpFill(slot);
            }
            if (slot.copy != null) {
                remove(slot);
            }
            advance(slot);
        };
        if (!submit(null, step)) {
            over(fill);
        }
    }

    /** A copy that is not taken takes the place of older ones all the same. */
    private void shed(String key) {
        stats.shed.increment();
        index.remove(key);
        submit(() -> {
            Slot slot = slots.get(key);
            if (slot != null) {
                giveUpFill(slot);
                forget(slot);
            }
        });
    }

    /** Stops serving a key at once, and deletes it behind the caller. */
    void drop(String key) {
        if (index.remove(key) != null) {
            submitForget(key);
        }
    }

    /**
     * The same, if it is still this copy.
     *
     * @return whether it was
     */
    boolean drop(String key, Copy copy) {
        boolean present = index.remove(key, copy);
        if (present) {
            submitForget(key);
        }
        return present;
    }

    /** Takes a copy out of the books that is no longer there: somebody else has put another in its place, or deleted it. */
    void lost(String key, Copy copy) {
        if (!index.remove(key, copy)) {
            return;
        }
        submit(() -> {
            Slot slot = slots.get(key);
            if (slot == null || slot.copy == null || slot.op != Op.NONE || slot.toDelete) {
                return;
            }
            // By its generation: what the index knew about it may have been renewed since it was put.
            if (Objects.equals(slot.copy.generation(), copy.generation())) {
                kept.remove(slot);
                counted -= slot.bytes;
                slot.bytes = 0;
                slot.copy = null;
                advance(slot);
                sendPuts();
            }
        });
    }

    private void submitForget(String key) {
        submit(() -> {
            Slot slot = slots.get(key);
            if (slot != null) {
                forget(slot);
            }
        });
    }

    /** Deletes every slot under a prefix; the index has let go of them already. */
    void dropPrefix(String prefix) {
        submit(() -> {
            for (Slot slot : slots.values().toArray(Slot[]::new)) {
                if (slot.key.startsWith(prefix)) {
                    forget(slot);
                }
            }
        });
    }

    /** Moves a key to the young end. */
    void touch(String key) {
        submit(() -> recorder.use(touchNow(key)));
    }

    private boolean touchNow(String key) {
        Slot slot = slots.get(key);
        return slot != null && kept.remove(slot) && kept.add(slot);
    }

    /** Takes a copy into the books that was found in the store, or deletes it if it is larger than what is kept. */
    void adopt(String key, Copy copy) {
        submit(() -> {
            adoptNow(key, copy);
            makeRoomFor(0);
        });
    }

    /** The same for some of many, as a step; which of them go is decided when all are there and {@link #order} is known. */
    Mono<Void> adoptAll(Map<String, Copy> copies) {
        return inStep(() -> {
                    copies.forEach(this::adoptNow);
                    return true;
                })
                .then();
    }

    /** Makes these the most recently used, in their order, and lets go what is beyond the limit, as a step. */
    Mono<Void> order(Collection<String> keys) {
        return inStep(() -> {
                    keys.forEach(this::touchNow);
                    makeRoomFor(0);
                    return true;
                })
                .then();
    }

    private void adoptNow(String key, Copy copy) {
        if (closed || slots.containsKey(key)) {
            return;
        }
        Slot slot = new Slot(key);
        slots.put(key, slot);
        slot.copy = copy;
        slot.bytes = copy.bytes();
        counted += slot.bytes;
        if (copy.bytes() <= maxEntryBytes && index.publish(key, copy, copy.pass())) {
            kept.add(slot);
        } else {
            remove(slot);
        }
        advance(slot);
    }

    /** Deletes what is not in the books, unless it is just being put: a copy of ours that lost its place, or one that is too large. */
    void deleteUnknown(String key) {
        submit(() -> {
            if (closed || slots.containsKey(key)) {
                return;
            }
            Slot slot = new Slot(key);
            // Uncounted: a copy of ours stays counted until it is deleted, so that one is most likely gone already.
            slots.put(key, slot);
            remove(slot);
            advance(slot);
        });
    }

    /** Takes no more fills, gives up what waits, and completes when nothing is under way. */
    Mono<Void> close() {
        return inStep(() -> {
                    closed = true;
                    slots.values().forEach(this::giveUpFill);
                    deletes.forEach(slot -> works.end(leave(slot)));
                    deletes.clear();
                    return true;
                })
                .then(works.settled());
    }

    /** The kept copies, oldest first, as a step. */
    Mono<Map<String, Copy>> kept() {
        return inStep(() -> {
            Map<String, Copy> copies = new LinkedHashMap<>();
            for (Slot slot : kept) {
                Copy copy = index.get(slot.key);
                if (copy != null) {
                    copies.put(slot.key, copy);
                }
            }
            return copies;
        });
    }

    /** Bytes counted and keys tracked, as a step. */
    Mono<Figures> figures() {
        return inStep(() -> new Figures(counted, slots.size(), index.size()));
    }

    /** What the fills weigh that wait or are being put. */
    long pendingBytes() {
        return pendingBytes.get();
    }

    /** The same without waiting for the steps under way. */
    Figures approximately() {
        long keys = index.size();
        return new Figures(shownBytes, keys, keys);
    }

    /** What was put, and how many steps and fills wait. */
    TierStats tierStats() {
        return recorder.snapshot(pendingBytes.get());
    }

    record Figures(long bytes, long trackedKeys, long cachedKeys) {}

    private <T> Mono<T> inStep(Supplier<T> read) {
        return Mono.create(sink -> {
            if (!submit(null, () -> sink.success(read.get()))) {
                sink.error(new StoreClosedException("info", null));
            }
        });
    }

    private void submit(Runnable task) {
        submit(null, task);
    }

    /**
     * Runs a step on the serial scheduler; {@code step} is its piece of work, in which it may begin others.
     *
     * @param within the work that it goes on with, if any
     * @return false if the ledger's thread is gone, after the close
     */
    private boolean submit(@Nullable Work within, Runnable task) {
        Work work = works.begin(within);
        recorder.backlog.told();
        try {
            serial.schedule(() -> {
                step = work;
                try {
                    task.run();
                } finally {
                    step = null;
                    shownBytes = counted;
                    recorder.backlog.done();
                    works.end(work);
                }
            });
            return true;
        } catch (RejectedExecutionException closing) {
            recorder.backlog.done();
            works.end(work);
            return false;
        }
    }

    private void forget(Slot slot) {
        if (slot.copy != null || slot.op == Op.PUT) {
            remove(slot);
        }
        advance(slot);
    }

    private void remove(Slot slot) {
        index.remove(slot.key);
        kept.remove(slot);
        slot.toDelete = true;
    }

    private void giveUpFill(Slot slot) {
        Fill fill = slot.fill;
        if (fill != null) {
            slot.fill = null;
            stats.shed.increment();
            over(fill);
        }
    }

    /** Gives a fill up because the store is in trouble. */
    private void failFill(Slot slot) {
        if (slot.fill != null) {
            stats.failedFills.increment();
            giveUpFill(slot);
        }
    }

    /** Does the next thing a slot needs, if nothing is under way for it. */
    private void advance(Slot slot) {
        if (slot.op != Op.NONE || slot.backingOff) {
            return;
        }
        if (slot.toDelete && !closed) {
            slot.op = Op.DELETE;
            slot.deletion = works.begin(step);
            leaving += slot.bytes;
            deletes.addLast(slot);
            sendDeletes();
        } else if (slot.fill != null) {
            if (!slot.queued) {
                slot.queued = true;
                waiting.addLast(slot);
            }
            sendPuts();
        } else if (slot.copy == null && !slot.toDelete) {
            slots.remove(slot.key, slot); // its successor may have taken its place
        }
    }

    private void sendDeletes() {
        while (deleting < MAX_REQUESTS && !deletes.isEmpty()) {
            delete(deletes.removeFirst());
        }
    }

    private void sendPuts() {
        while (putting < MAX_REQUESTS && !waiting.isEmpty()) {
            Slot slot = waiting.getFirst();
            Fill fill = slot.fill;
            if (fill != null && !slot.toDelete && counted + fill.entry.length() > maxBytes) {
                if (makeRoomFor(fill.entry.length())) {
                    return; // the end of a delete comes back here
                }
                giveUpFill(slot);
                fill = null;
            }
            waiting.removeFirst().queued = false;
            if (fill == null) {
                advance(slot);
            } else if (!slot.toDelete) {
                slot.fill = null;
                put(slot, fill);
            }
        }
    }

    /**
     * Lets the oldest copies go until enough bytes are on their way out.
     *
     * @return whether there will be room if the deletes under way succeed
     */
    private boolean makeRoomFor(long bytes) {
        while (counted - leaving + bytes > maxBytes && !kept.isEmpty()) {
            Slot victim = kept.iterator().next();
            stats.evictions.increment();
            remove(victim);
            advance(victim);
        }
        return counted - leaving + bytes <= maxBytes;
    }

    private void put(Slot slot, Fill fill) {
        slot.op = Op.PUT;
        putting++;
        slot.bytes = fill.entry.length();
        counted += slot.bytes;
        String generation = index.nextGeneration();
        requests.put(slot.key, fill.entry, generation)
                .subscribe(
                        done -> {},
                        error -> submit(fill.work, () -> putFailed(slot, fill, error)),
                        () -> submit(fill.work, () -> putDone(slot, fill, generation)));
    }

    private void putDone(Slot slot, Fill fill, String generation) {
        slot.op = Op.NONE;
        putting--;
        slot.copy = new Copy(
                generation, fill.entry.info().etag(), slot.bytes, fill.entry.filledAtNanos(), fill.epoch, fill.pass);
        if (slot.toDelete || slot.fill != null || !index.publish(slot.key, slot.copy, fill.pass)) {
            stats.outdated.increment();
            slot.toDelete = true;
        } else {
            kept.add(slot);
            recorder.admitted.increment();
        }
        recorder.writtenBytes.add(slot.bytes);
        advance(slot);
        over(fill);
        sendPuts();
    }

    private void putFailed(Slot slot, Fill fill, Throwable error) {
        stats.tierFailures.increment();
        stats.failedFills.increment();
        slot.op = Op.NONE;
        putting--;
        slot.toDelete = true;
        if (Outcomes.of(error) == Fence.End.UNKNOWN) {
            backOff(slot, inDoubt);
        }
        advance(slot);
        over(fill);
        sendPuts();
    }

    private void delete(Slot slot) {
        deleting++;
        Work work = slot.deletion;
        requests.delete(slot.key)
                .subscribe(
                        done -> {},
                        error -> submit(work, () -> deleteFailed(slot, error)),
                        () -> submit(work, () -> deleteDone(slot)));
    }

    /** It is no longer leaving, for whatever reason; the work that comes back is to be ended. */
    private Work leave(Slot slot) {
        slot.op = Op.NONE;
        leaving -= slot.bytes;
        Work work = Objects.requireNonNull(slot.deletion, "the slot is not leaving");
        slot.deletion = null;
        return work;
    }

    private void deleteDone(Slot slot) {
        deleting--;
        Work work = leave(slot);
        counted -= slot.bytes;
        slot.bytes = 0;
        slot.copy = null;
        slot.toDelete = false;
        slot.failures = 0;
        if (slot.unansweredDelete) {
            // It may still come, and would take the next copy away.
            slot.unansweredDelete = false;
            backOff(slot, inDoubt);
        }
        advance(slot);
        sendDeletes();
        sendPuts();
        works.end(work);
    }

    private void deleteFailed(Slot slot, Throwable error) {
        stats.tierFailures.increment();
        deleting--;
        Work work = leave(slot);
        slot.unansweredDelete |= Outcomes.of(error) == Fence.End.UNKNOWN;
        long nanos = FIRST_RETRY.toNanos() << Math.min(slot.failures++, 20);
        backOff(slot, Duration.ofNanos(Math.min(nanos, LAST_RETRY.toNanos())));
        sendDeletes();
        sendPuts();
        works.end(work);
    }

    private void backOff(Slot slot, Duration delay) {
        slot.backingOff = true;
        failFill(slot);
        runtime.timers()
                .schedule(
                        () -> submit(() -> {
                            slot.backingOff = false;
                            advance(slot);
                        }),
                        Limits.nanos(delay),
                        TimeUnit.NANOSECONDS);
    }

    private void over(Fill fill) {
        pendingBytes.addAndGet(-fill.weight);
        works.end(fill.work);
    }

    private enum Op {
        NONE,
        PUT,
        DELETE
    }

    /** A copy on its way in; its identity counts, since a later one may take its place in the slot. */
    private static final class Fill {
        final CachedEntry entry;
        final int weight;
        final Pass pass;
        final long epoch;
        final Work work;

        Fill(CachedEntry entry, int weight, Pass pass, long epoch, Work work) {
            this.entry = entry;
            this.weight = weight;
            this.pass = pass;
            this.epoch = epoch;
            this.work = work;
        }
    }

    private static final class Slot {
        final String key;
        Op op = Op.NONE;
        long bytes;

        @Nullable Copy copy;

        @Nullable Fill fill;

        @Nullable Work deletion;

        boolean toDelete;
        boolean backingOff;
        boolean unansweredDelete;
        boolean queued;
        int failures;

        Slot(String key) {
            this.key = key;
        }
    }
}
