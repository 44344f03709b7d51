package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.Span;
import io.reactivestore.error.ObjectChangedException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.test.subscriber.TestSubscriber;

/** Order, demand, look-ahead, errors, cancels and the budget of a body whose parts the test answers. */
class S3BodyTest {

    private static final int PART = 100;
    private static final int CHUNK = 10;
    private static final int LEAST = 20;
    private static final int TOLD = 30;
    private static final int TEN_MILLIS = 10_000_000;
    private static final int SEEDS = Boolean.getBoolean("reactivestore.slow") ? 20_000 : 500;

    private byte[] object = bytes(1_000);
    private final List<Request> requests = new ArrayList<>();
    private String etag = "e1";
    private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();
    private long now;
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
    void chunksThatHaveLanded_areGivenBeforeThePartIsWhole() {
        TestSubscriber<ByteBuffer> reader = read(2, Long.MAX_VALUE);
        requests.get(1).land(50);
        requests.get(0).land(25);
        assertThat(text(reader)).as("so little is not worth telling").isEmpty();
        requests.get(0).land(15);
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, 30));
        requests.get(0).answer();
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, 150));
        answerAll();
        assertThat(text(reader)).isEqualTo(object);
    }

    @Test
    void twoAttemptsAtAPart_giveItOnce() {
        TestSubscriber<ByteBuffer> reader = read(1, Long.MAX_VALUE);
        Request first = requests.get(0);
        first.land(45);
        first.attemptAgain();
        first.land(20);
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, 30));
        first.land(60);
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, 60));
        first.answer();
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, PART));
    }

    @Test
    void bytesThatComeFast_areGivenInFewerRounds() {
        TestSubscriber<ByteBuffer> reader = readFast();
        Request first = requests.get(0);
        first.land(10);
        assertThat(text(reader)).as("the first ones at once").hasSize(10);
        first.land(30);
        assertThat(text(reader)).hasSize(10);
        first.land(10);
        assertThat(text(reader)).hasSize(50);
        first.land(10);
        assertThat(text(reader)).hasSize(50);
        now += TEN_MILLIS;
        first.land(10);
        assertThat(text(reader)).as("as few as before, since they come slowly").hasSize(70);
        first.answer();
        assertThat(text(reader)).hasSize(PART);
    }

    @Test
    void bytesThatComeFast_andThenNoMore_areGivenAMomentLater() {
        TestSubscriber<ByteBuffer> reader = readFast();
        Request first = requests.get(0);
        first.land(10);
        pass(TEN_MILLIS - 10);
        first.land(20);
        pass(5);
        assertThat(text(reader)).hasSize(10);
        pass(5);
        assertThat(text(reader)).as("a moment after the last time").hasSize(30);
        first.land(30);
        assertThat(text(reader)).hasSize(30);
        first.land(10);
        assertThat(text(reader)).as("enough at once").hasSize(70);
        pass(TEN_MILLIS - 1);
        first.land(10);
        pass(1);
        assertThat(text(reader)).as("the moment begins with each time").hasSize(80);
    }

    @Test
    void errorInTheMiddleOfAPart_isToldBehindWhatHasLanded() {
        TestSubscriber<ByteBuffer> reader = read(1, 1);
        requests.get(0).land(55);
        requests.get(0).fail();
        assertThat(reader.isTerminated()).isFalse();
        reader.request(Long.MAX_VALUE);
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, 50));
        assertThat(reader.expectTerminalError()).hasMessage("0..100");
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void errorBehindTheLastByteOfAPart_isToldBeforeThePartLooksWhole() {
        TestSubscriber<ByteBuffer> reader = read(1, Long.MAX_VALUE);
        requests.get(0).land(PART);
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, PART - CHUNK));
        requests.get(0).fail();
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, PART - CHUNK));
        assertThat(reader.expectTerminalError()).hasMessage("0..100");
    }

    @Test
    void unknownObject_isOpenedByAPart_thatIsSmallIfLittleIsAskedFor() {
        open(settings(2, 40), 1, 1_000);
        assertThat(requests.get(0).span).isEqualTo(new Span(0, 40));
        TestSubscriber<ByteBuffer> reader = open(settings(2, 40), Long.MAX_VALUE, 1_000);
        assertThat(requests.get(1).span).isEqualTo(new Span(0, PART));
        assertThat(requests).as("before its head").hasSize(2);
        requests.get(1).land(0);
        requests.get(1).land(30);
        assertThat(requests).hasSize(3);
        assertThat(requests.get(2).span).isEqualTo(new Span(PART, 2 * PART));
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, 30));
        answerAll();
        assertThat(text(reader)).isEqualTo(object);
        open(settings(2, 40), Long.MAX_VALUE, 70);
        assertThat(requests.get(requests.size() - 1).span).isEqualTo(new Span(0, 70));
    }

    @Test
    void unknownObject_thatIsShort_givesBackWhatItDoesNotNeed() {
        object = bytes(35);
        TestSubscriber<ByteBuffer> reader = open(settings(2, 40), Long.MAX_VALUE, 1_000);
        assertThat(budget.usedBytes()).isEqualTo(PART);
        requests.get(0).land(30);
        assertThat(budget.usedBytes()).isEqualTo(35);
        requests.get(0).answer();
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, 35));
        assertThat(reader.isTerminatedComplete()).isTrue();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void unknownObject_thatIsEmpty_isAnEmptyBody() {
        object = bytes(0);
        TestSubscriber<ByteBuffer> reader = open(settings(2, 40), Long.MAX_VALUE, 1_000);
        requests.get(0).answer();
        assertThat(reader.isTerminatedComplete()).isTrue();
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void unknownObject_thatIsNotThere_isAnError() {
        TestSubscriber<ByteBuffer> reader = open(settings(2, 40), Long.MAX_VALUE, 1_000);
        requests.get(0).fail();
        assertThat(reader.expectTerminalError()).hasMessage("0..100");
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void unknownObject_thatIsAnotherOneAtTheNextAttempt_isAnError() {
        TestSubscriber<ByteBuffer> reader = open(settings(2, 40), Long.MAX_VALUE, 1_000);
        requests.get(0).land(60);
        requests.get(0).attemptAgain();
        etag = "e2";
        requests.get(0).land(60);
        assertThat(text(reader)).isEqualTo(Arrays.copyOf(object, 60));
        assertThat(reader.expectTerminalError()).isInstanceOf(ObjectChangedException.class);
    }

    @Test
    void cancelBeforeTheHead_endsTheRequest() {
        TestSubscriber<ByteBuffer> reader = open(settings(2, 40), Long.MAX_VALUE, 1_000);
        reader.cancel();
        assertThat(requests.get(0).cancelled).isTrue();
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
            S3Body.Settings settings = new S3Body.Settings(
                    1 + random.nextInt(60),
                    firstPart,
                    PART,
                    1 + random.nextInt(5),
                    1 + random.nextInt(2 * PART),
                    budget,
                    Schedulers.immediate(),
                    timers,
                    () -> now += random.nextInt(2 * TEN_MILLIS));
            TestSubscriber<ByteBuffer> reader =
                    held == null && random.nextBoolean() ? open(settings, 0, 1_000) : subscribe(held, settings, 0);
            int steps = 0;
            while (!reader.isTerminated()) {
                assertThat(steps++).as("seed " + seed).isLessThan(10_000);
                List<Request> open = requests.stream().filter(Request::isOpen).toList();
                assertThat(open.size()).isLessThanOrEqualTo(settings.concurrency());
                if (!open.isEmpty() && random.nextBoolean()) {
                    step(open.get(random.nextInt(open.size())), random);
                } else if (random.nextBoolean()) {
                    timers.advanceTimeBy(Duration.ofNanos(random.nextInt(TEN_MILLIS)));
                } else {
                    reader.request(1 + random.nextInt(8));
                }
            }
            assertThat(text(reader)).as("seed " + seed).isEqualTo(object);
            assertThat(budget.usedBytes()).as("seed " + seed).isZero();
        }
    }

    private static void step(Request request, Random random) {
        switch (random.nextInt(8)) {
            case 0 -> request.attemptAgain();
            case 1, 2, 3, 4 -> request.land(random.nextInt(40));
            default -> request.answer();
        }
    }

    private TestSubscriber<ByteBuffer> read(int concurrency, long demand) {
        return subscribe(null, settings(concurrency, PART), demand);
    }

    /** Reads with no time passing but by {@link #pass}, and is told of each chunk unless that is too early. */
    private TestSubscriber<ByteBuffer> readFast() {
        S3Body.Settings settings =
                new S3Body.Settings(CHUNK, PART, PART, 1, CHUNK, budget, Schedulers.immediate(), timers, () -> now);
        return subscribe(null, settings, Long.MAX_VALUE);
    }

    private void pass(int nanos) {
        now += nanos;
        timers.advanceTimeBy(Duration.ofNanos(nanos));
    }

    private S3Body.Settings settings(int concurrency, int firstPart) {
        return new S3Body.Settings(
                CHUNK,
                firstPart,
                PART,
                concurrency,
                TOLD,
                budget,
                Schedulers.immediate(),
                timers,
                () -> now += TEN_MILLIS);
    }

    private TestSubscriber<ByteBuffer> subscribe(byte @Nullable [] held, S3Body.Settings settings, long demand) {
        return subscribe(new S3Body(subject(), held, settings), demand);
    }

    private TestSubscriber<ByteBuffer> open(S3Body.Settings settings, long demand, long mostBytes) {
        S3Body.Opening opening = new S3Body.Opening() {
            @Override
            public long mostBytes() {
                return mostBytes;
            }

            @Override
            public Mono<?> ask(int bytes, Landings landings) {
                return part(new Span(0, bytes), landings);
            }

            @Override
            public S3Body.Subject opened(ObjectInfo info) {
                return subject();
            }
        };
        return subscribe(new S3Body(opening, settings), demand);
    }

    private S3Body.Subject subject() {
        return new S3Body.Subject(new Span(0, object.length), this::part);
    }

    private static TestSubscriber<ByteBuffer> subscribe(S3Body body, long demand) {
        TestSubscriber<ByteBuffer> reader =
                TestSubscriber.builder().initialRequest(demand).build();
        body.subscribe(reader);
        return reader;
    }

    private Mono<?> part(Span span, Landings landings) {
        Request request = new Request(span, landings);
        requests.add(request);
        return request.end.asMono().doOnCancel(() -> request.cancelled = true);
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

    /** What has been asked for, and what has come of it. */
    private final class Request {

        final Span span;
        final Sinks.Empty<Object> end = Sinks.empty();
        boolean cancelled;
        private final Landings landings;
        private @Nullable Landing landing;
        private int landed;
        private boolean answered;

        Request(Span span, Landings landings) {
            this.span = span;
            this.landings = landings;
        }

        boolean isOpen() {
            return !answered && !cancelled;
        }

        /** So many more bytes come, behind the head if they are the first ones. */
        void land(int count) {
            Span served = new Span(span.start(), Math.min(span.end(), object.length));
            try {
                if (landing == null) {
                    ObjectInfo info = new ObjectInfo("k", object.length, etag, null, Instant.EPOCH, null);
                    landing = landings.begin(info, served);
                }
                int bytes = (int) Math.min(count, served.length() - landed);
                landing.put(landed, ByteBuffer.wrap(object, (int) span.start() + landed, bytes), bytes);
                landed += bytes;
            } catch (RuntimeException refused) {
                fail(refused);
            }
        }

        /** The same is read anew, by another request. */
        void attemptAgain() {
            landing = null;
            landed = 0;
        }

        void answer() {
            if (isOpen()) {
                land(Integer.MAX_VALUE);
                answered = true;
                end.tryEmitEmpty().orThrow();
            }
        }

        void fail() {
            fail(new IllegalStateException(span.start() + ".." + span.end()));
        }

        private void fail(RuntimeException error) {
            answered = true;
            end.tryEmitError(error).orThrow();
        }
    }
}
