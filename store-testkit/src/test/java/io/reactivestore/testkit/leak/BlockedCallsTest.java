package io.reactivestore.testkit.leak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Which stacks, innermost call first, are those of a thread that blocks. */
class BlockedCallsTest {

    private static final String PARK = "java.util.concurrent.locks.LockSupport.park";
    private static final String ACQUIRE = "java.util.concurrent.locks.AbstractQueuedSynchronizer.acquire";
    private static final String LOCK = "java.util.concurrent.locks.ReentrantLock.lock";

    @Test
    void lockOfALibrary_isNoneOfOurs() {
        assertThat(blocks(
                        "jdk.internal.misc.Unsafe.park",
                        PARK,
                        ACQUIRE,
                        LOCK,
                        "java.util.concurrent.LinkedBlockingQueue.offer"))
                .isFalse();
        assertThat(blocks("jdk.internal.misc.Unsafe.park", PARK, ACQUIRE, LOCK, "io.reactivestore.cache.Fence.begin"))
                .isTrue();
    }

    @Test
    void lockThatALibraryHasMadeForItself_isALockToo() {
        String worker = "java.util.concurrent.ThreadPoolExecutor$Worker.lock";
        assertThat(blocks("jdk.internal.misc.Unsafe.park", PARK, ACQUIRE, worker, "java.lang.Thread.run"))
                .isFalse();
        String ours = "io.reactivestore.cache.OwnLock.lock";
        assertThat(blocks("jdk.internal.misc.Unsafe.park", PARK, ACQUIRE, ours, "io.reactivestore.cache.Fence.begin"))
                .isTrue();
    }

    @Test
    void waitForAnEvent_blocks_whoeverItIs() {
        String await = "java.util.concurrent.locks.AbstractQueuedSynchronizer$ConditionObject.await";
        assertThat(blocks(
                        "jdk.internal.misc.Unsafe.park", PARK, await, "java.util.concurrent.LinkedBlockingQueue.take"))
                .isTrue();
        assertThat(blocks("java.lang.Thread.sleep", "io.netty.util.Anything.run"))
                .isTrue();
        assertThat(blocks("jdk.internal.misc.Unsafe.park", PARK, "io.netty.util.Anything.awaitUninterruptibly"))
                .isTrue();
    }

    private static boolean blocks(String... calls) {
        return BlockedCalls.blocks(Arrays.stream(calls)
                .map(call -> {
                    int dot = call.lastIndexOf('.');
                    return new StackTraceElement(call.substring(0, dot), call.substring(dot + 1), null, -1);
                })
                .toArray(StackTraceElement[]::new));
    }
}
