package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult.Status;

/** The suites bite: each kind of wrong store fails at least one case of the suite that is about it. */
class BrokenStoreTest {

    static Stream<Breakage> breakages() {
        return Stream.of(BrokenReads.all(), BrokenWrites.all(), BrokenDeletes.all(), BrokenListings.all())
                .flatMap(breakages -> breakages);
    }

    @ParameterizedTest
    @MethodSource("breakages")
    void brokenStore_failsACaseOfItsSuite(Breakage breakage) {
        var rig = new SuiteRunner.Rig(breakage.of(), List.of());
        var results = SuiteRunner.run(rig, SuiteRunner.casesOf(breakage.suite()));
        assertThat(results.values())
                .as("cases of %s for a store that %s", breakage.suite().getSimpleName(), breakage)
                .anyMatch(result -> result.getStatus() == Status.FAILED);
    }

    @Test
    void everySuite_hasABrokenStore() {
        Set<Class<?>> bitten = breakages().map(Breakage::suite).collect(Collectors.toSet());
        assertThat(bitten).contains(FullStoreContract.class.getInterfaces());
    }

    @Test
    void storeThatIsRight_failsNoCase() {
        var rig = new SuiteRunner.Rig(ForwardingStore::new, List.of());
        var results = SuiteRunner.run(rig, SuiteRunner.casesOf(ListContract.class));
        assertThat(results).hasSize(SuiteRunner.casesOf(ListContract.class).size());
        assertThat(results.values()).allMatch(result -> result.getStatus() == Status.SUCCESSFUL);
    }
}
