package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.Fence.End;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.Fence.Ticket;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Drops copies for a reason other than a write through the store: a removal like any other, which also outdates what is being loaded. */
final class Removals {

    private final Fence fence;
    private final Memory memory;
    private final List<Tier> tiers;

    Removals(Fence fence, Memory memory, List<Tier> tiers) {
        this.fence = fence;
        this.memory = memory;
        this.tiers = tiers;
    }

    /** Drops every copy of a key. They are gone when this returns; what it returns completes when they do not come back either. */
    Mono<Void> drop(String key) {
        return drop(key, Tier::drop);
    }

    /** The same for a key that another cache has written. */
    Mono<Void> dropAfterOther(String key) {
        return drop(key, Tier::dropAfterOther);
    }

    private Mono<Void> drop(String key, Drop drop) {
        Ticket ticket = fence.begin(key);
        Mono<Void> dropped = Tier.inEach(tiers, tier -> drop.in(tier, key, ticket.begun));
        fence.end(ticket, End.REFUSED);
        memory.remove(key);
        return dropped;
    }

    /** The same for every key with a prefix. */
    Mono<Void> dropPrefix(String prefix) {
        PrefixMarks.Mark mark = fence.beginPrefix(prefix);
        Mono<Void> dropped = Tier.inEach(tiers, tier -> tier.dropPrefix(prefix, mark.begunAt));
        fence.endPrefix(mark, End.REFUSED);
        memory.removePrefix(prefix);
        return dropped;
    }

    private interface Drop {
        Mono<Void> in(Tier tier, String key, Pass begun);
    }

    /** Asks the source about a key, and drops the copies that contradict its answer. */
    <T> Mono<T> watched(String key, Mono<T> question, Function<T, ObjectInfo> facts) {
        return Mono.defer(() -> {
            Pass pass = fence.pass(key);
            return question.doOnSuccess(answer -> dropIfKept(
                    key, pass, answer == null ? null : facts.apply(answer).etag(), null));
        });
    }

    /**
     * Drops what is known of a key if some of it contradicts what the source has said: another etag, or nothing (null). An answer that a write has
     * overtaken says nothing about now.
     *
     * @param pass taken before the source was asked
     * @param found a copy that a tier had, which may not know of it
     */
    void dropIfKept(String key, Pass pass, @Nullable String etag, @Nullable CachedEntry found) {
        boolean isContradicted = (etag != null && memory.isAbsent(key)) || isOfAnother(found, etag);
        dropIf(key, pass, isContradicted, known -> !known.etag().equals(etag), tier -> tier.contradicts(key, etag));
    }

    /**
     * Drops what is known of a version of an object, because the source has said that there is another one.
     *
     * @param pass taken before the source was asked
     */
    void dropReplaced(String key, Pass pass, String etag) {
        dropIf(
                key,
                pass,
                false,
                known -> known.etag().equals(etag),
                tier -> tier.mayHold(key) && !tier.contradicts(key, etag));
    }

    /** Drops what is known of a key, unless a write has overtaken what we have heard, if any of these says so. */
    private void dropIf(
            String key, Pass pass, boolean isOutdated, Predicate<ObjectInfo> inMemory, Predicate<Tier> inTier) {
        if (!fence.isCurrent(key, pass)) {
            return;
        }
        CachedEntry copy = memory.get(key);
        ObjectInfo head = memory.head(key);
        if (isOutdated
                || (copy != null && inMemory.test(copy.info()))
                || (head != null && inMemory.test(head))
                || tiers.stream().anyMatch(inTier)) {
            drop(key);
        }
    }

    private static boolean isOfAnother(@Nullable CachedEntry copy, @Nullable String etag) {
        return copy != null && !copy.info().etag().equals(etag);
    }
}
