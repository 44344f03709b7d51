package io.reactivestore.cache;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What goes on behind the callers, so that somebody can wait for the end of all that was begun before. */
final class Works {
    /*
     * How it works. Each piece of work belongs to the round in which it began. Who waits ends the present round and is told when that
     * one and all before it have no work left; work begun later belongs to the next round and is not waited for. A piece of work that
     * begins another does so before it ends, in its own round.
     *
     *   state    written by            guard         seen by others
     *   rounds   begin, end, settled   this object   at once; the last is the present one
     *
     * Nobody is told while the lock is held.
     */

    private final Deque<Round> rounds = new ArrayDeque<>(List.of(new Round()));

    /** A piece of work under way. */
    static final class Work {
        private final Round round;

        private Work(Round round) {
            this.round = round;
        }
    }

    /** Begins a piece of work. */
    synchronized Work begin() {
        Round present = rounds.getLast();
        present.open++;
        return new Work(present);
    }

    /** Begins a piece of work that belongs to another which has not ended. */
    synchronized Work begin(@Nullable Work within) {
        if (within == null) {
            return begin();
        }
        within.round.open++;
        return new Work(within.round);
    }

    /** Ends it; once. */
    void end(Work work) {
        List<Sinks.Empty<Void>> told = new ArrayList<>();
        synchronized (this) {
            work.round.open--;
            drain(told);
        }
        told.forEach(Sinks.Empty::tryEmitEmpty);
    }

    /** Completes when all that was begun before the subscription has ended. */
    Mono<Void> settled() {
        return Mono.defer(() -> {
            Sinks.Empty<Void> done = Sinks.empty();
            List<Sinks.Empty<Void>> told = new ArrayList<>();
            synchronized (this) {
                rounds.getLast().waiting.add(done);
                rounds.addLast(new Round());
                drain(told);
            }
            told.forEach(Sinks.Empty::tryEmitEmpty);
            return done.asMono();
        });
    }

    private void drain(List<Sinks.Empty<Void>> told) {
        while (rounds.size() > 1 && rounds.getFirst().open == 0) {
            told.addAll(rounds.removeFirst().waiting);
        }
    }

    private static final class Round {
        final List<Sinks.Empty<Void>> waiting = new ArrayList<>(0);
        long open;
    }
}
