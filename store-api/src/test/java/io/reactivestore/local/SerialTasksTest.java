package io.reactivestore.local;

import static io.reactivestore.local.Given.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.StoreRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class SerialTasksTest {

    @Test
    void tasks_runInOrderAndNeverTwoAtOnce() {
        SerialTasks tasks = new SerialTasks(StoreRuntime.system().io());
        AtomicInteger running = new AtomicInteger();
        List<Integer> order = new ArrayList<>();
        Flux.range(0, 5000)
                .flatMap(
                        i -> tasks.run(() -> {
                            assertThat(running.incrementAndGet()).isEqualTo(1);
                            order.add(i);
                            running.decrementAndGet();
                            return i;
                        }),
                        64)
                .blockLast(PATIENCE);
        assertThat(order).hasSize(5000);
    }

    @Test
    void result_isTheValueTheErrorOrNothing() {
        SerialTasks tasks = new SerialTasks(Schedulers.immediate());
        StepVerifier.create(tasks.run(() -> 1)).expectNext(1).expectComplete().verify(PATIENCE);
        StepVerifier.create(tasks.run(() -> null)).expectComplete().verify(PATIENCE);
        StepVerifier.create(tasks.run(() -> {
                    throw new IllegalStateException("own");
                }))
                .expectErrorMessage("own")
                .verify(PATIENCE);
    }

    @Test
    void cancelledTask_isLeftOut_andDoesNotHoldUpOthers() {
        ManualIo io = new ManualIo();
        SerialTasks tasks = new SerialTasks(io);
        List<String> done = new ArrayList<>();
        tasks.run(() -> done.add("first")).subscribe();
        Disposable second = tasks.run(() -> done.add("second")).subscribe();
        tasks.run(() -> done.add("third")).subscribe();
        second.dispose();
        io.runAll();
        assertThat(done).containsExactly("first", "third");
    }

    @Test
    void subscriberThatBlocks_doesNotHoldUpTheNextTask() {
        ManualIo io = new ManualIo();
        SerialTasks tasks = new SerialTasks(io);
        List<String> seen = new ArrayList<>();
        tasks.run(() -> 1).subscribe(one -> {
            io.runAll();
            seen.add("first heard");
        });
        tasks.run(() -> seen.add("second ran")).subscribe();
        io.runAll();
        assertThat(seen).containsExactly("second ran", "first heard");
    }

    @Test
    void rejectedTasks_fail_andLaterOnesRunAgain() {
        ManualIo io = new ManualIo();
        SerialTasks tasks = new SerialTasks(io);
        List<Object> ends = new ArrayList<>();
        tasks.run(() -> 1).subscribe(ends::add, ends::add);
        tasks.run(() -> 2).subscribe(ends::add, ends::add);
        io.setFull(true);
        io.runAll();
        tasks.run(() -> 3).subscribe(ends::add, ends::add);
        io.setFull(false);
        tasks.run(() -> 4).subscribe(ends::add, ends::add);
        io.runAll();
        assertThat(ends).hasSize(4).contains(1, 4);
        assertThat(ends)
                .filteredOn(RejectedExecutionException.class::isInstance)
                .hasSize(2);
    }
}
