package io.reactivestore.cache.writeback;

import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreUnavailableException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/** Opens a store with what a former process has left in the journal, and closes it so that nothing is lost that need not be. */
final class Handover {

    private final Store inner;
    private final Table table;
    private final Gates gates;
    private final Journal journal;
    private final Clearing clearing;
    private final Room room;
    private final StoreRuntime runtime;

    Handover(
            Store inner,
            Table table,
            Gates gates,
            Journal journal,
            Clearing clearing,
            Room room,
            StoreRuntime runtime) {
        this.inner = inner;
        this.table = table;
        this.gates = gates;
        this.journal = journal;
        this.clearing = clearing;
        this.room = room;
        this.runtime = runtime;
    }

    Mono<Void> open() {
        return inner.open().then(journal.open(this::takeOver));
    }

    /** What the former process has sent may be under way, so that nothing may be sent at first. */
    private void takeOver(Recovered recovered) {
        if (!recovered.fresh()) {
            gates.doubtAll(recovered.writes().size());
        }
        if (recovered.clear() > 0) {
            clearing.resume(recovered.clear());
        }
        long since = Long.MIN_VALUE;
        for (JournalRecord write : recovered.writes()) {
            since = Math.max(since, runtime.nanoTime() - age(write));
            table.restore(Objects.requireNonNull(write.entry()), since);
        }
        room.changed();
    }

    /** Clocks jump: nothing is younger than now. */
    private long age(JournalRecord write) {
        return TimeUnit.MILLISECONDS.toNanos(Math.max(0, runtime.clock().millis() - write.number()));
    }

    /**
     * Closes all but the inner store.
     *
     * @param flush ends the reads, and writes what is in the table by then
     */
    Mono<Void> close(Supplier<Mono<Void>> flush) {
        return Mono.defer(() -> {
            room.close();
            return journal.drained()
                    .then(Mono.defer(flush))
                    .onErrorMap(this::unflushed)
                    .onErrorResume(error -> leave().then(Mono.error(error)))
                    .then(leave())
                    .doFinally(end -> room.leaveBudget());
        });
    }

    private StoreUnavailableException unflushed(Throwable error) {
        long writes = table.stats(0, 0).dirtyEntries();
        String fate = journal.isLasting() ? "stay in the journal" : "are lost";
        return new StoreUnavailableException(
                "close", null, writes + " writes could not be flushed and " + fate, false, error);
    }

    /** With a journal, what is not done by now is left to the next opening. */
    private Mono<Void> leave() {
        return Mono.defer(() -> {
            if (journal.isLasting()) {
                clearing.close();
            }
            return journal.close(gates::isQuiet);
        });
    }
}
