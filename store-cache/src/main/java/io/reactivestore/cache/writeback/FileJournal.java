package io.reactivestore.cache.writeback;

import io.reactivestore.StoreRuntime;
import io.reactivestore.cache.writeback.GroupCommit.Batch;
import io.reactivestore.cache.writeback.GroupCommit.Queued;
import io.reactivestore.error.StoreUnavailableException;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Writes go into the table when they are in a file, and come back from there after the process was killed. */
final class FileJournal implements Journal {
    /*
     * How it works. A write that finds room reserves it and joins the queue of GroupCommit, which gives it its sequence. When its batch
     * was appended to the SegmentLog it goes into the table, in the order of the queue, and its caller is told. So nobody sees a write
     * before it is in the journal, and one that could not be written leaves no trace.
     *
     *   new --room reserved--> queued --batch appended--> in the table --inner store acknowledged it--> owed --batch appended--> gone
     *                          queued --append failed--> refused, room given back
     *
     * While it is owed a crash brings the write back and has it flushed once more. That is harmless as long as the inner store still has
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
     *   putInner of a key that is dirty         what is dirty keeps winning, after a crash too
     *
     *   state   written by               guard      seen by others
     *   log     open, the last task      volatile   used by one task at a time; null before the opening and after the end
     */

    private final JournalSettings settings;
    private final Table table;
    private final StoreRuntime runtime;
    private final Runnable arrived;
    private final GroupCommit commits;
    private volatile @Nullable SegmentLog log;

    /** @param arrived told when writes went into the table, or their room was given back */
    FileJournal(JournalSettings settings, Table table, StoreRuntime runtime, Runnable arrived) {
        this.settings = settings;
        this.table = table;
        this.runtime = runtime;
        this.arrived = arrived;
        this.commits = new GroupCommit(runtime, this::append);
    }

    @Override
    public boolean isLasting() {
        return true;
    }

    @Override
    public Mono<Void> open(Consumer<Recovered> takeOver) {
        Mono<Void> read = Mono.<Void>fromRunnable(() -> read(takeOver)).subscribeOn(runtime.io());
        return settings.files()
                .lock()
                .then(read.onErrorResume(
                        error -> settings.files().unlock().onErrorComplete().then(Mono.error(error))))
                .publishOn(runtime.delivery());
    }

    private void read(Consumer<Recovered> takeOver) {
        SegmentLog opened = new SegmentLog(settings.files(), settings.segmentBytes(), settings.forced());
        Recovered recovered;
        try {
            recovered = opened.open();
        } catch (IOException e) {
            throw unavailable("open", null, "used", e);
        }
        log = opened;
        commits.open(recovered.last());
        takeOver.accept(recovered);
    }

    @Override
    public @Nullable Shortage take(Entry write, Runnable taken, Consumer<Throwable> failed) {
        Shortage shortage = table.reserve(write, runtime.nanoTime());
        if (shortage != null) {
            return shortage;
        }
        long now = runtime.clock().millis();
        commits.add(number -> {
            Entry numbered = write.numbered(number);
            Runnable done = () -> {
                table.publish(numbered, runtime.nanoTime());
                tell(taken);
            };
            Consumer<Throwable> refused = error -> {
                table.giveUp(write);
                tell(() -> failed.accept(error));
            };
            return new Queued(write.operation(), write.key(), JournalRecord.write(numbered, now), done, refused);
        });
        return null;
    }

    @Override
    public <T> Mono<T> clear(LongFunction<T> begin) {
        return Mono.create(sink -> commits.add(number -> {
            Runnable done = () -> {
                T begun = begin.apply(number);
                tell(() -> sink.success(begun));
            };
            return new Queued("clear", null, JournalRecord.clear(number), done, error -> tell(() -> sink.error(error)));
        }));
    }

    @Override
    public void acknowledged(Entry write) {
        commits.owe(write.key(), write.sequence());
    }

    @Override
    public void cleared(long sequence) {
        commits.oweClear(sequence);
    }

    @Override
    public Mono<Void> settled(String operation, @Nullable String key) {
        Mono<Void> nextBatch = Mono.create(sink -> commits.add(number ->
                new Queued(operation, key, null, () -> tell(sink::success), error -> tell(() -> sink.error(error)))));
        return Mono.defer(() -> commits.owesNothing() ? Mono.empty() : nextBatch);
    }

    @Override
    public Mono<Void> drained() {
        return Mono.create(sink -> {
            Runnable end = () -> tell(sink::success);
            commits.add(number -> new Queued("close", null, null, end, error -> end.run()));
        });
    }

    @Override
    public Mono<Void> close(BooleanSupplier calm) {
        Mono<Void> ended = Mono.create(sink -> {
            Runnable end = () -> {
                end(calm);
                sink.success();
            };
            commits.addLast(number -> new Queued("close", null, null, end, error -> end.run()));
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

    private boolean append(Batch batch) {
        SegmentLog target = log;
        if (target == null) {
            return false;
        }
        // First, for what is not wanted may be what fills the disk.
        batch.owed().forEach(target::release);
        target.release(JournalRecord.ALL, batch.owedClear());
        target.deleteUnwanted();
        try {
            List<JournalRecord> records = batch.records();
            if (!records.isEmpty()) {
                target.append(records);
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            batch.queued()
                    .forEach(each -> each.failed().accept(unavailable(each.operation(), each.key(), "written", e)));
            tell(arrived);
            return false;
        }
        batch.queued().forEach(each -> each.done().run());
        target.compact();
        tell(arrived);
        return true;
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
