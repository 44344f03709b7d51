package io.reactivestore.testkit.leak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class BlockingCheckTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BlockingCheck check = new BlockingCheck();

    /** What blocks for a moment. */
    enum Blocking {
        SLEEP(() -> Thread.sleep(1)),
        LATCH(() -> new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS)),
        SEMAPHORE(() -> new Semaphore(0).tryAcquire(1, TimeUnit.MILLISECONDS)),
        QUEUE(() -> new LinkedBlockingQueue<>().poll(1, TimeUnit.MILLISECONDS)),
        FUTURE(() -> assertThatThrownBy(() -> new CompletableFuture<>().get(1, TimeUnit.MILLISECONDS))
                .isInstanceOf(TimeoutException.class)),
        PARK(() -> LockSupport.parkNanos(1)),
        MONITOR(() -> {
            Object monitor = new Object();
            synchronized (monitor) {
                monitor.wait(1);
            }
        });

        private final Callable<Object> call;

        Blocking(Action action) {
            call = () -> {
                action.run();
                return "went on";
            };
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void blockingCall_onAParallelThread_fails_andGoesOn(Blocking blocking) {
        check.begin();
        assertThat(run(Schedulers.parallel(), blocking.call)).isEqualTo("went on");
        assertThatThrownBy(check::end)
                .hasMessageStartingWith("blocking calls where nothing may block:\n  ")
                .hasMessageContaining(" on parallel-")
                .satisfies(error -> assertThat(error.getSuppressed()[0])
                        .hasStackTraceContaining(BlockingCheckTest.class.getName()));
    }

    @Test
    void fileThatIsRead_onAParallelThread_fails(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        check.begin();
        try (var in = new FileInputStream(file.toFile())) {
            assertThat(run(Schedulers.parallel(), in::read)).isEqualTo(-1);
        }
        assertThatThrownBy(check::end).hasMessageContaining("java.io.FileInputStream#read0 on parallel-");
    }

    @Test
    void blockingCall_whereItIsAllowed_passes() {
        check.begin();
        run(Schedulers.boundedElastic(), Blocking.LATCH.call);
        check.end();
    }

    @Test
    void blockingCall_beforeTheBegin_passes() {
        run(Schedulers.parallel(), Blocking.LATCH.call);
        check.begin();
        check.end();
    }

    @Test
    void lockOfALibrary_passes_andOneOfTheStoreFails() throws InterruptedException {
        LinkedBlockingQueue<Integer> queue = new LinkedBlockingQueue<>();
        queue.add(1);
        check.begin();
        // A queue is locked while it is gone through.
        whileHeld(
                release -> queue.removeIf(each -> {
                    release.awaitHeld();
                    return false;
                }),
                () -> queue.offer(2));
        check.end();

        ReentrantLock lock = new ReentrantLock();
        check.begin();
        whileHeld(
                release -> {
                    lock.lock();
                    try {
                        release.awaitHeld();
                    } finally {
                        lock.unlock();
                    }
                },
                () -> {
                    lock.lock();
                    lock.unlock();
                    return true;
                });
        assertThatThrownBy(check::end).hasMessageContaining("park on parallel-");
    }

    private interface Held {
        void awaitHeld();
    }

    private interface Holding {
        void hold(Held release);
    }

    /** Runs something on a parallel thread while another thread holds a lock, until it waits for that. */
    private static void whileHeld(Holding holding, Callable<Object> call) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch waits = new CountDownLatch(1);
        Thread holder = new Thread(() -> holding.hold(() -> {
            held.countDown();
            await(waits);
        }));
        holder.start();
        await(held);
        Mono<Object> waiting = Mono.fromCallable(() -> {
                    Thread waiter = Thread.currentThread();
                    Schedulers.boundedElastic().schedule(() -> {
                        while (waiter.getState() != Thread.State.WAITING) {
                            Thread.onSpinWait();
                        }
                        waits.countDown();
                    });
                    return call.call();
                })
                .subscribeOn(Schedulers.parallel());
        StepVerifier.create(waiting).expectNext(true).expectComplete().verify(PATIENCE);
        holder.join();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Object run(Scheduler scheduler, Callable<?> call) {
        Mono<Object> result = Mono.<Object>fromCallable(call).subscribeOn(scheduler);
        Object[] value = new Object[1];
        StepVerifier.create(result)
                .consumeNextWith(each -> value[0] = each)
                .expectComplete()
                .verify(PATIENCE);
        return value[0];
    }
}
