package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** Every case of every suite runs under the checks for blocking and for what is left behind. */
class WatchedCasesTest {

    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void endThreads() {
        release.countDown();
    }

    @Test
    void rightStore_passes() {
        assertThat(run(ForwardingStore::new).getStatus()).isEqualTo(Status.SUCCESSFUL);
    }

    @Test
    void storeThatBlocksAThreadOfTheLoop_fails() {
        assertFails(
                before(Mono.fromCallable(() -> release.await(1, TimeUnit.MILLISECONDS))
                        .subscribeOn(Schedulers.parallel())),
                "jdk.internal.misc.Unsafe#park on parallel-");
    }

    @Test
    void storeThatLeavesAThread_fails() {
        assertFails(
                before(Mono.fromRunnable(() -> new Thread(this::stay, "left-by-a-store").start())), "left-by-a-store");
    }

    @Test
    void storeThatDropsAnError_fails() {
        assertFails(
                before(Mono.fromRunnable(
                        () -> Operators.onErrorDropped(new IllegalStateException("for nobody"), Context.empty()))),
                "dropped error: java.lang.IllegalStateException: for nobody");
    }

    private static void assertFails(UnaryOperator<Store> breakage, String because) {
        TestExecutionResult result = run(breakage);
        assertThat(result.getStatus()).isEqualTo(Status.FAILED);
        assertThat(result.getThrowable().orElseThrow()).hasMessageContaining(because);
    }

    private static TestExecutionResult run(UnaryOperator<Store> breakage) {
        var results = SuiteRunner.run(
                new SuiteRunner.Rig(breakage, List.of()),
                SuiteRunner.casesOf(ReadContract.class).stream()
                        .filter(each -> each.getName().equals("absentKey_getIsEmpty"))
                        .toList());
        assertThat(results).hasSize(1);
        return results.values().iterator().next();
    }

    /** Does this before each get, and is otherwise right. */
    private static UnaryOperator<Store> before(Mono<?> first) {
        return right -> new ForwardingStore(right) {
            @Override
            public Mono<StoredObject> get(String key, ReadOptions options) {
                return first.then(inner.get(key, options));
            }
        };
    }

    private void stay() {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
