package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * A call that begins, is answered, is cancelled and comes to its time limit at once. Outcomes: told once, with the answer or the timeout; or
 * cancelled, and told at most once. Its turn is over, and its future too, each time.
 */
class S3CallRaceTest {

    private static final int ROUNDS = Boolean.getBoolean("reactivestore.slow") ? 200_000 : 3_000;

    private final StoreRuntime runtime = StoreRuntime.system();
    private final RequestLine line = new RequestLine(AdaptiveLimit.fixed(8), 1_000, runtime.delivery());
    private final S3AsyncClient client = FakeStores.client(FakeStores.http(request -> FakeHttp.Reply.silent()), 1);
    private final S3Call.Means means = new S3Call.Means(
            () -> new S3Clients.Made(client, List.of(), null, List.of()), runtime, new Alarms(runtime), line, () -> {});

    @Test
    void anyOrder_endsOnce_andFreesItsTurn() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(3);
        Actor[] actors = new Actor[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            actors[i] = new Actor(i % 3 != 0, Duration.ofNanos(1 + (i % 50) * 2_000));
        }
        Thread begins = thread(barrier, actors, Actor::begin);
        Thread answers = thread(barrier, actors, actor -> actor.future.complete("answer"));
        Thread cancels = thread(barrier, actors, Actor::cancelIfAsked);
        begins.join();
        answers.join();
        cancels.join();
        await().atMost(Verify.PATIENCE)
                .until(() -> line.running() + line.waiting() == 0
                        && Arrays.stream(actors).allMatch(actor -> !actor.isPatient || actor.ends.get() > 0));
        for (Actor actor : actors) {
            assertThat(actor.ends).hasValueLessThanOrEqualTo(1);
            assertThat(actor.wrong).hasValue(0);
            assertThat(actor.future).isDone();
        }
    }

    private interface Act {
        void on(Actor actor) throws Exception;
    }

    private static Thread thread(CyclicBarrier barrier, Actor[] actors, Act act) {
        Thread thread = new Thread(() -> {
            try {
                for (Actor actor : actors) {
                    barrier.await(Verify.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                    act.on(actor);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        return thread;
    }

    private final class Actor extends BaseSubscriber<String> {

        private final boolean isPatient;
        private final Duration limit;
        private final CompletableFuture<String> future = new CompletableFuture<>();
        private final AtomicInteger values = new AtomicInteger();
        private final AtomicInteger ends = new AtomicInteger();
        private final AtomicInteger wrong = new AtomicInteger();

        Actor(boolean isPatient, Duration limit) {
            this.isPatient = isPatient;
            this.limit = limit;
        }

        void begin() {
            new S3Call<>(means, limit, true, nanos -> {}, any -> future).subscribe(this);
        }

        void cancelIfAsked() {
            if (!isPatient) {
                cancel();
            }
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscription.request(1);
        }

        @Override
        protected void hookOnNext(String value) {
            values.incrementAndGet();
        }

        @Override
        protected void hookOnComplete() {
            ends.incrementAndGet();
            wrong.addAndGet(values.get() == 1 ? 0 : 1);
        }

        @Override
        protected void hookOnError(Throwable error) {
            ends.incrementAndGet();
            wrong.addAndGet(error instanceof TimeoutException && values.get() == 0 ? 0 : 1);
        }
    }
}
