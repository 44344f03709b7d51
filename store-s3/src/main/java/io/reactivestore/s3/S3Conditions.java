package io.reactivestore.s3;

import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoreRuntime;
import io.reactivestore.error.StoreUnsupportedException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Which conditions of writes may be relied on: those of the dialect, and of these, where it asks for proof, those that were proven. */
final class S3Conditions {
    /*
     * How it works. The first write that needs a condition has it probed; writes that need the same meanwhile share that probe.
     *
     *   unknown --first who needs it--> probing --verdict--> known, for as long as the store lives
     *                                   probing --error--> unknown; all who waited get the error
     *                                   probing --last who waited cancels--> unknown; the probe cleans up behind itself
     *
     *   state      written by   guard            seen by others
     *   verdicts   the probes   concurrent map   before anybody who waited hears of it
     *
     * Who waits is in SharedWork.
     */

    private final S3Dialect dialect;
    private final S3Errors errors;
    private final Map<Condition, Verdict> verdicts = new ConcurrentHashMap<>();
    private final Map<Condition, SharedWork<Verdict>> probes = new EnumMap<>(Condition.class);

    /**
     * What a probe has found.
     *
     * @param objection why the condition must not be relied on, or null if it may be
     */
    record Verdict(@Nullable String objection) {}

    /** @param probe asks the server for its verdict; fails as the SDK does */
    S3Conditions(S3Dialect dialect, StoreRuntime runtime, S3Errors errors, Function<Condition, Mono<Verdict>> probe) {
        this.dialect = dialect;
        this.errors = errors.about("whether conditions are enforced is being probed: ");
        for (Condition condition : Condition.values()) {
            Mono<Verdict> asking =
                    Mono.defer(() -> probe.apply(condition)).doOnNext(verdict -> verdicts.put(condition, verdict));
            probes.put(
                    condition,
                    new SharedWork<>(Mono.defer(() -> known(condition).switchIfEmpty(asking)), runtime.delivery()));
        }
    }

    private Mono<Verdict> known(Condition condition) {
        return Mono.justOrEmpty(verdicts.get(condition));
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
        if (!condition.isIn(dialect)) {
            return Mono.error(
                    unsupported(operation, key, "the S3Dialect does not say that this server has " + condition));
        }
        if (!dialect.probedConditions()) {
            return Mono.empty();
        }
        Mono<Verdict> verdict = known(condition)
                .switchIfEmpty(Objects.requireNonNull(probes.get(condition))
                        .join()
                        .onErrorMap(e -> errors.of(operation, key, e)));
        return verdict.flatMap(found ->
                found.objection() == null ? Mono.empty() : Mono.error(unsupported(operation, key, found.objection())));
    }

    /** What the dialect says, without what was found to be wrong about it by now. */
    StoreCapabilities capabilities(boolean versions) {
        return StoreCapabilities.standard()
                .withListOrder(dialect.listOrder())
                .withConditionalPut(isUsable(Condition.PUT_IF_ABSENT) && isUsable(Condition.PUT_IF_MATCH))
                .withConditionalDelete(isUsable(Condition.DELETE_IF_MATCH))
                .withConditionalCopy(isUsable(Condition.COPY_IF_ABSENT) && isUsable(Condition.COPY_IF_MATCH))
                .withVersions(versions);
    }

    private boolean isUsable(Condition condition) {
        Verdict verdict = verdicts.get(condition);
        return condition.isIn(dialect) && (verdict == null || verdict.objection() == null);
    }

    private static StoreUnsupportedException unsupported(String operation, String key, String reason) {
        return new StoreUnsupportedException(operation, key, reason, null);
    }
}
