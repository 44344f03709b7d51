package io.reactivestore.build;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * What main code never calls: what blocks a thread, what loses an error, what grows without bound. Method references
 * count as calls.
 *
 * <p>A call that is right all the same is named, with its reason, in {@code
 * src/test/resources/archunit_ignore_patterns.txt} of its module: one regular expression per line, matched against the
 * message of the failed rule.
 */
public interface NonBlockingRules extends MainCode {

    /** Nothing waits: not for a signal, not for another thread, not for time. */
    @Test
    default void mainCode_neverBlocks() {
        check(
                "not block a thread",
                ban("reactor.core.publisher.Mono", "block", "blockOptional"),
                ban("reactor.core.publisher.Flux", "blockFirst", "blockLast", "toIterable", "toStream"),
                ban("java.lang.Thread", "sleep", "join"),
                ban("java.lang.Object", "wait"),
                ban("java.util.concurrent.TimeUnit", "sleep", "timedJoin", "timedWait"),
                ban("java.util.concurrent.Future", "get"),
                ban("java.util.concurrent.CompletableFuture", "join"),
                ban("java.util.concurrent.ForkJoinTask", "join", "invoke"),
                ban("java.util.concurrent.CountDownLatch", "await"),
                ban("java.util.concurrent.CyclicBarrier", "await"),
                ban("java.util.concurrent.Phaser", "awaitAdvance", "arriveAndAwaitAdvance"),
                ban("java.util.concurrent.Exchanger", "exchange"),
                ban("java.util.concurrent.Semaphore", "acquire", "acquireUninterruptibly"),
                ban("java.util.concurrent.BlockingQueue", "put", "take"),
                ban("java.util.concurrent.ExecutorService", "awaitTermination", "invokeAll", "invokeAny", "close"),
                ban(
                        "java.util.concurrent.locks.Condition",
                        "await",
                        "awaitNanos",
                        "awaitUntil",
                        "awaitUninterruptibly"),
                ban("java.util.concurrent.locks.LockSupport", "park", "parkNanos", "parkUntil"));
    }

    /** {@code subscribe()} and {@code subscribe(onNext)} hand an error to a global hook, where nobody looks. */
    @Test
    default void everySubscriber_takesErrors() {
        Predicate<CodeUnitAccessTarget> subscribe = ban("reactor.core.publisher.Mono", "subscribe")
                .or(ban("reactor.core.publisher.Flux", "subscribe"))
                .or(ban("reactor.core.publisher.ParallelFlux", "subscribe"));
        check(
                "not subscribe without an error consumer",
                subscribe.and(parameters()).or(subscribe.and(parameters("java.util.function.Consumer"))));
    }

    /** {@code flatMap(f)} runs up to 256 at once and asks for them ahead; each of ours says how many. */
    @Test
    default void everyFlatMap_saysItsConcurrency() {
        check(
                "not flatMap or merge without a concurrency",
                ban("reactor.core.publisher.Flux", "flatMap", "flatMapSequential")
                        .or(ban("reactor.core.publisher.ParallelFlux", "flatMap"))
                        .and(NonBlockingRules::hasNoSize),
                ban("reactor.core.publisher.Flux", "merge", "mergeSequential")
                        .and(parameters("org.reactivestreams.Publisher")));
    }

    /** A queue that nobody fills too far today is a leak tomorrow; each of ours has a size. */
    @Test
    default void everyQueue_isBounded() {
        check(
                "not make a queue without bound",
                ban("java.util.concurrent.LinkedBlockingQueue", "<init>").and(NonBlockingRules::hasNoSize),
                ban("java.util.concurrent.LinkedBlockingDeque", "<init>").and(NonBlockingRules::hasNoSize),
                ban("java.util.concurrent.PriorityBlockingQueue", "<init>"),
                ban("java.util.concurrent.LinkedTransferQueue", "<init>"),
                // their task queues have no bound
                ban("java.util.concurrent.Executors", "newFixedThreadPool", "newSingleThreadExecutor"),
                ban("java.util.concurrent.Executors", "newCachedThreadPool"),
                ban("reactor.util.concurrent.Queues", "unbounded", "unboundedMultiproducer"),
                ban("reactor.core.publisher.Flux", "onBackpressureBuffer").and(parameters()),
                // no overflow strategy means: buffer everything
                ban("reactor.core.publisher.Flux", "create", "push").and(parameters("java.util.function.Consumer")),
                ban("reactor.core.publisher.Sinks$UnicastSpec", "onBackpressureBuffer")
                        .and(parameters()),
                ban("reactor.core.publisher.Sinks$MulticastSpec", "onBackpressureBuffer")
                        .and(parameters()),
                ban("reactor.core.publisher.Sinks$MulticastReplaySpec", "all").and(parameters()));
    }

    @SafeVarargs
    private void check(String rule, Predicate<CodeUnitAccessTarget>... banned) {
        classes()
                .should(new ArchCondition<>(rule) {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        type.getCodeUnitAccessesFromSelf().stream()
                                .filter(access ->
                                        List.of(banned).stream().anyMatch(ban -> ban.test(access.getTarget())))
                                .forEach(access ->
                                        events.add(SimpleConditionEvent.violated(access, access.getDescription())));
                    }
                })
                .allowEmptyShould(true)
                .check(mainCode());
    }

    /** Calls of these methods on the type or a subtype of it. */
    private static Predicate<CodeUnitAccessTarget> ban(String type, String... methods) {
        Set<String> names = Set.of(methods);
        return target -> names.contains(target.getName()) && target.getOwner().isAssignableTo(type);
    }

    private static Predicate<CodeUnitAccessTarget> parameters(String... types) {
        return target -> rawParameters(target).equals(List.of(types));
    }

    private static boolean hasNoSize(CodeUnitAccessTarget target) {
        return !rawParameters(target).contains("int");
    }

    private static List<String> rawParameters(CodeUnitAccessTarget target) {
        return target.getRawParameterTypes().stream().map(JavaClass::getName).toList();
    }
}
