package io.reactivestore.cache.writeback;

import io.reactivestore.Attempts;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
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
     *   open --clear--> hidden: gates shut, table emptied, waits until no write is under way or in doubt
     *   hidden --quiet--> emptying: the inner store is told to delete all
     *   emptying --done, every attempt answered--> open: inner store seen again, gates opened
     *   emptying --done, an attempt unanswered--> waits for the in-doubt time --> open
     *   emptying --error--> owed: those who wait are told; waits for the in-doubt time --> emptying
     *   emptying --the last who waited cancels--> owed, without anybody to tell
     *   any but open --clear--> the same state, table emptied again; nothing of it can be in the inner store
     *
     *   state                   written by                guard   seen by others
     *   present, waiters        clear, cancel, emptying   lock    at once
     *   attempt                 emptying, cancel          lock    at once; null when none is under way, so that one end of it counts
     */

    /** How long a failed emptying waits at least before it is tried again. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Store inner;
    private final Table table;
    private final Gates gates;
    private final StoreRuntime runtime;
    private final Duration inDoubt;
    private final Runnable changed;
    private final Object lock = new Object();
    private Sinks.@Nullable Empty<Void> present;
    private int waiters;
    private @Nullable Attempt attempt;

    /** @param changed told when the table was emptied, and when flushes may start again */
    Clearing(Store inner, Table table, Gates gates, StoreRuntime runtime, Duration inDoubt, Runnable changed) {
        this.inner = inner;
        this.table = table;
        this.gates = gates;
        this.runtime = runtime;
        this.inDoubt = inDoubt;
        this.changed = changed;
    }

    Mono<Void> clear() {
        return Mono.defer(() -> {
            boolean first;
            Sinks.Empty<Void> joined;
            synchronized (lock) {
                first = present == null;
                joined = present == null ? Sinks.empty() : present;
                present = joined;
                waiters++;
                if (first) {
                    gates.shut();
                }
                table.clear();
            }
            changed.run();
            if (first) {
                empty();
            }
            return joined.asMono().doOnCancel(() -> leave(joined));
        });
    }

    private void empty() {
        Attempt mine = new Attempt();
        synchronized (lock) {
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
