package io.reactivestore.local;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Makes the writes of one key wait for each other. Keys share stripes, so a task must never wait for one of another key: what needs two
 * keys is two tasks.
 */
final class KeyLocks {

    /** Many more than I/O threads, so that two keys seldom share one. */
    private static final int STRIPES = 256;

    private final SerialTasks[] stripes = new SerialTasks[STRIPES];

    KeyLocks(Scheduler io) {
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new SerialTasks(io);
        }
    }

    /** Does blocking work when no other write of this key is under way; see {@link SerialTasks#run(Callable)}. */
    <T> Mono<T> run(String key, Callable<@Nullable T> work) {
        int hash = key.hashCode();
        return stripes[(hash ^ (hash >>> 16)) & (STRIPES - 1)].run(work);
    }
}
