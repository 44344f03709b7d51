package io.reactivestore.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/**
 * Elements that come, demand, and a cancel or an end, each on a thread of its own. Outcomes: all elements in order and the end, or some of
 * them and a cancel; never two rounds at a time, released once.
 */
class EmissionRaceTest {

    private static final int ROUNDS = Boolean.getBoolean("reactivestore.slow") ? 200_000 : 3_000;
    private static final int ELEMENTS = 20;

    @Test
    void threadsAtOnce_neverMakeTwoRounds_andLoseNothing() throws Exception {
        CyclicBarrier barrier = new CyclicBarrier(3);
        Race[] races = new Race[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            races[i] = new Race(i % 3 == 0);
        }
        Thread brings = thread(barrier, races, Race::bring);
        Thread asks = thread(barrier, races, Race::ask);
        Thread cancels = thread(barrier, races, Race::cancelIfAsked);
        brings.join();
        asks.join();
        cancels.join();
        for (Race race : races) {
            assertThat(race.emission.collided).isFalse();
            assertThat(race.emission.released).isEqualTo(1);
            assertThat(race.inOrder).isTrue();
            if (!race.isCancelled) {
                assertThat(race.got).isEqualTo(ELEMENTS);
                assertThat(race.completed).isEqualTo(1);
            }
        }
    }

    private interface Act {
        void on(Race race);
    }

    private static Thread thread(CyclicBarrier barrier, Race[] races, Act act) {
        Thread thread = new Thread(() -> {
            try {
                for (Race race : races) {
                    barrier.await(20, TimeUnit.SECONDS);
                    act.on(race);
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        return thread;
    }

    private static final class Race extends BaseSubscriber<Integer> {

        private final boolean isCancelled;
        private final Counting emission = new Counting(this);
        private int got;
        private int completed;
        private boolean inOrder = true;

        Race(boolean isCancelled) {
            this.isCancelled = isCancelled;
            onSubscribe(emission);
        }

        void bring() {
            for (int i = 0; i < ELEMENTS; i++) {
                emission.come(i);
            }
        }

        void ask() {
            for (int i = 0; i < ELEMENTS; i++) {
                request(1);
            }
        }

        void cancelIfAsked() {
            if (isCancelled) {
                cancel();
            }
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // Asks on a thread of its own.
        }

        @Override
        protected void hookOnNext(Integer value) {
            inOrder &= value == got;
            got++;
        }

        @Override
        protected void hookOnComplete() {
            completed++;
        }
    }

    private static final class Counting extends Emission<Integer> {

        private final Queue<Integer> waiting = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean inside = new AtomicBoolean();
        private volatile boolean collided;
        private int given;
        private int released;

        Counting(Race race) {
            super(race);
        }

        void come(int value) {
            waiting.add(value);
            drain();
        }

        @Override
        protected void round() {
            collided |= !inside.compareAndSet(false, true);
            while (!isCancelled() && demand() > 0 && !waiting.isEmpty()) {
                given++;
                give(waiting.remove());
            }
            inside.set(false);
            if (!isCancelled() && given == ELEMENTS) {
                complete();
            }
        }

        @Override
        protected void release() {
            collided |= inside.get();
            released++;
        }
    }
}
