package io.reactivestore.cache.writeback;

import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreUnavailableException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Writes go into the table when they are in a file, and come back from there after the process was killed. */
final class FileJournal implements Journal {
    /*
     * How it works. A write that finds room reserves it and joins the queue, which gives it its sequence. One task at a time, on the
     * I/O threads, appends what is queued as one batch; then each write of it goes into the table, in the order of the queue, and its
     * caller is told. So nobody sees a write before it is in the journal, and one that could not be written leaves no trace.
     *
     *   new --room reserved--> queued --batch appended--> in the table --inner store acknowledged it--> owed --batch appended--> gone
     *                          queued --append failed--> refused, room given back
     *
     * What is owed (that the inner store has a write, or was emptied) goes with the next batch, and stays owed if that fails. Until it
     * is appended a crash brings the write back and has it flushed once more. That is harmless as long as the inner store still has
     * that very write, thus:
     *
     *   what happens to the key then            what is done
     *   put, delete                             the newer record counts, by its sequence
     *   flush of a newer write                  the same: that one is in the journal since before its flush
     *   putInner, deleteInner, copy to it,      they hold the key's gate, at which all earlier flushes have ended, and are sent only
     *     put and delete with a condition         when nothing is owed any more
     *   clear                                   its own record ends all older ones; it is appended before the table is emptied, which
     *                                             is before anything is deleted below
     *   the clear has ended                     is owed before any gate opens; until it is appended a crash has the inner store emptied
     *                                             once more: by then only flushes have written to it, and their writes are still kept
     *   write that putInner could not replace   (it was dirty) stays, and wins after a crash too
     *
     *   state            written by                                 guard      seen by others
     *   queue            take, clear, settled, the task             lock       at once
     *   owed, owedClear  flushes, clearing, the task                lock       at once; the task removes what it has appended
     *   running          whoever queues, the task                   lock       at once; true while a task is scheduled or at work
     *   closing          close                                      lock       at once; nothing is queued or owed after it
     *   log              open, the task                             one task   -
     *
     * Nothing else is called while the lock is held.
     */

    /** Larger ones do not get faster. */
    private static final int BATCH_BYTES = 1 << 20;

    private final JournalSettings settings;
    private final Table table;
    private final StoreRuntime runtime;
    private final Runnable appended;
    private final Object lock = new Object();
    private final Deque<Queued> queue = new ArrayDeque<>();
    private final Map<String, Long> owed = new LinkedHashMap<>();
    private long owedClear;
    private long sequence;
    private boolean running;
    private boolean closing = true;
    private volatile @Nullable SegmentLog log;

    /** @param appended told when there may be room in the queue */
    FileJournal(JournalSettings settings, Table table, StoreRuntime runtime, Runnable appended) {
        this.settings = settings;
        this.table = table;
        this.runtime = runtime;
        this.appended = appended;
    }

    /**
     * Something that waits for its batch.
     *
     * @param record what is to be appended; null if only the batch is waited for
     * @param done run when the batch was appended
     * @param failed told if it could not be
     */
    private record Queued(
            String operation,
            @Nullable String key,
            @Nullable JournalRecord record,
            Runnable done,
            Consumer<Throwable> failed) {

        long bytes() {
            Entry entry = record == null ? null : record.entry();
            return entry == null ? 0 : entry.bytes();
        }
    }

    /** What a task takes at once. */
    private record Batch(List<Queued> queued, Map<String, Long> owed, long owedClear) {

        List<JournalRecord> records() {
            List<JournalRecord> records = new ArrayList<>();
            owed.forEach((key, sequence) -> records.add(JournalRecord.acknowledged(key, sequence)));
            if (owedClear > 0) {
                records.add(JournalRecord.cleared(owedClear));
            }
            for (Queued each : queued) {
                if (each.record != null) {
                    records.add(each.record);
                }
            }
            return records;
        }
    }

    @Override
    public Mono<Recovered> open() {
        Mono<Recovered> read = Mono.fromCallable(this::read).subscribeOn(runtime.io());
        return settings.files()
                .lock()
                .then(read.onErrorResume(
                        error -> settings.files().unlock().onErrorComplete().then(Mono.error(error))))
                .publishOn(runtime.delivery());
    }

    private Recovered read() {
        SegmentLog opened = new SegmentLog(settings.files(), settings.segmentBytes(), settings.forced());
        try {
            Recovered recovered = opened.open();
            synchronized (lock) {
                sequence = recovered.last();
                closing = false;
                log = opened;
            }
            return recovered;
        } catch (IOException e) {
            throw unavailable("open", null, "used", e);
        }
    }

    @Override
    public @Nullable Shortage take(Entry write, Runnable taken, Consumer<Throwable> failed) {
        Shortage shortage = table.reserve(write, runtime.nanoTime());
        if (shortage != null) {
            return shortage;
        }
        String operation = write.value() == null ? "delete" : "put";
        long now = runtime.clock().millis();
        enqueue(number -> {
            Entry numbered = write.withSequence(number);
            return new Queued(
                    operation,
                    write.key(),
                    JournalRecord.write(numbered, now),
                    () -> {
                        table.publish(numbered, runtime.nanoTime());
                        tell(taken);
                    },
                    error -> {
                        table.giveUp(write);
                        tell(() -> failed.accept(error));
                    });
        });
        return null;
    }

    @Override
    public <T> Mono<T> clear(LongFunction<T> begin) {
        return Mono.create(sink -> enqueue(number -> new Queued(
                "clear",
                null,
                JournalRecord.clear(number),
                () -> {
                    T begun = begin.apply(number);
                    tell(() -> sink.success(begun));
                },
                error -> tell(() -> sink.error(error)))));
    }

    @Override
    public void acknowledged(Entry write) {
        boolean starts;
        synchronized (lock) {
            if (closing) {
                return;
            }
            owed.merge(write.key(), write.sequence(), Math::max);
            starts = starts();
        }
        startIf(starts);
    }

    @Override
    public void cleared(long upTo) {
        boolean starts;
        synchronized (lock) {
            if (closing) {
                return;
            }
            owedClear = upTo;
            starts = starts();
        }
        startIf(starts);
    }

    @Override
    public Mono<Void> settled(String operation, @Nullable String key) {
        Mono<Void> waiting = Mono.create(sink -> enqueue(number ->
                new Queued(operation, key, null, () -> tell(sink::success), error -> tell(() -> sink.error(error)))));
        return Mono.defer(() -> owesNothing() ? Mono.empty() : waiting);
    }

    private boolean owesNothing() {
        synchronized (lock) {
            return !closing && owed.isEmpty() && owedClear == 0;
        }
    }

    @Override
    public Mono<Void> drained() {
        return Mono.create(
                sink -> enqueue(number -> new Queued("close", null, null, sink::success, error -> sink.success())));
    }

    @Override
    public Mono<Void> close(BooleanSupplier calm) {
        Mono<Void> ended = Mono.create(sink -> {
            Runnable end = () -> {
                end(calm);
                sink.success();
            };
            enqueue(number -> new Queued("close", null, null, end, error -> end.run()), true);
        });
        return Mono.defer(
                () -> log == null ? Mono.empty() : ended.then(settings.files().unlock()));
    }

    /** The last task: after it nothing of the table is flushed any more, since that could not be noted. */
    private void end(BooleanSupplier calm) {
        SegmentLog ended = log;
        log = null;
        table.forget();
        try {
            if (ended != null) {
                ended.close(!ended.isWanted() && calm.getAsBoolean());
            }
        } catch (IOException left) {
            // What is left of the files is read at the next opening, and says no more than it did.
        }
    }

    private void enqueue(LongFunction<Queued> making) {
        enqueue(making, false);
    }

    /** @param last whether nothing is to come after it */
    private void enqueue(LongFunction<Queued> making, boolean last) {
        boolean starts = false;
        Queued queued;
        synchronized (lock) {
            queued = making.apply(closing ? 0 : ++sequence);
            if (!closing) {
                queue.add(queued);
                closing = last;
                starts = starts();
                queued = null;
            }
        }
        if (queued != null) {
            queued.failed.accept(new StoreClosedException(queued.operation, queued.key));
        }
        startIf(starts);
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
        SegmentLog target = log;
        if (target != null) {
            write(target, batch);
        }
        boolean goesOn;
        synchronized (lock) {
            goesOn = !queue.isEmpty() || owesMoreThan(batch);
            running = goesOn;
        }
        startIf(goesOn);
        tell(appended);
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

    private void write(SegmentLog target, Batch batch) {
        try {
            // First, for what is not wanted may be what fills the disk.
            batch.owed.forEach(target::release);
            target.release(JournalRecord.ALL, batch.owedClear);
            target.deleteUnwanted();
            List<JournalRecord> records = batch.records();
            if (!records.isEmpty()) {
                target.append(records);
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            batch.queued.forEach(each -> each.failed.accept(unavailable(each.operation, each.key, "written", e)));
            return;
        }
        synchronized (lock) {
            batch.owed.forEach(owed::remove);
            owedClear = owedClear == batch.owedClear ? 0 : owedClear;
        }
        batch.queued.forEach(each -> each.done.run());
        target.compact();
    }

    /** Whether something came to be owed since a batch was taken; what is owed because it failed waits for the next one. */
    private boolean owesMoreThan(Batch batch) {
        return owedClear > batch.owedClear || !batch.owed.entrySet().containsAll(owed.entrySet());
    }

    private void tell(Runnable told) {
        runtime.delivery().schedule(told);
    }

    private StoreUnavailableException unavailable(
            String operation, @Nullable String key, String verb, Throwable cause) {
        return new StoreUnavailableException(
                operation, key, "the journal " + settings.files() + " cannot be " + verb + ": " + cause, false, cause);
    }
}
