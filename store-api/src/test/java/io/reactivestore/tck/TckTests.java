package io.reactivestore.tck;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;
import org.testng.annotations.Test;

/**
 * The Reactive Streams TCK of one publisher as JUnit tests, one per rule. It is written for TestNG; what that would run is found
 * and called here, since two test engines in one module get in each other's way.
 */
final class TckTests {

    /** How long a signal may take before it is missed: long, since a busy machine proves nothing. */
    private static final long PATIENCE_MILLIS = 5_000;

    /** How long nothing may come before it counts as nothing: each rule of this kind waits so long. */
    private static final long SILENCE_MILLIS = 20;

    /** How often it is looked whether an error has come. */
    private static final long POLL_MILLIS = 5;

    /** How long a publisher has to let go of a subscriber before the garbage collector is asked for it: each time waited for. */
    private static final long COLLECTION_MILLIS = 100;

    /** How often the collector is asked. It gets 100 ms each time, which prove nothing on a busy machine. */
    private static final int COLLECTIONS = 20;

    private TckTests() {}

    /**
     * The tests of a publisher.
     *
     * @param maxElements the most elements it can give
     * @param publisher makes one of exactly so many elements
     * @param failed one that fails without being asked for an element, or null if there is none
     */
    static <T> Stream<DynamicTest> of(
            long maxElements, LongFunction<Publisher<T>> publisher, @Nullable Publisher<T> failed) {
        return rules().stream()
                .map(rule -> DynamicTest.dynamicTest(
                        rule.getName(), () -> run(rule, new Verification<>(maxElements, publisher, failed))));
    }

    /** The rules that the TCK tests; those it names untested cannot be. */
    private static List<Method> rules() {
        List<Method> rules = Arrays.stream(PublisherVerification.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .filter(method -> !method.getName().startsWith("untested_"))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
        if (rules.size() < 25) {
            throw new AssertionError("the TCK has more rules than these: " + rules);
        }
        return rules;
    }

    private static void run(Method rule, PublisherVerification<?> verification) throws Throwable {
        verification.setUp();
        try {
            rule.invoke(verification);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof SkipException skipped
                    ? new TestAbortedException(skipped.getMessage(), skipped)
                    : e.getCause();
        }
    }

    private static final class Verification<T> extends PublisherVerification<T> {

        private final long maxElements;
        private final LongFunction<Publisher<T>> publisher;
        private final @Nullable Publisher<T> failed;

        Verification(long maxElements, LongFunction<Publisher<T>> publisher, @Nullable Publisher<T> failed) {
            super(new TestEnvironment(PATIENCE_MILLIS, SILENCE_MILLIS, POLL_MILLIS), COLLECTION_MILLIS);
            this.maxElements = maxElements;
            this.publisher = publisher;
            this.failed = failed;
        }

        @Override
        public Publisher<T> createPublisher(long elements) {
            return publisher.apply(elements);
        }

        @Override
        public @Nullable Publisher<T> createFailedPublisher() {
            return failed;
        }

        @Override
        public long maxElementsFromPublisher() {
            return maxElements;
        }

        @Override
        public void required_spec313_cancelMustMakeThePublisherEventuallyDropAllReferencesToTheSubscriber()
                throws Throwable {
            for (int left = COLLECTIONS; left > 0; left--) {
                setUp(); // forgets the failure before
                try {
                    super.required_spec313_cancelMustMakeThePublisherEventuallyDropAllReferencesToTheSubscriber();
                    return;
                } catch (AssertionError notYet) {
                    if (left == 1) {
                        throw notYet;
                    }
                }
            }
        }
    }
}
