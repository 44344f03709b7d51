package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** One call from demand to its end, in virtual time. */
class S3CallTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final SimulatedRuntime runtime = SimulatedRuntime.seeded(1);
    private final Simulation simulation = runtime.simulation();
    private final RequestLine line = new RequestLine(AdaptiveLimit.fixed(1), 1, runtime.delivery());
    private final AtomicInteger throttled = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();
    private final CompletableFuture<String> future = new CompletableFuture<>();
    private final S3AsyncClient client = FakeStores.client(FakeStores.http(request -> FakeHttp.Reply.silent()), 1);
    private final S3Call.Means means = new S3Call.Means(
            () -> new S3Clients.Made(client, List.of(), null, List.of()),
            runtime,
            new Alarms(runtime),
            line,
            throttled::incrementAndGet);

    @Test
    void nothingIsSent_beforeSomebodyAsks() {
        TestSubscriber<String> subscriber = subscribe(call(future), 0);
        assertThat(sent).hasValue(0);
        subscriber.request(1);
        subscriber.request(1);
        assertThat(sent).hasValue(1);
    }

    @Test
    void answer_isTold_byATaskOfTheDeliverySchedulers() {
        TestSubscriber<String> subscriber = subscribe(call(future), 1);
        future.complete("answer");
        assertThat(subscriber.getReceivedOnNext()).isEmpty();
        assertThat(line.running()).isZero();
        simulation.runUntilIdle();
        assertThat(subscriber.getReceivedOnNext()).containsExactly("answer");
        assertThat(subscriber.isTerminatedComplete()).isTrue();
        assertThat(simulation.pendingTasks()).isZero();
    }

    @Test
    void answerWithoutAValue_isTheEnd() {
        TestSubscriber<String> subscriber = subscribe(call(future), 1);
        future.complete(null);
        simulation.runUntilIdle();
        assertThat(subscriber.getReceivedOnNext()).isEmpty();
        assertThat(subscriber.isTerminatedComplete()).isTrue();
    }

    @Test
    void failureOfTheCallItself_isTold() {
        TestSubscriber<String> subscriber = subscribe(
                new S3Call<>(means, LIMIT, true, nanos -> {}, any -> {
                    throw new IllegalStateException("bug");
                }),
                1);
        simulation.runUntilIdle();
        assertThat(subscriber.expectTerminalError()).hasMessage("bug");
        assertThat(line.running()).isZero();
    }

    @Test
    void silence_endsAtTheLimit_andTheFutureIsCancelledBeforeThat() {
        boolean[] before = new boolean[1];
        TestSubscriber<String> subscriber =
                subscribe(call(future).doOnError(error -> before[0] = future.isCancelled()), 1);
        simulation.runFor(LIMIT.minusMillis(1));
        assertThat(subscriber.isTerminated()).isFalse();
        simulation.runFor(Duration.ofMillis(1));
        assertThat(subscriber.expectTerminalError())
                .isInstanceOf(TimeoutException.class)
                .hasMessage("no answer within 30000 ms");
        assertThat(before[0]).isTrue();
        assertThat(line.running()).isZero();
        assertThat(simulation.pendingTasks()).isZero();
    }

    @Test
    void timeInLine_countsToo() {
        subscribe(call(new CompletableFuture<>()), 1);
        simulation.runFor(Duration.ofSeconds(1));
        TestSubscriber<String> waiting = subscribe(call(future), 1);
        simulation.runFor(LIMIT.minusMillis(1));
        assertThat(sent).as("the first one has ended").hasValue(2);
        simulation.runFor(Duration.ofMillis(1));
        assertThat(waiting.expectTerminalError()).isInstanceOf(TimeoutException.class);
    }

    @Test
    void cancel_endsTheFuture_orLeavesTheLine_andNobodyIsTold() {
        TestSubscriber<String> running = subscribe(call(future), 1);
        TestSubscriber<String> waiting = subscribe(call(new CompletableFuture<>()), 1);
        waiting.cancel();
        assertThat(line.waiting()).isZero();
        running.cancel();
        assertThat(future).isCancelled();
        assertThat(line.running()).isZero();
        simulation.runFor(LIMIT);
        assertThat(running.isTerminated()).isFalse();
        assertThat(waiting.isTerminated()).isFalse();
        assertThat(sent).hasValue(1);
        assertThat(simulation.pendingTasks()).isZero();
    }

    @Test
    void cancelWhileTheAnswerIsOnItsWay_isKept() {
        TestSubscriber<String> subscriber = subscribe(call(future), 1);
        future.complete("answer");
        subscriber.cancel();
        simulation.runUntilIdle();
        assertThat(subscriber.getReceivedOnNext()).isEmpty();
        assertThat(subscriber.isTerminated()).isFalse();
    }

    @Test
    void fullLine_isARefusal() {
        subscribe(call(new CompletableFuture<>()), 1);
        subscribe(call(new CompletableFuture<>()), 1);
        TestSubscriber<String> refused = subscribe(call(future), 1);
        simulation.runFor(Duration.ofSeconds(1));
        assertThat(refused.expectTerminalError()).isInstanceOf(RequestLine.FullException.class);
    }

    private Mono<String> call(CompletableFuture<String> answer) {
        return new S3Call<>(means, LIMIT, true, nanos -> {}, any -> {
            sent.incrementAndGet();
            return answer;
        });
    }

    private static TestSubscriber<String> subscribe(Mono<String> call, long demand) {
        TestSubscriber<String> subscriber =
                TestSubscriber.builder().initialRequest(demand).build();
        call.subscribe(subscriber);
        return subscriber;
    }
}
