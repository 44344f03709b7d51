package io.reactivestore.payload;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Writes of one key, one after the other in the order in which they were subscribed to. */
final class Turns {
    /*
     * How it works.
     *
     *   new --nobody before it--> working --ends--> gone, and the next one works
     *       --else--> waiting --its turn--> working
     *                 waiting --cancel--> gone
     *
     * Work that has begun goes on to its end, also if its caller does not wait for it any more: half of an entry is a miss, and a half that
     * arrives after the next writer's would look like corruption.
     *
     *   state           written by                guard         seen by others
     *   lines           enter, leave              this object   at once; no line is empty, its first works
     *   Turn.claimed    work, cancel              atomic        at once; never taken back
     */

    private final Map<PayloadKey, Queue<Turn>> lines = new HashMap<>();

    <T> Mono<T> inTurn(PayloadKey key, Supplier<Mono<T>> work) {
        return Mono.deferContextual(context -> {
            Turn turn = enter(key);
            Mono<T> begun = Mono.defer(() -> turn.claim()
                    ? Mono.fromFuture(
                            Mono.defer(work)
                                    .doFinally(end -> leave(turn))
                                    .contextWrite(context)
                                    .toFuture(),
                            true)
                    : Mono.empty());
            return turn.come.asMono().then(begun).doOnCancel(() -> {
                if (turn.claim()) {
                    leave(turn);
                }
            });
        });
    }

    private Turn enter(PayloadKey key) {
        Turn turn = new Turn(key);
        boolean first;
        synchronized (this) {
            Queue<Turn> line = lines.computeIfAbsent(key, k -> new ArrayDeque<>(1));
            first = line.isEmpty();
            line.add(turn);
        }
        if (first) {
            turn.come.tryEmitEmpty();
        }
        return turn;
    }

    private void leave(Turn turn) {
        Turn next = null;
        synchronized (this) {
            Queue<Turn> line = lines.get(turn.key);
            if (line != null) {
                boolean first = line.peek() == turn;
                line.remove(turn);
                next = first ? line.peek() : null;
                if (line.isEmpty()) {
                    lines.remove(turn.key);
                }
            }
        }
        tell(next);
    }

    private static void tell(@Nullable Turn next) {
        if (next != null) {
            next.come.tryEmitEmpty();
        }
    }

    private static final class Turn {

        private final PayloadKey key;
        private final Sinks.Empty<Void> come = Sinks.empty();
        private final AtomicBoolean claimed = new AtomicBoolean();

        Turn(PayloadKey key) {
            this.key = key;
        }

        /** Whoever is first, the work or the cancel, has it. */
        boolean claim() {
            return claimed.compareAndSet(false, true);
        }
    }
}
