package io.reactivestore.cache.writeback;

import io.reactivestore.Attempts;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreClosedException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Empties the table and the inner store. */
final class Clearing {
    /*
     * How it works. What a clear has begun it never takes back: from its begin on the inner store is hidden, so it must become empty
     * before it may be seen again.
     *
     *   open --clear, noted in the journal--> hidden: gates shut, table emptied, waits until no write is under way or in doubt
     *   hidden --quiet--> emptying: the inner store is told to delete all
     *   emptying --done, every attempt answered--> open: inner store seen again, gates opened
     *   emptying --done, an attempt unanswered--> waits for the in-doubt time --> open
     *   emptying --error--> owed: those who wait are told; waits for the in-doubt time --> emptying
     *   emptying --the last who waited cancels--> owed, without anybody to tell
     *   any but open --clear, noted--> the same state, table emptied again; nothing of it can be in the inner store
     *   not yet opened --the journal tells of a clear that has not ended--> hidden
     *   any --close, with a journal--> closed: those who wait are told, the rest is left to the next opening
     *
     *   state                   written by                guard   seen by others
     *   present, waiters        clear, cancel, emptying   lock    at once
     *   noted                   clear                     lock    at once; the journal's number of the last clear
     *   closed                  close                     lock    at once
     *   attempt                 emptying, cancel          lock    at once; null when none is under way, so that one end of it counts
     */

    /** How long a failed emptying waits at least before it is tried again. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Store inner;
    private final Table table;
    private final Gates gates;
    private final Journal journal;
    private final StoreRuntime runtime;
    private final Duration inDoubt;
    private final Runnable changed;
    private final Object lock = new Object();
    private Sinks.@Nullable Empty<Void> present;
    private int waiters;
    private long noted;
    private boolean closed;
    private @Nullable Attempt attempt;

    /** @param changed told when the table was emptied, and when flushes may start again */
    Clearing(
            Store inner,
            Table table,
            Gates gates,
            Journal journal,
            StoreRuntime runtime,
            Duration inDoubt,
            Runnable changed) {
        this.inner = inner;
        this.table = table;
        this.gates = gates;
        this.journal = journal;
        this.runtime = runtime;
        this.inDoubt = inDoubt;
        this.changed = changed;
    }

    Mono<Void> clear() {
        return journal.clear(this::begin).flatMap(this::join);
    }

    /** Goes on with a clear of a former process. */
    void resume(long number) {
        begin(number);
    }

    /** Gives up what is under way, and what would be tried later. */
    void close() {
        Sinks.Empty<Void> told;
        Attempt given;
        synchronized (lock) {
            closed = true;
            told = present;
            given = attempt;
            attempt = null;
        }
        if (given != null) {
            given.work.dispose();
        }
        if (told != null) {
            told.tryEmitError(new StoreClosedException("clear", null));
        }
    }

    private Sinks.Empty<Void> begin(long number) {
        boolean first;
        Sinks.Empty<Void> begun;
        synchronized (lock) {
            first = present == null;
            begun = present == null ? Sinks.empty() : present;
            present = begun;
            noted = number;
            if (first) {
                gates.shut();
            }
            table.clear();
        }
        runtime.delivery().schedule(changed);
        if (first) {
            runtime.delivery().schedule(this::empty);
        }
        return begun;
    }

    private Mono<Void> join(Sinks.Empty<Void> begun) {
        synchronized (lock) {
            waiters += present == begun ? 1 : 0;
        }
        return begun.asMono().doOnCancel(() -> leave(begun));
    }

    private void empty() {
        Attempt mine = new Attempt();
        synchronized (lock) {
            if (closed) {
                return;
            }
            attempt = mine;
        }
        mine.work.update(gates.quiet()
                .then(Mono.defer(() -> inner.deletePrefix("")))
                .contextWrite(context -> Attempts.onUnanswered(context, () -> mine.unanswered = true))
                .subscribe(
                        deleted -> {},
                        error -> {
                            if (hasEnded(mine)) {
                                failed(error);
                            }
                        },
                        () -> {
                            if (hasEnded(mine)) {
                                succeeded(mine);
                            }
                        }));
    }

    /** The first end of an attempt counts: its own, or that it was given up. */
    private boolean hasEnded(Attempt ended) {
        synchronized (lock) {
            if (attempt != ended) {
                return false;
            }
            attempt = null;
            return true;
        }
    }

    private void succeeded(Attempt ended) {
        if (ended.unanswered && !inDoubt.isZero()) {
            after(inDoubt, this::done);
        } else {
            done();
        }
    }

    private void done() {
        Sinks.Empty<Void> told;
        synchronized (lock) {
            told = present;
            present = null;
            waiters = 0;
            table.unhide();
            journal.cleared(noted);
            gates.open();
        }
        changed.run();
        if (told != null) {
            told.tryEmitEmpty();
        }
    }

    private void failed(Throwable error) {
        Sinks.Empty<Void> told;
        synchronized (lock) {
            told = present;
            present = Sinks.empty();
            waiters = 0;
        }
        again();
        if (told != null) {
            told.tryEmitError(error);
        }
    }

    /** One of those who wait goes; the last one takes the attempt with him, as nobody would end it if it hangs. */
    private void leave(Sinks.Empty<Void> joined) {
        Attempt given;
        synchronized (lock) {
            if (present != joined || --waiters > 0 || attempt == null) {
                return;
            }
            given = attempt;
            attempt = null;
        }
        given.work.dispose();
        again();
    }

    /** It is many requests: that one was refused says nothing about those before and beside it. */
    private void again() {
        after(inDoubt.compareTo(RETRY) < 0 ? RETRY : inDoubt, this::empty);
    }

    private void after(Duration pause, Runnable step) {
        runtime.timers().schedule(step, pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static final class Attempt {
        final Disposable.Swap work = Disposables.swap();
        volatile boolean unanswered;
    }
}
