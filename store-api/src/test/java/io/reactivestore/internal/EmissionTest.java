package io.reactivestore.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.util.context.Context;

class EmissionTest {

    private final Reader reader = new Reader();
    private final Numbers numbers = new Numbers(reader);

    @Test
    void demand_isMet_asFarAsThereIsSomething() {
        numbers.come(1, 2, 3);
        reader.onSubscribe(numbers);
        assertThat(reader.got).isEmpty();
        reader.request(2);
        assertThat(reader.got).containsExactly(1, 2);
        reader.request(4);
        assertThat(reader.got).containsExactly(1, 2, 3);
        assertThat(numbers.open).isEqualTo(3);
        numbers.come(4, 5, 6, 7);
        assertThat(reader.got).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(numbers.open).isZero();
    }

    @Test
    void demandThatBecomesUnbounded_staysSo() {
        reader.onSubscribe(numbers);
        reader.request(1);
        reader.request(Long.MAX_VALUE);
        reader.request(1);
        numbers.come(1, 2, 3);
        assertThat(reader.got).containsExactly(1, 2, 3);
        assertThat(numbers.open).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void manyDemands_thatAddUpToMoreThanThereAreNumbers_areUnbounded() {
        reader.onSubscribe(numbers);
        reader.request(Long.MAX_VALUE - 1);
        reader.request(Long.MAX_VALUE - 1);
        numbers.come(1);
        assertThat(numbers.open).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void demandFromWithinASignal_isOneMoreRound_andNoDeeperStack() {
        reader.onSubscribe(numbers);
        reader.each = value -> reader.request(1);
        for (int i = 0; i < 100_000; i++) {
            numbers.waiting.add(i);
        }
        reader.request(1);
        assertThat(reader.got).hasSize(100_000);
    }

    @Test
    void end_comesWithoutDemand_once_afterEverythingIsReleased() {
        reader.onSubscribe(numbers);
        numbers.last = true;
        numbers.drain();
        assertThat(reader.ends).containsExactly("complete, released 1");
        numbers.drain();
        reader.request(1);
        reader.cancel();
        assertThat(reader.ends).hasSize(1);
        assertThat(numbers.released).isEqualTo(1);
    }

    @Test
    void roundThatThrows_isAnError_insteadOfSilence() {
        reader.onSubscribe(numbers);
        numbers.fault = new IllegalStateException("bug");
        numbers.drain();
        assertThat(reader.ends).containsExactly("bug, released 1");
        numbers.come(1);
        reader.request(1);
        assertThat(reader.got).isEmpty();
    }

    @Test
    void subscriberThatThrowsAtTheEnd_isNotToldAnotherOne() {
        List<String> ends = new ArrayList<>();
        Numbers ending = new Numbers(new CoreSubscriber<>() {
            @Override
            public void onSubscribe(Subscription subscription) {}

            @Override
            public void onNext(Integer value) {}

            @Override
            public void onError(Throwable error) {
                ends.add("error");
            }

            @Override
            public void onComplete() {
                ends.add("complete");
                throw new IllegalStateException("reader");
            }
        });
        ending.last = true;
        assertThatThrownBy(ending::drain).hasMessage("reader");
        assertThat(ends).containsExactly("complete");
        assertThat(ending.released).isEqualTo(1);
    }

    @Test
    void cancel_releasesAtOnce_andOnce() {
        numbers.come(1, 2);
        reader.onSubscribe(numbers);
        reader.request(1);
        reader.cancel();
        reader.cancel();
        assertThat(numbers.released).isEqualTo(1);
        numbers.come(3);
        assertThat(reader.got).containsExactly(1);
        assertThat(reader.ends).isEmpty();
    }

    @Test
    void cancelFromWithinASignal_isSeenByTheRound_andReleasesBehindIt() {
        numbers.come(1, 2, 3);
        reader.onSubscribe(numbers);
        reader.each = value -> {
            reader.cancel();
            assertThat(numbers.released).as("not under the feet of the round").isZero();
        };
        reader.request(3);
        assertThat(reader.got).containsExactly(1);
        assertThat(numbers.released).isEqualTo(1);
    }

    @Test
    void demandOfNothing_isRefused() {
        reader.onSubscribe(numbers);
        numbers.come(1);
        numbers.request(0);
        assertThat(reader.got).isEmpty();
    }

    @Test
    void context_isThatOfTheSubscriber() {
        assertThat(numbers.seen().<String>get("who")).isEqualTo("me");
    }

    /** Gives what has come. */
    private static final class Numbers extends Emission<Integer> {

        private final Queue<Integer> waiting = new ArrayDeque<>();
        private boolean last;
        private RuntimeException fault;
        private int released;
        private long open;

        Numbers(CoreSubscriber<Integer> reader) {
            super(reader);
        }

        void come(int... values) {
            for (int value : values) {
                waiting.add(value);
            }
            drain();
        }

        Context seen() {
            return context();
        }

        @Override
        protected void round() {
            if (fault != null) {
                throw fault;
            }
            while (!isCancelled() && demand() > 0 && !waiting.isEmpty()) {
                give(waiting.remove());
            }
            open = demand();
            if (!isCancelled() && last && waiting.isEmpty()) {
                complete();
            }
        }

        @Override
        protected void release() {
            released++;
            waiting.clear();
        }
    }

    private interface Each {
        void on(int value);
    }

    private final class Reader extends BaseSubscriber<Integer> {

        private final List<Integer> got = new ArrayList<>();
        private final List<String> ends = new ArrayList<>();
        private Each each = value -> {};

        @Override
        public Context currentContext() {
            return Context.of("who", "me");
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // Asks when the test does.
        }

        @Override
        protected void hookOnNext(Integer value) {
            got.add(value);
            each.on(value);
        }

        @Override
        protected void hookOnComplete() {
            ends.add("complete, released " + numbers.released);
        }

        @Override
        protected void hookOnError(Throwable error) {
            ends.add(error.getMessage() + ", released " + numbers.released);
        }
    }
}
