package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Span;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

/** Order, demand, look-ahead, errors, cancels and the budget of a body whose parts the test answers. */
class S3BodyTest {

    private static final int PART = 100;
    private static final int CHUNK = 10;
    private static final int LEAST = 20;
    private static final int SEEDS = Boolean.getBoolean("reactivestore.slow") ? 20_000 : 500;

    private final byte[] object = bytes(1_000);
    private final List<Request> requests = new ArrayList<>();
    private ReadBudget budget = new ReadBudget(Long.MAX_VALUE, LEAST);

    @Test
    void unboundedDemand_hasSeveralPartsTravel_andTheyComeInOrder() {
        TestSubscriber<ByteBuffer> reader = read(4, Long.MAX_VALUE);
        assertThat(requests).hasSize(4);
        for (int i = 3; i >= 0; i--) {
            requests.get(i).answer();
        }
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, 4 * PART));
        assertThat(requests).hasSize(8);
        answerAll();
        assertThat(reader.isTerminatedComplete()).isTrue();
        assertThat(text(reader)).isEqualTo(object);
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void smallDemand_hasOnePartTravel_andOneAheadOnceHalfOfItIsTaken() {
        TestSubscriber<ByteBuffer> reader = read(4, 1);
        assertThat(requests).hasSize(1);
        requests.get(0).answer();
        reader.request(3);
        assertThat(requests).hasSize(1);
        reader.request(1);
        assertThat(requests).hasSize(2);
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, 5 * CHUNK));
        reader.request(40);
        assertThat(requests).as("what is asked for and not here yet").hasSize(5);
    }

    @Test
    void nothingAskedFor_readsNothing() {
        TestSubscriber<ByteBuffer> reader = read(4, 0);
        assertThat(requests).isEmpty();
        reader.cancel();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void bytesThatAreHereAlready_areGivenFirst() {
        byte[] held = Arrays.copyOf(object, 30);
        TestSubscriber<ByteBuffer> reader = subscribe(held, settings(2, PART), Long.MAX_VALUE);
        assertThat(text(reader)).isEqualTo(held);
        assertThat(requests.get(0).span).isEqualTo(new Span(30, 130));
        answerAll();
        assertThat(text(reader)).isEqualTo(object);
    }

    @Test
    void error_isToldInItsTurn_andEndsTheOthers() {
        TestSubscriber<ByteBuffer> reader = read(3, Long.MAX_VALUE);
        requests.get(1).fail();
        assertThat(reader.isTerminated()).isFalse();
        requests.get(0).answer();
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, PART));
        assertThat(reader.expectTerminalError()).hasMessage("100..200");
        assertThat(requests.get(2).cancelled).isTrue();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void cancel_endsTheParts_andFreesTheBudget() {
        TestSubscriber<ByteBuffer> reader = read(3, Long.MAX_VALUE);
        requests.get(0).answer();
        reader.cancel();
        assertThat(requests).filteredOn(request -> request.cancelled).hasSize(3);
        assertThat(budget.usedBytes()).isZero();
        requests.get(1).answer();
        assertThat(requests).hasSize(4);
    }

    @Test
    void slowReaders_stopNobody_whateverTheyHold() {
        budget = new ReadBudget(2 * PART, LEAST);
        TestSubscriber<ByteBuffer> slow = read(4, 1);
        answerAll();
        TestSubscriber<ByteBuffer> greedy = read(4, Long.MAX_VALUE);
        List<TestSubscriber<ByteBuffer>> all = new ArrayList<>(List.of(slow, greedy));
        for (int i = 0; i < 20; i++) {
            all.add(read(4, 1));
        }
        TestSubscriber<ByteBuffer> last = read(4, Long.MAX_VALUE);
        assertThat(budget.usedBytes()).isLessThanOrEqualTo(2 * PART + (long) LEAST * (all.size() + 1));
        answerAll();
        assertThat(greedy.isTerminatedComplete()).isTrue();
        assertThat(text(last)).isEqualTo(object);
        all.forEach(reader -> reader.request(Long.MAX_VALUE));
        answerAll();
        assertThat(all).allMatch(reader -> Arrays.equals(text(reader), object));
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void anyDemand_overAnyAnswers_givesTheSameBytes() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            requests.clear();
            budget = new ReadBudget(1 + random.nextInt(500), 1 + random.nextInt(40));
            int firstPart = 1 + random.nextInt(150);
            byte @Nullable [] held = random.nextBoolean() ? null : Arrays.copyOf(object, 1 + random.nextInt(999));
            S3Body.Settings settings =
                    new S3Body.Settings(1 + random.nextInt(60), firstPart, PART, 1 + random.nextInt(5), budget);
            TestSubscriber<ByteBuffer> reader = subscribe(held, settings, 0);
            int steps = 0;
            while (!reader.isTerminated()) {
                assertThat(steps++).as("seed " + seed).isLessThan(10_000);
                List<Request> open = requests.stream().filter(Request::isOpen).toList();
                assertThat(open.size()).isLessThanOrEqualTo(settings.concurrency());
                if (!open.isEmpty() && random.nextBoolean()) {
                    open.get(random.nextInt(open.size())).answer();
                } else {
                    reader.request(1 + random.nextInt(8));
                }
            }
            assertThat(text(reader)).as("seed " + seed).isEqualTo(object);
            assertThat(budget.usedBytes()).as("seed " + seed).isZero();
        }
    }

    private TestSubscriber<ByteBuffer> read(int concurrency, long demand) {
        return subscribe(null, settings(concurrency, PART), demand);
    }

    private S3Body.Settings settings(int concurrency, int firstPart) {
        return new S3Body.Settings(CHUNK, firstPart, PART, concurrency, budget);
    }

    private TestSubscriber<ByteBuffer> subscribe(byte @Nullable [] held, S3Body.Settings settings, long demand) {
        Flux<ByteBuffer> body = new S3Body(this::part, new Span(0, object.length), held, settings);
        TestSubscriber<ByteBuffer> reader =
                TestSubscriber.builder().initialRequest(demand).build();
        body.subscribe(reader);
        return reader;
    }

    private Mono<byte[]> part(Span span) {
        Request request = new Request(span);
        requests.add(request);
        return request.answer.asMono().doOnCancel(() -> request.cancelled = true);
    }

    private void answerAll() {
        for (int i = 0; i < requests.size(); i++) {
            requests.get(i).answer();
        }
    }

    private static byte[] text(TestSubscriber<ByteBuffer> reader) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuffer chunk : reader.getReceivedOnNext()) {
            byte[] bytes = new byte[chunk.remaining()];
            chunk.duplicate().get(bytes);
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private final class Request {

        final Span span;
        final Sinks.One<byte[]> answer = Sinks.one();
        boolean cancelled;
        private boolean answered;

        Request(Span span) {
            this.span = span;
        }

        boolean isOpen() {
            return !answered && !cancelled;
        }

        void answer() {
            if (isOpen()) {
                answered = true;
                answer.tryEmitValue(Arrays.copyOfRange(object, (int) span.start(), (int) span.end()))
                        .orThrow();
            }
        }

        void fail() {
            answered = true;
            answer.tryEmitError(new IllegalStateException(span.start() + ".." + span.end()))
                    .orThrow();
        }
    }
}
