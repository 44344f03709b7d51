package io.reactivestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.NonBlocking;
import reactor.core.scheduler.Scheduler;
import reactor.test.StepVerifier;

class SerialSchedulerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Before the first of these tests: what one leaves behind would be there already when the next begins. */
    private static final Set<Thread> BEFORE = Thread.getAllStackTraces().keySet();

    private final List<Integer> ran = new CopyOnWriteArrayList<>();
    private final Scheduler serial = StoreRuntime.system().newSerial("books");

    @AfterEach
    void dispose() {
        serial.dispose();
    }

    @Test
    void tasks_runInOrder_onOneDaemonThatMustNotBlock() {
        AtomicReference<Thread> thread = new AtomicReference<>();
        serial.schedule(() -> thread.set(Thread.currentThread()));
        serial.schedule(() -> ran.add(1));
        serial.createWorker().schedule(() -> ran.add(2));
        drain();
        assertThat(ran).containsExactly(1, 2);
        assertThat(thread.get()).isInstanceOf(NonBlocking.class);
        assertThat(thread.get().isDaemon()).isTrue();
        assertThat(thread.get().getName()).startsWith("books");
    }

    @Test
    void disposedOfGracefully_whatWasScheduledStillRuns_andNothingElse() {
        serial.schedule(() -> ran.add(1));
        serial.schedule(() -> ran.add(2), 10, TimeUnit.MILLISECONDS);
        drain();
        assertThat(ran).containsExactly(1, 2);
        assertThat(serial.isDisposed()).isTrue();
        assertThatThrownBy(() -> serial.schedule(() -> ran.add(3))).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void disposedOfGracefullyTwice_eachIsToldAtTheEnd() {
        CountDownLatch go = new CountDownLatch(1);
        serial.schedule(() -> awaitQuietly(go));
        serial.schedule(() -> ran.add(1));
        StepVerifier.create(Mono.when(serial.disposeGracefully(), serial.disposeGracefully()))
                .expectSubscription()
                .then(go::countDown)
                .expectComplete()
                .verify(PATIENCE);
        assertThat(ran).containsExactly(1);
        drain();
    }

    @Test
    void disposedOf_whatWasScheduledIsDropped() {
        CountDownLatch go = new CountDownLatch(1);
        serial.schedule(() -> awaitQuietly(go));
        serial.schedule(() -> ran.add(1));
        serial.dispose();
        go.countDown();
        drain();
        assertThat(serial.isDisposed()).isTrue();
        assertThat(ran).isEmpty();
    }

    /** A program that has closed its stores ends at once. */
    @Test
    void disposedOfGracefully_noThreadKeepsTheJvm() {
        serial.schedule(() -> ran.add(1));
        drain();
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !BEFORE.contains(thread) && !thread.isDaemon())
                        .map(Thread::getName)
                        .filter(name -> !name.startsWith("junit-")))
                .isEmpty();
    }

    private void drain() {
        StepVerifier.create(serial.disposeGracefully()).expectComplete().verify(PATIENCE);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException disposedOf) {
            Thread.currentThread().interrupt();
        }
    }
}
