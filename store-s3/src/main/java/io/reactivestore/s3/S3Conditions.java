package io.reactivestore.s3;

import io.reactivestore.StoreCapabilities;
import io.reactivestore.error.StoreUnsupportedException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** Which conditions of writes may be relied on: those of the dialect, and of these, where it asks for proof, those that were proven. */
final class S3Conditions {
    /*
     * How it works. The first write that needs a condition has it probed; writes that need the same meanwhile wait for that probe.
     *
     *   unknown --first who needs it--> probing --verdict--> known, for as long as the store lives
     *                                   probing --error--> unknown; all who waited get the error
     *                                   probing --last who waited cancels--> unknown; the probe cleans up behind itself
     *
     *   state      written by    guard            seen by others
     *   verdicts   the probes    concurrent map   before anybody who waited hears of it
     *   waiters    refCount      its own lock     nobody is told under it
     *
     * A probe belongs to all who wait for it, so it sees nobody's Context, and each hears of its end by a task of their own.
     */

    private final S3Settings settings;
    private final S3Errors errors;
    private final Map<Condition, Verdict> verdicts = new ConcurrentHashMap<>();
    private final Map<Condition, Mono<Verdict>> probes = new EnumMap<>(Condition.class);

    /**
     * What a probe has found.
     *
     * @param objection why the condition must not be relied on, or null if it may be
     */
    record Verdict(@Nullable String objection) {}

    /** @param probe asks the server for its verdict; fails as the SDK does */
    S3Conditions(S3Settings settings, S3Errors errors, Function<Condition, Mono<Verdict>> probe) {
        this.settings = settings;
        this.errors = errors.about("whether conditions are enforced is being probed: ");
        for (Condition condition : Condition.values()) {
            probes.put(condition, shared(condition, probe));
        }
    }

    private Mono<Verdict> shared(Condition condition, Function<Condition, Mono<Verdict>> probe) {
        return Mono.defer(() -> {
                    Verdict known = verdicts.get(condition);
                    return known != null ? Mono.just(known) : probe.apply(condition);
                })
                .doOnNext(verdict -> verdicts.put(condition, verdict))
                .contextWrite(context -> Context.empty())
                .flux()
                .publish(1)
                .refCount()
                .next()
                .publishOn(settings.runtime().delivery());
    }

    /**
     * Completes when a write may rely on its condition.
     *
     * @param condition null for none
     * @fails {@link StoreUnsupportedException} if it may not; if that cannot be found out, as the operation would
     */
    Mono<Void> require(String operation, String key, @Nullable Condition condition) {
        if (condition == null) {
            return Mono.empty();
        }
        S3Dialect dialect = settings.dialect();
        if (!condition.isIn(dialect)) {
            return Mono.error(
                    unsupported(operation, key, "the S3Dialect does not say that this server has " + condition));
        }
        if (!dialect.probedConditions()) {
            return Mono.empty();
        }
        Verdict known = verdicts.get(condition);
        Mono<Verdict> verdict = known != null
                ? Mono.just(known)
                : Objects.requireNonNull(probes.get(condition)).onErrorMap(e -> errors.of(operation, key, e));
        return verdict.flatMap(found ->
                found.objection() == null ? Mono.empty() : Mono.error(unsupported(operation, key, found.objection())));
    }

    /** What the dialect says, without what was found to be wrong about it by now. */
    StoreCapabilities capabilities() {
        return StoreCapabilities.standard()
                .withListOrder(settings.dialect().listOrder())
                .withConditionalPut(isUsable(Condition.PUT_IF_ABSENT) && isUsable(Condition.PUT_IF_MATCH))
                .withConditionalDelete(isUsable(Condition.DELETE_IF_MATCH))
                .withConditionalCopy(isUsable(Condition.COPY_IF_ABSENT) && isUsable(Condition.COPY_IF_MATCH))
                .withVersions(settings.versions());
    }

    private boolean isUsable(Condition condition) {
        Verdict verdict = verdicts.get(condition);
        return condition.isIn(settings.dialect()) && (verdict == null || verdict.objection() == null);
    }

    private static StoreUnsupportedException unsupported(String operation, String key, String reason) {
        return new StoreUnsupportedException(operation, key, reason, null);
    }
}
