package io.reactivestore.cache.writeback;

import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreRejectedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Gathers what is to be appended to the journal, and has one task at a time append what has gathered. */
final class GroupCommit {
    /*
     * How it works. Records have a place in the queue, and the number of that place. What is owed (that the inner store has a write, or
     * was emptied) has none: it goes with the next batch, and with later ones until one succeeds.
     *
     *   closed --open--> idle --something is queued or owed--> running --nothing is queued, no more is owed than has failed--> idle
     *                    any  --add, as the last--> closed, once that was worked off
     *
     *   state             written by                  guard   seen by others
     *   queue, sequence   add, open, the task         lock    at once
     *   owed, owedClear   owe, oweClear, the task     lock    at once; the task removes what it has appended
     *   running           whoever queues, the task    lock    at once; true while a task is scheduled or at work
     *   closed            open, add                   lock    at once; nothing is queued or owed while it is set
     *
     * Nothing else is called while the lock is held.
     */

    /** Larger ones do not get faster. */
    private static final int BATCH_BYTES = 1 << 20;

    private final StoreRuntime runtime;
    private final Predicate<Batch> append;
    private final Object lock = new Object();
    private final Deque<Queued> queue = new ArrayDeque<>();
    private final Map<String, Long> owed = new LinkedHashMap<>();
    private long owedClear;
    private long sequence;
    private boolean running;
    private boolean closed = true;

    /** @param append appends a batch on an I/O thread, and tells those who wait for it; returns whether it could */
    GroupCommit(StoreRuntime runtime, Predicate<Batch> append) {
        this.runtime = runtime;
        this.append = append;
    }

    /**
     * Something that waits for its batch.
     *
     * @param record what is to be appended; null if only the batch is waited for
     * @param done run when the batch was appended
     * @param failed told if it could not be
     */
    record Queued(
            String operation,
            @Nullable String key,
            @Nullable JournalRecord record,
            Runnable done,
            Consumer<Throwable> failed) {

        private long bytes() {
            Entry entry = record == null ? null : record.entry();
            return entry == null ? 0 : entry.bytes();
        }
    }

    /** What a task takes at once. */
    record Batch(List<Queued> queued, Map<String, Long> owed, long owedClear) {

        List<JournalRecord> records() {
            List<JournalRecord> records = new ArrayList<>();
            // First, since only part of a batch may outlive a kill: with a flush after a clear and without its end, the
            // clear would be
            // done again, and take with it what was flushed.
            if (owedClear > 0) {
                records.add(JournalRecord.cleared(owedClear));
            }
            owed.forEach((key, sequence) -> records.add(JournalRecord.acknowledged(key, sequence)));
            for (Queued each : queued) {
                if (each.record != null) {
                    records.add(each.record);
                }
            }
            return records;
        }
    }

    /** @param last the highest number that was given by now */
    void open(long last) {
        synchronized (lock) {
            sequence = last;
            closed = false;
        }
    }

    /**
     * Queues something.
     *
     * @param making makes it with its number
     */
    void add(LongFunction<Queued> making) {
        add(making, false);
    }

    /** Queues something after which nothing is to come. */
    void addLast(LongFunction<Queued> making) {
        add(making, true);
    }

    private void add(LongFunction<Queued> making, boolean last) {
        Queued queued;
        boolean refused;
        boolean starts = false;
        synchronized (lock) {
            refused = closed;
            queued = making.apply(closed ? 0 : ++sequence);
            if (!closed) {
                queue.add(queued);
                closed = last;
                starts = starts();
            }
        }
        if (refused) {
            queued.failed.accept(new StoreClosedException(queued.operation, queued.key));
        }
        startIf(starts);
    }

    /** The inner store has a write. */
    void owe(String key, long number) {
        boolean starts;
        synchronized (lock) {
            if (closed) {
                return;
            }
            owed.merge(key, number, Math::max);
            starts = starts();
        }
        startIf(starts);
    }

    /** The inner store was emptied. */
    void oweClear(long number) {
        boolean starts;
        synchronized (lock) {
            if (closed) {
                return;
            }
            owedClear = number;
            starts = starts();
        }
        startIf(starts);
    }

    boolean owesNothing() {
        synchronized (lock) {
            return !closed && owed.isEmpty() && owedClear == 0;
        }
    }

    /** Whether a task is to be started; under the lock. */
    private boolean starts() {
        boolean starts = !running;
        running = true;
        return starts;
    }

    private void startIf(boolean starts) {
        if (!starts) {
            return;
        }
        try {
            runtime.io().schedule(this::work);
        } catch (RejectedExecutionException busy) {
            List<Queued> refused;
            synchronized (lock) {
                running = false;
                refused = List.copyOf(queue);
                queue.clear();
            }
            refused.forEach(each -> each.failed.accept(
                    new StoreRejectedException(each.operation, each.key, "the I/O threads are busy", true, busy)));
        }
    }

    private void work() {
        Batch batch = next();
        boolean appended = append.test(batch);
        boolean goesOn;
        synchronized (lock) {
            goesOn = !queue.isEmpty() || owesMoreThan(batch);
            if (appended) {
                batch.owed.forEach(owed::remove);
                owedClear = owedClear == batch.owedClear ? 0 : owedClear;
            }
            running = goesOn;
        }
        startIf(goesOn);
    }

    private Batch next() {
        synchronized (lock) {
            List<Queued> queued = new ArrayList<>();
            long bytes = 0;
            while (!queue.isEmpty() && bytes < BATCH_BYTES) {
                Queued next = queue.remove();
                queued.add(next);
                bytes += next.bytes();
            }
            return new Batch(queued, new LinkedHashMap<>(owed), owedClear);
        }
    }

    /** Whether something came to be owed since a batch was taken; what could not be appended with it waits for the next one. */
    private boolean owesMoreThan(Batch batch) {
        return owedClear > batch.owedClear || !batch.owed.entrySet().containsAll(owed.entrySet());
    }
}
