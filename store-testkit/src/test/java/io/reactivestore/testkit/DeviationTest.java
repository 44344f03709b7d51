package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import reactor.core.publisher.Flux;

/** A declared deviation is run, is seen in the report, and does not outlive its reason. */
class DeviationTest {

    private static final String CASE = "endBeforeAKey_leavesItOut";

    @Test
    void declaredDeviationThatFails_isReportedAsAbortedWithItsReason() {
        var result = run(DeviationTest::ignoresEndBefore, CASE, new Deviation(CASE, "the server ignores endBefore"));
        assertThat(result.getStatus()).isEqualTo(Status.ABORTED);
        assertThat(result.getThrowable().orElseThrow())
                .hasMessage("deviation, as declared: the server ignores endBefore")
                .hasCauseInstanceOf(AssertionError.class);
    }

    @Test
    void declaredDeviationThatPasses_fails() {
        var result = run(ForwardingStore::new, CASE, new Deviation(CASE, "the server ignored endBefore once"));
        assertThat(result.getStatus()).isEqualTo(Status.FAILED);
        assertThat(result.getThrowable().orElseThrow()).hasMessageContaining("remove the declaration");
    }

    @Test
    void otherCases_areNotExcused() {
        var result = run(DeviationTest::ignoresEndBefore, CASE, new Deviation("crossedBounds_listNothing", "reason"));
        assertThat(result.getStatus()).isEqualTo(Status.FAILED);
    }

    @Test
    void deviationOfNoSuchTest_failsEveryTest() {
        var result = run(ForwardingStore::new, CASE, new Deviation("noSuchTest", "reason"));
        assertThat(result.getStatus()).isEqualTo(Status.FAILED);
        assertThat(result.getThrowable().orElseThrow()).hasMessageContaining("there is no such test: noSuchTest");
    }

    @Test
    void oneCaseOfAParameterizedTest_canBeDeclared() {
        String name = "everyBoundOfAwkwardKeys_cutsWhereTheOrderSays";
        var rig = new SuiteRunner.Rig(
                DeviationTest::ignoresEndBeforeOfUmlauts, List.of(new Deviation(name + "(ü)", "the reason")));
        var results = SuiteRunner.run(rig, List.of(method(name)));
        assertThat(results.values())
                .extracting(TestExecutionResult::getStatus)
                .containsExactly(Status.SUCCESSFUL, Status.SUCCESSFUL, Status.SUCCESSFUL, Status.ABORTED);
    }

    @Test
    void deviationWithoutAReason_isRefused() {
        assertThatThrownBy(() -> new Deviation(CASE, " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("deviation: " + CASE + " has no reason");
    }

    private static TestExecutionResult run(UnaryOperator<Store> breakage, String name, Deviation deviation) {
        var results = SuiteRunner.run(new SuiteRunner.Rig(breakage, List.of(deviation)), List.of(method(name)));
        assertThat(results).hasSize(1);
        return results.values().iterator().next();
    }

    private static Method method(String name) {
        return Arrays.stream(ListBoundsContract.class.getDeclaredMethods())
                .filter(method -> method.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Store ignoresEndBefore(Store inner) {
        return new ForwardingStore(inner) {
            @Override
            public Flux<ObjectInfo> list(ListOptions options) {
                return inner.list(options.withEndBefore(null));
            }
        };
    }

    private static Store ignoresEndBeforeOfUmlauts(Store inner) {
        return new ForwardingStore(inner) {
            @Override
            public Flux<ObjectInfo> list(ListOptions options) {
                return inner.list(options.prefix().equals("ü") ? options.withEndBefore(null) : options);
            }
        };
    }
}
