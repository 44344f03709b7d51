package io.reactivestore.cache;

import io.reactivestore.Attempts;
import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.Keys;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.Fence.End;
import io.reactivestore.cache.Fence.Ticket;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.Lifecycle;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Sends mutations to the source behind the fence. */
final class Writes {
    /*
     * How it works. Each mutation runs through the same steps, in this order:
     *
     *   raise the fence -> drop the copies in lower tiers, and wait until they stay away -> send -> end on the fence, once -> drop memory's copy
     *     -> install the put's own bytes, if allowed -> answer the caller
     *
     * Answer, error and cancel race for the end; the first one decides.
     */

    private final Store source;
    private final Memory memory;
    private final List<Tier> tiers;
    private final Mono<Void> tiersReady;
    private final Fence fence;
    private final Freshness freshness;
    private final StatsRecorder stats;
    private final StoreRuntime runtime;
    private final Lifecycle lifecycle;
    private final boolean cacheWrites;
    private final long maxEntryBytes;
    private final ByteBudget budget;

    /** @param tiersReady completes when the tiers are open, or have been waited for long enough */
    Writes(
            Store source,
            Memory memory,
            List<Tier> tiers,
            Mono<Void> tiersReady,
            Fence fence,
            Freshness freshness,
            StatsRecorder stats,
            StoreRuntime runtime,
            Lifecycle lifecycle,
            boolean cacheWrites,
            long maxEntryBytes,
            ByteBudget budget) {
        this.source = source;
        this.memory = memory;
        this.tiers = tiers;
        this.tiersReady = tiersReady;
        this.fence = fence;
        this.freshness = freshness;
        this.stats = stats;
        this.runtime = runtime;
        this.lifecycle = lifecycle;
        this.cacheWrites = cacheWrites;
        this.maxEntryBytes = maxEntryBytes;
        this.budget = budget;
    }

    Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        return ready("put", key).then(Mono.defer(() -> {
            if (!cacheWrites || !options.cached()) {
                return mutate("put", key, () -> source.put(key, content, options), (ticket, info) -> {});
            }
            Capture capture = new Capture(maxEntryBytes, budget);
            long epoch = freshness.epoch();
            return mutate(
                            "put",
                            key,
                            () -> source.put(key, content.through(capture::tee), options),
                            (ticket, info) -> keepOwn(ticket, info, capture, options, epoch))
                    .doFinally(signal -> capture.release());
        }));
    }

    Mono<Void> delete(String key, DeleteOptions options) {
        return ready("delete", key)
                .then(Mono.defer(
                        () -> mutate("delete", key, () -> source.delete(key, options), (ticket, nothing) -> {})));
    }

    Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        return ready("copy", to)
                .then(Mono.defer(() -> mutate("copy", to, () -> source.copy(from, to, options), (ticket, info) -> {})));
    }

    /**
     * Results come in the order of the keys, so the first ticket not yet ended is that of the next result. What is no key is left to the
     * source, which refuses it: there is no copy of it to be dropped.
     *
     * @param ended hears of each key that was begun, once, when its delete has ended: with a result or without one
     */
    Flux<DeleteResult> deleteAll(Publisher<String> keys, Consumer<String> ended) {
        return ready("deleteAll", null).thenMany(Flux.defer(() -> {
            Queue<Ending> open = new ConcurrentLinkedQueue<>();
            AtomicBoolean over = new AtomicBoolean();
            BiConsumer<Ending, End> finish = (ending, how) -> {
                if (ending.end(how)) {
                    ended.accept(ending.ticket.key);
                }
            };
            Function<String, Mono<String>> begun = key -> {
                if (!Keys.isKey(key)) {
                    return Mono.just(key);
                }
                Ending ending = begin("deleteAll", key);
                open.add(ending);
                if (over.get()) {
                    finish.accept(ending, End.UNKNOWN);
                }
                return ending.dropped.thenReturn(key);
            };
            // Each key is taken when the source asks for it, and passed on before an error of the keys that follows it.
            Flux<String> fenced = Flux.from(keys).concatMapDelayError(begun, true, 1);
            Runnable giveUp = () -> {
                over.set(true);
                open.forEach(ending -> finish.accept(ending, End.UNKNOWN));
            };
            return source.deleteAll(fenced)
                    .contextWrite(context ->
                            Attempts.onUnanswered(context, () -> open.forEach(Ending::noteUnansweredAttempt)))
                    .doOnNext(result -> {
                        Ending ending = Keys.isKey(result.key()) ? open.poll() : null;
                        if (ending != null) {
                            Throwable error = result.error();
                            finish.accept(ending, error == null ? End.APPLIED : Outcomes.of(error));
                        }
                    })
                    .doOnTerminate(giveUp)
                    .doOnCancel(giveUp);
        }));
    }

    Mono<Long> deletePrefix(String prefix) {
        return ready("deletePrefix", prefix).then(Mono.defer(() -> {
            PrefixMarks.Mark mark = fence.beginPrefix(prefix);
            Mono<Void> dropped = Tier.inEach(tiers, tier -> tier.dropPrefix(prefix, mark.begunAt));
            AtomicBoolean ended = new AtomicBoolean();
            AtomicBoolean sent = new AtomicBoolean();
            Consumer<End> end = outcome -> {
                if (ended.compareAndSet(false, true)) {
                    fence.endPrefix(mark, outcome);
                    memory.removePrefix(prefix);
                }
            };
            requireOpen("deletePrefix", prefix, end);
            AtomicBoolean unanswered = new AtomicBoolean();
            return dropped.then(Mono.defer(() -> {
                        requireOpen("deletePrefix", prefix, end);
                        sent.set(true);
                        return source.deletePrefix(prefix);
                    }))
                    .contextWrite(context -> Attempts.onUnanswered(context, () -> unanswered.set(true)))
                    .doOnSuccess(count -> end.accept(unanswered.get() ? End.UNKNOWN : End.APPLIED))
                    // It is many requests: that one was refused says nothing about those before and beside it.
                    .doOnError(error -> end.accept(End.UNKNOWN))
                    .doOnCancel(() -> end.accept(sent.get() ? End.UNKNOWN : End.REFUSED));
        }));
    }

    /** Waits for tiers that are being opened, a while. */
    Mono<Void> ready(String operation, @Nullable String key) {
        return lifecycle.whenOpen(
                operation,
                key,
                () -> tiers.stream().allMatch(tier -> tier.offReason() == null) ? Mono.empty() : tiersReady);
    }

    private <T> Mono<T> mutate(String operation, String key, Supplier<Mono<T>> send, BiConsumer<Ticket, T> applied) {
        return Mono.defer(() -> {
            Ending ending = begin(operation, key);
            return ending.dropped
                    .then(Mono.defer(() -> {
                        requireOpen(operation, key, ending::end);
                        ending.sent = true;
                        return send.get();
                    }))
                    .contextWrite(context -> Attempts.onUnanswered(context, ending::noteUnansweredAttempt))
                    .doOnSuccess(value -> {
                        if (ending.end(End.APPLIED) && value != null) {
                            applied.accept(ending.ticket, value);
                        }
                    })
                    .doOnError(error -> ending.end(Outcomes.of(error)))
                    .doOnCancel(() -> ending.end(ending.sent ? End.UNKNOWN : End.REFUSED));
        });
    }

    private Ending begin(String operation, String key) {
        Ticket ticket = fence.begin(key);
        Ending ending = new Ending(ticket, Tier.inEach(tiers, tier -> tier.drop(key, ticket.begun)));
        requireOpen(operation, key, ending::end);
        return ending;
    }

    /** Behind the raising of the fence: whoever closes a tier looks at the fence after closing the store. */
    private void requireOpen(String operation, String key, Consumer<End> end) {
        if (lifecycle.isClosed()) {
            end.accept(End.REFUSED);
            throw new StoreClosedException(operation, key);
        }
    }

    private void keepOwn(Ticket ticket, ObjectInfo info, Capture capture, WriteOptions options, long epoch) {
        byte[] bytes = capture.bytes(info.size());
        ObjectInfo facts = info.attributes() != null
                ? info
                : info.withAttributes(options.attributes() == null ? Attributes.none() : options.attributes());
        if (bytes == null) {
            fence.ifOwn(ticket, () -> memory.putHead(ticket.key, facts, runtime.nanoTime(), epoch));
            return;
        }
        CachedEntry entry =
                new CachedEntry(facts, Buffers.wrap(bytes), runtime.nanoTime(), epoch, freshness, lifecycle);
        if (fence.ifOwn(ticket, () -> memory.put(ticket.key, entry))) {
            tiers.forEach(tier -> tier.fill(ticket.key, entry, ticket.ownPass()));
        } else {
            stats.outdated.increment();
        }
    }

    /** Ends one mutation, once. */
    private final class Ending {

        private final Ticket ticket;
        private final Mono<Void> dropped;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile boolean sent;

        /** @param dropped completes when the mutation may be sent */
        Ending(Ticket ticket, Mono<Void> dropped) {
            this.ticket = ticket;
            this.dropped = dropped;
        }

        boolean end(End end) {
            if (!ended.compareAndSet(false, true)) {
                return false;
            }
            fence.end(ticket, end);
            memory.remove(ticket.key);
            return true;
        }

        void noteUnansweredAttempt() {
            ticket.noteUnansweredAttempt();
        }
    }
}
