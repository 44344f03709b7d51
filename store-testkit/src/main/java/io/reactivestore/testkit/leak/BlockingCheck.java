package io.reactivestore.testkit.leak;

import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test during which a thread that must not block did: slept, waited for an event, or read and wrote files or sockets.
 *
 * <pre>{@code
 * @ExtendWith(BlockingCheck.class)
 * class MyStoreTest { … }
 * }</pre>
 *
 * <p>The call itself goes on as if nobody looked, so that nothing is left half done. A lock that a library takes for a few steps is
 * no blocking call, as a {@code synchronized} one is none. All threads of the JVM are watched, so tests that run at the same time in
 * one JVM cannot be told apart. From JDK 13 on the JVM must be started with {@code -XX:+AllowRedefinitionToAddDeleteMethods}.
 */
public final class BlockingCheck implements BeforeEachCallback, AfterEachCallback {

    /** A check that watches between {@link #begin} and {@link #end}. The first one rewrites classes of the JDK, for good. */
    public BlockingCheck() {
        BlockedCalls.install();
    }

    /** Begins to watch. */
    public void begin() {
        BlockedCalls.begin();
    }

    /** Ends watching; throws an {@link AssertionError} that tells each blocking call, with its stack. */
    public void end() {
        List<BlockedCalls.BlockedCall> calls = BlockedCalls.end();
        if (!calls.isEmpty()) {
            AssertionError error = new AssertionError("blocking calls where nothing may block:"
                    + calls.stream().map(call -> "\n  " + call.getMessage()).reduce("", String::concat));
            calls.forEach(error::addSuppressed);
            throw error;
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        begin();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        end();
    }
}
