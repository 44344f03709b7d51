package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.Fence.End;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.Fence.Ticket;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Drops copies for a reason other than a write through the store: a removal like any other, which also outdates what is being loaded. */
final class Removals {

    private final Fence fence;
    private final MemoryTier memory;
    private final List<Tier> tiers;

    Removals(Fence fence, MemoryTier memory, List<Tier> tiers) {
        this.fence = fence;
        this.memory = memory;
        this.tiers = tiers;
    }

    /** Drops every copy of a key. */
    void drop(String key) {
        Ticket ticket = fence.begin(key);
        tiers.forEach(tier -> tier.drop(key));
        fence.end(ticket, End.REFUSED);
        memory.remove(key);
    }

    /** Drops every copy under a prefix. */
    void dropPrefix(String prefix) {
        PrefixMarks.Mark mark = fence.beginPrefix(prefix);
        tiers.forEach(tier -> tier.dropPrefix(prefix));
        fence.endPrefix(mark, End.REFUSED);
        memory.removePrefix(prefix);
    }

    /** Asks the source about a key, and drops the copies that contradict its answer. */
    <T> Mono<T> watched(String key, Mono<T> question, Function<T, ObjectInfo> facts) {
        return Mono.defer(() -> {
            Pass pass = fence.pass(key);
            return question.doOnSuccess(answer -> dropIfKept(
                    key, pass, answer == null ? null : facts.apply(answer).etag()));
        });
    }

    /**
     * Drops the copies of a key that contradict what the source has said: another etag, or nothing (null). An answer that a write has
     * overtaken says nothing about now.
     *
     * @param pass taken before the source was asked
     */
    void dropIfKept(String key, Pass pass, @Nullable String etag) {
        if (!fence.isCurrent(key, pass)) {
            return;
        }
        CachedEntry kept = memory.get(key);
        boolean inMemory = kept != null && !kept.info().etag().equals(etag);
        if (inMemory || tiers.stream().anyMatch(tier -> tier.contradicts(key, etag))) {
            drop(key);
        }
    }
}
