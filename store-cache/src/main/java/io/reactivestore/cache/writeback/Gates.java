package io.reactivestore.cache.writeback;

import io.reactivestore.StoreRuntime;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreUnsupportedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** Lets one request a key at a time through to the inner store. */
final class Gates {
    /*
     * How it works. Every mutation of the inner store holds the gate of its key from before it is sent until its end.
     *
     *   free --enter--> held --answer--> free
     *                   held --end without an answer--> in doubt --in-doubt time over--> free
     *                   held --end, nothing was sent--> free
     *
     * A gate that becomes free goes to the first in line. While all gates are shut (a clear) or all keys are in doubt (since a former
     * process was killed), none is given; those that are held or in doubt run out, and who waits for that is told.
     *
     *   state                    written by                        guard   seen by others
     *   gates, shut, unquiet     enter, end, doubt's timer, shut   lock    at once; a gate without holder, doubt and line is gone
     *   allInDoubt               doubtAll, its timer               lock    at once; counts as one unquiet gate
     *   Pass.state               its holder, a cancel              lock    at once; ENDED is final, so the first end decides
     *
     * Nothing else is called while the lock is held. Whoever is let in from the line is told by a task of its own on the delivery
     * scheduler, so that a long line costs no stack.
     */

    private final StoreRuntime runtime;
    private final Duration inDoubt;
    private final Object lock = new Object();
    private final Map<String, Gate> gates = new HashMap<>();
    private boolean shut;
    private boolean allInDoubt;
    private int unquiet;
    private int doubts;
    private @Nullable Runnable whenQuiet;

    Gates(StoreRuntime runtime, Duration inDoubt) {
        this.runtime = runtime;
        this.inDoubt = inDoubt;
    }

    /** Runs work while holding the gate of a key: how it ends says whether the key is in doubt. */
    <T> Mono<T> holding(String key, Function<Pass, Mono<T>> work) {
        return enter(key)
                .flatMap(pass -> Mono.defer(() -> pass.begin() ? work.apply(pass) : Mono.<T>never())
                        .doOnSuccess(value -> pass.end(pass.anyUnanswered()))
                        .doOnError(error -> pass.end(pass.anyUnanswered() || (pass.wasSent() && !isRefusal(error))))
                        .doOnCancel(pass::abandon));
    }

    /** Shuts all gates. */
    void shut() {
        synchronized (lock) {
            shut = true;
        }
    }

    /**
     * Puts all keys in doubt: requests of a former process may be under way. Before any gate is asked for.
     *
     * @param known how many of the keys are known, and so counted
     */
    void doubtAll(int known) {
        if (inDoubt.isZero()) {
            return;
        }
        synchronized (lock) {
            allInDoubt = true;
            unquiet++;
            doubts += known;
        }
        runtime.timers().schedule(() -> endAllDoubt(known), inDoubt.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Whether no gate is held and none is in doubt. */
    boolean isQuiet() {
        synchronized (lock) {
            return unquiet == 0;
        }
    }

    /** Completes when no gate is held and none is in doubt. One caller at a time, while the gates are shut. */
    Mono<Void> quiet() {
        return Mono.create(sink -> {
            synchronized (lock) {
                if (unquiet > 0) {
                    whenQuiet = sink::success;
                    return;
                }
            }
            sink.success();
        });
    }

    /** Opens the gates again. */
    void open() {
        List<Pass> admitted = new ArrayList<>();
        synchronized (lock) {
            shut = false;
            advanceAll(admitted);
        }
        admitted.forEach(this::tell);
    }

    int keysInDoubt() {
        synchronized (lock) {
            return doubts;
        }
    }

    /** Whether the error of a mutation proves that it was not and will not be applied. */
    static boolean isRefusal(Throwable error) {
        return error instanceof PreconditionFailedException
                || error instanceof ObjectNotFoundException
                || error instanceof StoreAccessDeniedException
                || error instanceof StoreRejectedException
                || error instanceof StoreUnsupportedException;
    }

    private Mono<Pass> enter(String key) {
        return Mono.create(sink -> {
            Pass pass = new Pass(key, sink);
            sink.onCancel(pass::abandon);
            boolean admitted = false;
            synchronized (lock) {
                if (pass.state == State.WAITING) {
                    Gate gate = gates.computeIfAbsent(key, Gate::new);
                    if (shut || allInDoubt || gate.holder != null || gate.inDoubt || !gate.line.isEmpty()) {
                        gate.line.add(pass);
                    } else {
                        admit(gate, pass);
                        admitted = true;
                    }
                }
            }
            if (admitted) {
                sink.success(pass);
            }
        });
    }

    private void admit(Gate gate, Pass pass) {
        gate.holder = pass;
        pass.state = State.HELD;
        unquiet++;
    }

    /** Gives a free gate to the first in line, or forgets it; under the lock. */
    private void advance(Gate gate, List<Pass> admitted) {
        if (gate.holder != null || gate.inDoubt) {
            return;
        }
        if (gate.line.isEmpty()) {
            gates.remove(gate.key, gate);
        } else if (!shut && !allInDoubt) {
            Pass next = gate.line.remove();
            admit(gate, next);
            admitted.add(next);
        }
    }

    private void advanceAll(List<Pass> admitted) {
        List.copyOf(gates.values()).forEach(gate -> advance(gate, admitted));
    }

    private void tell(Pass pass) {
        runtime.delivery().schedule(() -> pass.sink.success(pass));
    }

    /** A gate is neither held nor in doubt any more; under the lock. Returns whom to tell that all are so. */
    private @Nullable Runnable calmed() {
        unquiet--;
        Runnable told = unquiet == 0 ? whenQuiet : null;
        whenQuiet = told == null ? whenQuiet : null;
        return told;
    }

    private void endAllDoubt(int known) {
        List<Pass> admitted = new ArrayList<>();
        Runnable told;
        synchronized (lock) {
            allInDoubt = false;
            doubts -= known;
            told = calmed();
            advanceAll(admitted);
        }
        admitted.forEach(this::tell);
        if (told != null) {
            told.run();
        }
    }

    private void endDoubt(Gate gate) {
        List<Pass> admitted = new ArrayList<>();
        Runnable told;
        synchronized (lock) {
            gate.inDoubt = false;
            doubts--;
            told = calmed();
            advance(gate, admitted);
        }
        admitted.forEach(this::tell);
        if (told != null) {
            told.run();
        }
    }

    private enum State {
        WAITING,
        HELD,
        WORKING,
        SENT,
        ENDED
    }

    private static final class Gate {
        final String key;
        final Deque<Pass> line = new ArrayDeque<>(0);

        @Nullable Pass holder;

        boolean inDoubt;

        Gate(String key) {
            this.key = key;
        }
    }

    /** The right to send requests about a key, or a place in the line for it. */
    final class Pass {

        private final String key;
        private final MonoSink<Pass> sink;
        private State state = State.WAITING;
        private boolean unanswered;

        Pass(String key, MonoSink<Pass> sink) {
            this.key = key;
            this.sink = sink;
        }

        /**
         * Asked right before a request goes out: from here on an end without an answer leaves the key in doubt.
         *
         * @return false if it must not go out any more
         */
        boolean sends() {
            synchronized (lock) {
                if (state == State.WORKING) {
                    state = State.SENT;
                }
                return state == State.SENT;
            }
        }

        /** An attempt below was not answered, whatever becomes of the request. */
        void noteUnanswered() {
            synchronized (lock) {
                unanswered = true;
            }
        }

        private boolean begin() {
            synchronized (lock) {
                if (state != State.HELD) {
                    return false;
                }
                state = State.WORKING;
                return true;
            }
        }

        private boolean wasSent() {
            synchronized (lock) {
                return state == State.SENT;
            }
        }

        private boolean anyUnanswered() {
            synchronized (lock) {
                return unanswered;
            }
        }

        private void abandon() {
            end(wasSent());
        }

        private void end(boolean doubtful) {
            List<Pass> admitted = new ArrayList<>();
            Runnable told = null;
            boolean doubted = false;
            Gate gate;
            synchronized (lock) {
                State before = state;
                state = State.ENDED;
                gate = gates.get(key);
                if (before == State.ENDED || gate == null) {
                    return;
                }
                if (before == State.WAITING) {
                    gate.line.remove(this);
                } else {
                    gate.holder = null;
                    doubted = doubtful && !inDoubt.isZero();
                    if (doubted) {
                        gate.inDoubt = true;
                        doubts++;
                    } else {
                        told = calmed();
                    }
                }
                advance(gate, admitted);
            }
            if (doubted) {
                runtime.timers().schedule(() -> endDoubt(gate), inDoubt.toNanos(), TimeUnit.NANOSECONDS);
            }
            admitted.forEach(Gates.this::tell);
            if (told != null) {
                told.run();
            }
        }
    }
}
