package io.reactivestore.testkit.leak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

class LeakCheckTest {

    private final LeakCheck leaks = LeakCheck.create().patience(Duration.ofMillis(100));
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void releaseThreads() {
        release.countDown();
    }

    @Test
    void nothingLeftBehind_passes() {
        leaks.gauge("permits", () -> 0).begin();
        leaks.end();
        leaks.begin();
        leaks.end();
    }

    @Test
    void nonDaemonThread_isFound() {
        leaks.begin();
        start("worker", false);
        assertThatThrownBy(leaks::end)
                .isInstanceOf(AssertionError.class)
                .hasMessage("left behind:\n  thread worker, not a daemon");
    }

    @Test
    void daemonThread_isFoundIfItIsOurs() {
        leaks.begin();
        start("pool-of-somebody", true);
        start("reactivestore-io-99", true);
        start("reactivestore-ledger-1", true);
        assertThatThrownBy(leaks::end).hasMessage("left behind:\n  thread reactivestore-ledger-1");
    }

    @Test
    void ignoredThreads_mayStay() {
        leaks.ignoringThreads("reactivestore-shared").begin();
        start("reactivestore-shared-1", true);
        leaks.end();
    }

    @Test
    void threadOfBefore_isBaseline() {
        start("worker", false);
        LeakCheck later = LeakCheck.create();
        later.begin();
        later.end();
        leaks.begin();
        leaks.begin();
        leaks.end();
    }

    @Test
    void threadThatEndsInTime_passes() {
        leaks.patience(Duration.ofSeconds(20)).begin();
        start("worker", false);
        Schedulers.parallel().schedule(release::countDown, 50, TimeUnit.MILLISECONDS);
        leaks.end();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void openFile_isFound_alsoADeletedOne(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("segment"), "x");
        leaks.begin();
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
            Files.delete(file);
            assertThatThrownBy(leaks::end)
                    .hasMessageContaining("file descriptor ")
                    .hasMessageContaining(": " + file);
            assertThat(open.isOpen()).isTrue();
        }
        leaks.begin();
        leaks.end();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void openSocket_isFoundIfAskedFor() throws IOException {
        LeakCheck sockets = LeakCheck.create().withSockets().patience(Duration.ofMillis(100));
        sockets.begin();
        leaks.begin();
        try (ServerSocket open = new ServerSocket(0)) {
            assertThatThrownBy(sockets::end).hasMessageContaining("socket:");
            leaks.end();
            assertThat(open.isBound()).isTrue();
        }
    }

    @Test
    void gaugeAboveZero_isFound_andOneThatFallsInTimePasses() {
        AtomicLong permits = new AtomicLong(3);
        leaks.gauge("permits", permits::get).begin();
        assertThatThrownBy(leaks::end).hasMessage("left behind:\n  gauge permits: 3");
        leaks.patience(Duration.ofSeconds(20)).begin();
        Schedulers.parallel().schedule(() -> permits.set(0), 50, TimeUnit.MILLISECONDS);
        leaks.end();
    }

    @Test
    void droppedError_isFound_unlessItIsAllowed() {
        leaks.begin();
        IllegalStateException lost = new IllegalStateException("lost");
        Operators.onErrorDropped(lost, Context.empty());
        assertThatThrownBy(leaks::end)
                .hasMessage("left behind:\n  dropped error: java.lang.IllegalStateException: lost")
                .hasCause(lost);
        leaks.allowingDropped(IllegalStateException.class).begin();
        Operators.onErrorDropped(lost, Context.empty());
        leaks.end();
    }

    @Test
    void rejectedTask_ofWhatWasCancelledMeanwhile_passes() {
        AtomicReference<Subscription> cancelled = new AtomicReference<>();
        leaks.begin();
        Flux<Object> moved = Flux.never()
                .publishOn(new InTheMiddleOfItsDispose(() -> cancelled.get().request(1)))
                .doOnSubscribe(cancelled::set);
        StepVerifier.create(moved, 0).thenCancel().verify(Duration.ofSeconds(10));
        leaks.end();
    }

    /** The worker's task comes when it is too late for it, as a task of another thread may. */
    private record InTheMiddleOfItsDispose(Runnable then) implements Scheduler {

        @Override
        public Disposable schedule(Runnable task) {
            return Schedulers.parallel().schedule(task);
        }

        @Override
        public Worker createWorker() {
            Worker worker = Schedulers.parallel().createWorker();
            return new Worker() {
                @Override
                public Disposable schedule(Runnable task) {
                    return worker.schedule(task);
                }

                @Override
                public void dispose() {
                    worker.dispose();
                    then.run();
                }
            };
        }
    }

    @Test
    void droppedValue_isFound_unlessTheyAreAllowed() {
        leaks.begin();
        Operators.onNextDropped("value", Context.empty());
        assertThatThrownBy(leaks::end).hasMessage("left behind:\n  dropped value: value");
        leaks.allowingDroppedValues().begin();
        Operators.onNextDropped("value", Context.empty());
        leaks.end();
    }

    @Test
    void errorOfATask_isFound() {
        leaks.patience(Duration.ofSeconds(2)).begin();
        CountDownLatch ran = new CountDownLatch(1);
        Schedulers.parallel().schedule(() -> {
            ran.countDown();
            throw new IllegalStateException("in a task");
        });
        Mono.fromCallable(() -> ran.await(10, TimeUnit.SECONDS))
                .subscribeOn(Schedulers.boundedElastic())
                .block(Duration.ofSeconds(20));
        // The hook is called just after the task threw.
        AtomicLong wait = new AtomicLong(1);
        Schedulers.parallel().schedule(() -> wait.set(0), 200, TimeUnit.MILLISECONDS);
        leaks.gauge("wait", wait::get);
        assertThatThrownBy(leaks::end)
                .hasMessageContaining("error of a task on parallel-")
                .hasMessageContaining("in a task");
    }

    @Test
    void end_letsReactorsHooksGo() {
        leaks.begin();
        leaks.end();
        leaks.begin();
        Operators.onErrorDropped(new IllegalStateException("once"), Context.empty());
        assertThatThrownBy(leaks::end).message().containsOnlyOnce("once");
    }

    @Nested
    class AsExtension {

        @RegisterExtension
        final LeakCheck around = LeakCheck.create().gauge("zero", () -> 0);

        @Test
        void testThatLeavesNothingBehind_passes() {
            start("worker", false);
            release.countDown();
        }

        @Test
        void testThatLeavesSomethingBehind_fails() {
            LeakCheck inner = LeakCheck.create().patience(Duration.ofMillis(50)).gauge("one", () -> 1);
            inner.beforeEach(null);
            assertThatThrownBy(() -> inner.afterEach(null)).hasMessage("left behind:\n  gauge one: 1");
        }
    }

    private void start(String name, boolean daemon) {
        Thread thread = new Thread(
                () -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.setDaemon(daemon);
        thread.start();
    }
}
