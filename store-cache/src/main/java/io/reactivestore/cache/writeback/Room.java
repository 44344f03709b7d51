package io.reactivestore.cache.writeback;

import io.reactivestore.StoreRuntime;
import io.reactivestore.cache.writeback.InnerWrites.Turn;
import io.reactivestore.error.StoreClosedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Takes writes into the table, and sees to it that there is room for them and that none stays dirty for too long. */
final class Room {
    /*
     * How it works. A write that fits is taken at once, unless others wait already: into the table, perhaps by way of the journal.
     *
     *   new --fits, nobody waits--> taken
     *   new --else--> waiting --first in line, fits--> taken
     *                 waiting --cancel--> gone, as if it had never been
     *                 waiting --close--> refused
     *
     * The pump does all the rest, one round at a time: it takes those who wait, evicts what another store asked for, and has victims
     * flushed: the oldest writes if too much is dirty, the least used entries if too much is held, and those that are too old. It is
     * started by whatever may have changed the picture: a write that has to wait, the end of a flush, a clear, a timer.
     *
     *   state      written by                      guard              seen by others
     *   waiting    put, cancel, pump               concurrent deque   at once
     *   owed       giveBack, pump                  atomic             at once
     *   running    pump, end of a victim's flush   atomic             at once
     *   timers     arm, the timer itself           atomic             at once; at most one of each is set
     */

    /** How long a round waits that found nobody to flush, because all victims have just failed. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Table table;
    private final InnerWrites writes;
    private final Journal journal;
    private final StoreRuntime runtime;
    private final int concurrency;
    private final @Nullable Duration maxDirtyAge;
    private final @Nullable WriteBackBudget budget;
    private final Deque<Waiting> waiting = new ConcurrentLinkedDeque<>();
    private final AtomicInteger wip = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong owed = new AtomicLong();
    private final AtomicBoolean retryTimer = new AtomicBoolean();
    private final AtomicBoolean ageTimer = new AtomicBoolean();
    private volatile boolean closed;

    Room(
            Table table,
            InnerWrites writes,
            Journal journal,
            StoreRuntime runtime,
            int concurrency,
            @Nullable Duration maxDirtyAge,
            @Nullable WriteBackBudget budget) {
        this.table = table;
        this.writes = writes;
        this.journal = journal;
        this.runtime = runtime;
        this.concurrency = concurrency;
        this.maxDirtyAge = maxDirtyAge;
        this.budget = budget;
        if (budget != null) {
            budget.join(this);
        }
    }

    /**
     * Takes a write: now, or if it has to wait, once subscribed to.
     *
     * @return gives {@code answer} when the write is in the table
     */
    <T> Mono<T> take(Entry write, @Nullable T answer) {
        // The common case, without an operator.
        if (!journal.isLasting() && waiting.isEmpty() && journal.take(write, () -> {}, error -> {}) == null) {
            armForAge();
            return Mono.justOrEmpty(answer);
        }
        return Mono.create(sink -> {
            Runnable taken = () -> sink.success(answer);
            if (waiting.isEmpty() && journal.take(write, taken, sink::error) == null) {
                armForAge();
                return;
            }
            Waiting late = new Waiting(write, taken, sink::error);
            waiting.add(late);
            sink.onCancel(() -> waiting.remove(late));
            pump();
        });
    }

    /** Something went out of the table, or became clean. */
    void changed() {
        pump();
        WriteBackBudget shared = budget;
        if (shared != null) {
            shared.wake();
        }
    }

    /** Something became clean, which matters only if room is wanted. */
    void pumpIfWanted() {
        if (!waiting.isEmpty() || owed.get() > 0) {
            pump();
        }
    }

    /** Writes went from the journal into the table, or gave their room back. */
    void arrived() {
        armForAge();
        pumpIfWanted();
        WriteBackBudget shared = budget;
        if (shared != null) {
            shared.wake();
        }
    }

    /** Another store needs these bytes. */
    void giveBack(long bytes) {
        owed.accumulateAndGet(bytes, Math::max);
        pump();
    }

    long heldBytes() {
        return table.bytes();
    }

    int waitingCount() {
        return waiting.size();
    }

    /** Refuses those who wait, and starts nothing any more. */
    void close() {
        closed = true;
        table.close();
        pump();
    }

    void leaveBudget() {
        WriteBackBudget shared = budget;
        if (shared != null) {
            table.forget();
            shared.leave(this);
            shared.wake();
        }
    }

    private void pump() {
        if (wip.getAndIncrement() > 0) {
            return;
        }
        int missed = 1;
        do {
            round();
            missed = wip.addAndGet(-missed);
        } while (missed > 0);
    }

    private void round() {
        if (closed) {
            refuseAll();
            return;
        }
        List<String> victims = new ArrayList<>();
        payBack(victims);
        Shortage shortage = takeWaiting();
        if (shortage != null) {
            end(shortage, victims);
        }
        if (maxDirtyAge != null) {
            victims.addAll(table.aged(maxDirtyAge, free(victims), runtime.nanoTime()));
        }
        victims.forEach(this::flush);
        if ((shortage != null || owed.get() > 0) && running.get() == 0) {
            arm(retryTimer, RETRY_NANOS);
        }
        armForAge();
    }

    private void end(Shortage shortage, List<String> victims) {
        switch (shortage.of()) {
            case DIRTY, HELD -> victims.addAll(table.victims(shortage, free(victims), runtime.nanoTime()));
            case BUDGET -> Objects.requireNonNull(budget).makeRoom(shortage.bytes());
            case JOURNAL -> {} // ends by itself
        }
    }

    /** Takes those who fit; tells what the first who does not fit is short of. */
    private @Nullable Shortage takeWaiting() {
        for (Waiting first = waiting.peek(); first != null; first = waiting.peek()) {
            Runnable taken = first.taken;
            Shortage shortage;
            try {
                shortage = journal.take(first.write, () -> runtime.delivery().schedule(taken), first.failed);
            } catch (StoreClosedException closing) {
                return null; // whoever is closing it starts a round that refuses them all
            }
            if (shortage != null) {
                return shortage;
            }
            waiting.remove(first);
        }
        return null;
    }

    private void payBack(List<String> victims) {
        long asked = owed.get();
        if (asked <= 0) {
            return;
        }
        long paid = table.evict(asked, runtime.nanoTime());
        long left = owed.updateAndGet(now -> Math.max(0, now - paid));
        if (paid > 0 && budget != null) {
            budget.wake();
        }
        if (left > 0) {
            victims.addAll(table.victims(new Shortage(Shortage.Kind.HELD, left), free(victims), runtime.nanoTime()));
        }
    }

    private int free(List<String> victims) {
        return Math.max(0, concurrency - running.get() - victims.size());
    }

    private void flush(String key) {
        running.incrementAndGet();
        // A failure is counted and the entry stays dirty; there is nobody to tell.
        Mono.defer(() -> writes.flush(Turn.ofAny(key), false))
                .doFinally(end -> {
                    table.stays(key);
                    running.decrementAndGet();
                    changed();
                })
                .subscribe(flushed -> {}, error -> {});
    }

    private void armForAge() {
        Duration age = maxDirtyAge;
        Long since = age == null || closed ? null : table.dirtySinceNanos();
        if (age != null && since != null) {
            long left = age.toNanos() - (runtime.nanoTime() - since);
            // What is too old already is under way, or has just failed.
            arm(ageTimer, left > 0 ? left : RETRY_NANOS);
        }
    }

    private void arm(AtomicBoolean timer, long nanos) {
        if (timer.compareAndSet(false, true)) {
            runtime.timers()
                    .schedule(
                            () -> {
                                timer.set(false);
                                pump();
                            },
                            nanos,
                            TimeUnit.NANOSECONDS);
        }
    }

    private void refuseAll() {
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            Entry write = next.write;
            next.failed.accept(new StoreClosedException(write.operation(), write.key()));
        }
    }

    private record Waiting(Entry write, Runnable taken, Consumer<Throwable> failed) {}
}
