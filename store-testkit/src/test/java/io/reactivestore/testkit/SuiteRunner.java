package io.reactivestore.testkit;

import io.reactivestore.Store;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.engine.CancellationToken;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.discovery.MethodSelector;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherExecutionRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs cases of a suite on a rigged {@link BreakableStoreContractTest}, inside of another test. */
final class SuiteRunner {

    private SuiteRunner() {}

    /** How the store is broken, and what is declared about it. */
    record Rig(UnaryOperator<Store> breakage, List<Deviation> deviations) {}

    /**
     * Runs cases until the first that fails: a store that hangs would hang in most of the rest.
     *
     * @return the results by the names of the cases
     */
    static Map<String, TestExecutionResult> run(Rig rig, List<Method> cases) {
        Map<String, TestExecutionResult> results = new LinkedHashMap<>();
        CancellationToken rest = CancellationToken.create();
        TestExecutionListener listener = new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                    results.put(test.getDisplayName(), result);
                    if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                        rest.cancel();
                    }
                }
            }
        };
        List<MethodSelector> selectors = cases.stream()
                .map(method -> DiscoverySelectors.selectMethod(BreakableStoreContractTest.class, method))
                .toList();
        LauncherDiscoveryRequest request =
                LauncherDiscoveryRequestBuilder.request().selectors(selectors).build();
        // Without what the surrounding run has registered: it must not see these results.
        LauncherConfig alone = LauncherConfig.builder()
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .build();
        BreakableStoreContractTest.RIG.set(rig);
        try {
            LauncherFactory.create(alone)
                    .execute(LauncherExecutionRequestBuilder.request(request)
                            .cancellationToken(rest)
                            .listeners(listener)
                            .build());
        } finally {
            BreakableStoreContractTest.RIG.remove();
        }
        return results;
    }

    static List<Method> casesOf(Class<? extends StoreContract> suite) {
        return Arrays.stream(suite.getDeclaredMethods())
                .filter(method ->
                        method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class))
                .toList();
    }
}
