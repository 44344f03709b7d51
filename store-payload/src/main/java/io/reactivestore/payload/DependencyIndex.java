package io.reactivestore.payload;

import io.reactivestore.Keys;
import io.reactivestore.internal.Lifecycle;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Serves payloads whose files are as they were. A lookup hashes the files that a payload was made from; if one has changed, is missing or
 * cannot be read, the payload is dropped, and with it every other that was made from it, directly or not.
 *
 * <p>Everything that is persisted, removed or evicted through the payload store is known here. Opening reads all entries once.
 */
public final class DependencyIndex {
    /*
     * How it works. Two maps, one the inverse of the other.
     *
     *   state        written by                    guard         seen by others
     *   upstreams    persisted, removed            this object   at once
     *   dependents   persisted, removed            this object   at once; no set is empty
     *
     * What comes and goes while the entries are read at opening is told too; both say the same of an entry that is there, and what was
     * removed meanwhile is remembered until then, so that a late page does not bring it back.
     */

    private static final int DROP_CONCURRENCY = 8;

    private final PayloadStore payloads;
    private final FileHashes hashes;
    private final Lifecycle lifecycle;
    private final Map<PayloadKey, List<PayloadKey>> upstreams = new HashMap<>();
    private final Map<PayloadKey, Set<PayloadKey>> dependents = new HashMap<>();
    private final Set<PayloadKey> changedWhileReading = new HashSet<>();
    private boolean reading = true;

    private DependencyIndex(PayloadStore payloads) {
        this.payloads = payloads;
        this.hashes = new FileHashes(payloads.runtime());
        this.lifecycle = new Lifecycle(this::readAll, Mono::empty);
    }

    /** An index of this store, which is not closed by it. */
    public static DependencyIndex of(PayloadStore payloads) {
        DependencyIndex index = new DependencyIndex(Keys.requireNonNull("DependencyIndex", "payloads", payloads));
        payloads.listen(new PayloadStore.Changes() {
            @Override
            public void persisted(PayloadKey key, PayloadMeta meta) {
                index.changed(key);
                index.put(key, meta);
            }

            @Override
            public void removed(PayloadKey key) {
                index.changed(key);
                index.forget(key);
            }
        });
        return index;
    }

    /**
     * Looks a payload up and checks its bytes and its files.
     *
     * @return the payload, or empty when there is none or one of its files has changed
     * @fails as {@link PayloadStore#lookup}
     */
    public Mono<Payload> lookup(PayloadKey key) {
        Keys.requireNonNull("lookup", "key", key);
        return lifecycle.whenOpen(
                "lookup",
                key.hex(),
                () -> payloads.lookup(key)
                        .flatMap(payload -> Flux.fromIterable(payload.meta().fileRoots())
                                .concatMap(hashes::matches, 1)
                                .all(matches -> matches)
                                .flatMap(fresh ->
                                        fresh ? Mono.just(payload) : drop(key).then(Mono.empty()))));
    }

    /**
     * Drops a payload and all that were made from it, directly or not.
     *
     * @return how many were dropped
     */
    public Mono<Long> invalidate(PayloadKey key) {
        Keys.requireNonNull("invalidate", "key", key);
        return lifecycle.whenOpen("invalidate", key.hex(), () -> drop(key));
    }

    /** Reads all entries. Implied by the first operation. */
    public Mono<Void> open() {
        return lifecycle.open();
    }

    private Mono<Void> readAll() {
        return payloads.entries().doOnNext(this::found).then(Mono.fromRunnable(this::allRead));
    }

    private Mono<Long> drop(PayloadKey key) {
        return Flux.fromIterable(withDependents(key))
                .flatMap(each -> payloads.remove(each).thenReturn(each), DROP_CONCURRENCY)
                .count();
    }

    private synchronized Set<PayloadKey> withDependents(PayloadKey key) {
        Set<PayloadKey> found = new LinkedHashSet<>(Set.of(key));
        Queue<PayloadKey> open = new ArrayDeque<>(found);
        for (PayloadKey next = open.poll(); next != null; next = open.poll()) {
            for (PayloadKey dependent : dependents.getOrDefault(next, Set.of())) {
                if (found.add(dependent)) {
                    open.add(dependent);
                }
            }
        }
        return found;
    }

    private synchronized void found(PayloadEntry entry) {
        if (!changedWhileReading.contains(entry.key())) {
            put(entry.key(), entry.meta());
        }
    }

    private synchronized void changed(PayloadKey key) {
        if (reading) {
            changedWhileReading.add(key);
        }
    }

    private synchronized void allRead() {
        reading = false;
        changedWhileReading.clear();
    }

    private synchronized void put(PayloadKey key, PayloadMeta meta) {
        forget(key);
        upstreams.put(key, meta.upstreamKeys());
        meta.upstreamKeys()
                .forEach(upstream -> dependents
                        .computeIfAbsent(upstream, k -> new HashSet<>())
                        .add(key));
    }

    private synchronized void forget(PayloadKey key) {
        for (PayloadKey upstream : upstreams.getOrDefault(key, List.of())) {
            dependents.computeIfPresent(upstream, (k, those) -> those.remove(key) && those.isEmpty() ? null : those);
        }
        upstreams.remove(key);
    }
}
