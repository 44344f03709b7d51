package io.reactivestore.testkit;

import io.reactivestore.testkit.leak.LeakCheck;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.opentest4j.TestAbortedException;

/**
 * Runs the cases of a contract by what the store can do ({@link Needs}) and by what its server gets wrong ({@link Deviation}),
 * and fails a case that leaves something behind.
 */
final class ContractExtension
        implements TestInstancePreConstructCallback, BeforeEachCallback, AfterEachCallback, InvocationInterceptor {

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(ContractExtension.class);

    ContractExtension() {}

    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    /** Before the fields of the test, and with them its store, are made. */
    @Override
    public void preConstructTestInstance(TestInstanceFactoryContext factory, ExtensionContext context) {
        // What a store emits owns nothing, and a cancel or a close may overtake it.
        context.getStore(NAMESPACE).put(LeakCheck.class, LeakCheck.create().allowingDroppedValues());
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        LeakCheck leaks = leaks(context);
        if (context.getRequiredTestInstance() instanceof StoreContract contract) {
            leaks.patience(contract.patience());
            contract.lastingThreads().forEach(leaks::ignoringThreads);
        }
        leaks.begin();
    }

    /** After the store was released. */
    @Override
    public void afterEach(ExtensionContext context) {
        leaks(context).end();
    }

    @Override
    public void interceptTestMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext context)
            throws Throwable {
        run(invocation, call);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext context)
            throws Throwable {
        run(invocation, call);
    }

    private static LeakCheck leaks(ExtensionContext context) {
        return Objects.requireNonNull(context.getStore(NAMESPACE).get(LeakCheck.class, LeakCheck.class));
    }

    private static void run(Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> call)
            throws Throwable {
        if (!(call.getTarget().orElse(null) instanceof StoreContract contract)) {
            invocation.proceed();
            return;
        }
        Optional<Deviation> declared = declared(contract, call);
        try {
            runOrCheckRefusal(contract, invocation, call.getExecutable());
        } catch (TestAbortedException e) {
            throw e;
        } catch (Exception | AssertionError e) {
            if (declared.isPresent()) {
                throw new TestAbortedException(
                        "deviation, as declared: " + declared.get().reason(), e);
            }
            throw e;
        }
        declared.ifPresent(deviation -> {
            throw new AssertionError(
                    "passes, though declared as a deviation (" + deviation.reason() + "): remove the declaration");
        });
    }

    private static void runOrCheckRefusal(StoreContract contract, Invocation<@Nullable Void> invocation, Method test)
            throws Throwable {
        List<Need> needs = Stream.of(
                        test.getAnnotation(Needs.class),
                        test.getDeclaringClass().getAnnotation(Needs.class))
                .filter(Objects::nonNull)
                .flatMap(annotation -> Arrays.stream(annotation.value()))
                .toList();
        if (!needs.isEmpty()) {
            // What a store finds out about its server is known only once it is open.
            contract.done(contract.store().open());
            for (Need need : needs) {
                if (!need.isMetBy(contract.store().capabilities())) {
                    invocation.skip();
                    need.check(contract);
                    return;
                }
            }
        }
        invocation.proceed();
    }

    private static Optional<Deviation> declared(StoreContract contract, ReflectiveInvocationContext<Method> call) {
        String method = call.getExecutable().getName();
        String withArguments =
                call.getArguments().stream().map(String::valueOf).collect(Collectors.joining(", ", method + "(", ")"));
        List<String> methods = Arrays.stream(contract.getClass().getMethods())
                .map(Method::getName)
                .toList();
        for (Deviation deviation : contract.deviations()) {
            if (!methods.contains(deviation.methodName())) {
                throw new AssertionError("declared as a deviation, but there is no such test: " + deviation.test());
            }
        }
        return contract.deviations().stream()
                .filter(d -> d.test().equals(method) || d.test().equals(withArguments))
                .findFirst();
    }
}
