package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.s3.KeySpaces.Shape;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/**
 * Parallel listings of keys of many shapes, with random delays, demand, bounds, errors and cancels, beside a plain walk through the
 * keys. A seed repeats a run; {@code -Pslow} runs more of them.
 */
class ParallelListingModelTest {

    private static final int SEEDS = Boolean.getBoolean("reactivestore.slow") ? 200 : 6;
    private static final int PAGE_KEYS = 20;

    @ParameterizedTest
    @EnumSource(Shape.class)
    void listing_isThatOfAWalk_whateverHappens(Shape shape) {
        for (int seed = 1; seed <= SEEDS; seed++) {
            new Run(shape, seed).check();
        }
    }

    @ParameterizedTest
    @EnumSource(Shape.class)
    void pages_areHardlyMoreThanNeeded(Shape shape) {
        for (int seed = 1; seed <= Math.max(2, SEEDS / 20); seed++) {
            int count = 12_000;
            String[] keys = KeySpaces.keys(shape, count, new Random(seed));
            LearntCuts learnt = new LearntCuts();
            for (int parallelism : new int[] {100, 16}) {
                learnt = new LearntCuts();
                Pages pages = new Pages(Simulation.seeded(seed), keys, "", 0);
                List<String> listed = pages.list(ListOptions.defaults().withParallelism(parallelism), learnt);
                assertThat(listed).as("%s, seed %d", shape, seed).containsExactly(keys);
                assertThat(pages.asked)
                        .as("%s, seed %d, parallelism %d", shape, seed, parallelism)
                        .isLessThanOrEqualTo((int) (1.10 * count / PAGE_KEYS));
            }
            Pages again = new Pages(Simulation.seeded(seed), keys, "", 0);
            assertThat(again.list(ListOptions.defaults().withParallelism(16), learnt))
                    .containsExactly(keys);
            assertThat(again.asked).as("%s, seed %d, again", shape, seed).isLessThanOrEqualTo((int)
                    (1.01 * count / PAGE_KEYS));
            assertThat(again.mostOpen).isBetween(8, 16);
        }
    }

    /** A server whose answers take a while. */
    private static final class Pages {

        private final Simulation simulation;
        private final SimulatedRuntime runtime;
        private final RandomGenerator random;
        private final String[] keys;
        private final String prefix;
        private final double errorShare;
        private int asked;
        private int open;
        private int mostOpen;

        Pages(Simulation simulation, String[] keys, String prefix, double errorShare) {
            this.simulation = simulation;
            this.runtime = simulation.runtime("store");
            this.random = simulation.random();
            this.keys = keys;
            this.prefix = prefix;
            this.errorShare = errorShare;
        }

        Mono<ListPage> page(String after, String token) {
            return Mono.defer(() -> {
                asked++;
                open++;
                mostOpen = Math.max(mostOpen, open);
                assertThat(token == null || token.equals("after " + after))
                        .as("token %s after %s", token, after)
                        .isTrue();
                boolean fails = random.nextDouble() < errorShare;
                Duration delay = Duration.ofMillis(50 + random.nextInt(100));
                Mono<ListPage> answer = fails
                        ? Mono.error(new IllegalStateException(String.valueOf(after)))
                        : Mono.fromSupplier(() -> KeySpaces.page(keys, prefix, after, PAGE_KEYS));
                return Mono.delay(delay, runtime.timers())
                        .then(answer)
                        .doOnNext(page -> open--)
                        .doOnError(error -> open--)
                        .doOnCancel(() -> open--);
            });
        }

        List<String> list(ListOptions options, LearntCuts learnt) {
            List<String> listed = new ArrayList<>();
            boolean[] ended = new boolean[1];
            new ParallelListing(this::page, options, 0, learnt, () -> 0)
                    .subscribe(info -> listed.add(info.key()), error -> {}, () -> ended[0] = true);
            simulation.runUntilIdle();
            assertThat(ended[0]).isTrue();
            return listed;
        }
    }

    private static final class Run {

        private final String name;
        private final Simulation simulation;
        private final RandomGenerator random;
        private final String[] keys;
        private final ListOptions options;
        private final List<String> expected;
        private final Pages pages;
        private final int parallelism;
        private final List<String> got = new ArrayList<>();
        private long met = -1;
        private int askedWhenMet;
        private Throwable error;
        private boolean completed;

        Run(Shape shape, long seed) {
            this.name = shape + ", seed " + seed;
            this.simulation = Simulation.seeded(seed);
            this.random = simulation.random();
            this.keys = KeySpaces.keys(shape, random.nextInt(1, 4000), new Random(seed));
            this.parallelism = random.nextInt(2, 40);
            String prefix = random.nextInt(3) == 0 ? start(keys[random.nextInt(keys.length)]) : "";
            String after = random.nextInt(3) == 0 ? keys[random.nextInt(keys.length)] : null;
            String end = random.nextInt(3) == 0 ? keys[random.nextInt(keys.length)] : null;
            this.options = ListOptions.prefix(prefix)
                    .withStartAfter(after)
                    .withEndBefore(end)
                    .withParallelism(parallelism);
            this.expected = KeySpaces.within(keys, prefix, after, end);
            this.pages = new Pages(simulation, keys, prefix, random.nextInt(3) == 0 ? 0.02 : 0);
        }

        private String start(String key) {
            int points = key.codePointCount(0, key.length());
            return key.substring(0, key.offsetByCodePoints(0, random.nextInt(points)));
        }

        void check() {
            boolean slow = random.nextBoolean();
            int cancelAt = random.nextInt(4) == 0 ? random.nextInt(expected.size() + 1) : -1;
            Subscription[] upstream = new Subscription[1];
            new ParallelListing(pages::page, options, 0, new LearntCuts(), () -> 0)
                    .subscribe(new BaseSubscriber<ObjectInfo>() {
                        @Override
                        protected void hookOnSubscribe(Subscription subscription) {
                            upstream[0] = subscription;
                        }

                        @Override
                        protected void hookOnNext(ObjectInfo info) {
                            got.add(info.key());
                            if (got.size() == met) {
                                askedWhenMet = pages.asked;
                            }
                            if (got.size() == cancelAt) {
                                cancel();
                            }
                        }

                        @Override
                        protected void hookOnComplete() {
                            completed = true;
                        }

                        @Override
                        protected void hookOnError(Throwable e) {
                            error = e;
                        }
                    });
            simulation.runUntilIdle();
            assertThat(pages.asked).as("%s: without demand", name).isZero();
            while (!completed && error == null && got.size() != cancelAt) {
                int before = got.size();
                int demand = slow ? random.nextInt(1, 100) : Integer.MAX_VALUE;
                met = before + demand;
                upstream[0].request(demand);
                simulation.runUntilIdle();
                if (completed || error != null || got.size() == cancelAt) {
                    break;
                }
                assertThat(got).as("%s: demand is met", name).hasSize(before + demand);
                checkDemand();
            }
            checkEnd(cancelAt);
        }

        /** When demand is met, nothing more is begun; the first page is asked for alone. */
        private void checkDemand() {
            assertThat(pages.asked)
                    .as("%s: pages after the demand was met", name)
                    .isEqualTo(askedWhenMet);
            if (got.size() <= PAGE_KEYS) {
                assertThat(pages.asked)
                        .as("%s: pages for %d keys", name, got.size())
                        .isEqualTo(1);
            }
        }

        private void checkEnd(int cancelAt) {
            assertThat(pages.open).as("%s: open", name).isZero();
            assertThat(pages.mostOpen).as("%s: open at a time", name).isLessThanOrEqualTo(parallelism);
            assertThat(got).as("%s: keys", name).isEqualTo(expected.subList(0, got.size()));
            if (completed) {
                assertThat(got).as("%s: all keys", name).hasSameSizeAs(expected);
            } else if (error != null) {
                // All keys before the place that could not be read, and none behind it.
                String after = String.valueOf(error.getMessage());
                long before = expected.stream()
                        .filter(key -> !after.equals("null") && Keys.UTF8_ORDER.compare(key, after) <= 0)
                        .count();
                assertThat(got).as("%s: error after %s", name, after).hasSize((int) before);
            } else {
                assertThat(got).as("%s: cancelled", name).hasSize(cancelAt);
            }
        }
    }
}
