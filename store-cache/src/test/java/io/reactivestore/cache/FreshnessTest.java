package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.reactivestore.Attributes;
import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreThrottledException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** What becomes of a copy as it grows old, whatever the source does. */
class FreshnessTest {

    private static final Duration MAX_AGE = Duration.ofMinutes(10);
    private static final Duration WHILE_REVALIDATE = Duration.ofMinutes(2);
    private static final Instant FILLED_AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration IF_ERROR = Duration.ofHours(1);
    private static final Duration MAX_WAIT = Duration.ofMillis(50);
    private static final Duration RENEWAL_TIMEOUT = Duration.ofSeconds(5);

    /** The ages of a copy, each in the middle of its time, but for one that is as young as can be. */
    private enum Age {
        FRESH(Duration.ofMinutes(8)),
        DUE(Duration.ofSeconds(570)),
        STALE(Duration.ofSeconds(630)),
        LAST_RESORT(Duration.ofMinutes(30)),
        DEAD(Duration.ofMinutes(70));

        private final Duration age;

        Age(Duration age) {
            this.age = age;
        }
    }

    private enum Source {
        UNCHANGED(source -> {}),
        CHANGED(source -> source.write(Stage.KEY, "new")),
        VANISHED(source -> source.remove(Stage.KEY)),
        FAILING(source -> source.fail(Op.GET, new StoreThrottledException("get", Stage.KEY, "slow down", null))),
        DENYING(source -> source.fail(Op.GET, new StoreAccessDeniedException("get", Stage.KEY, "no", null))),
        SLOW(source -> source.hold(Op.GET));

        private final Consumer<GatedStore> become;

        Source(Consumer<GatedStore> become) {
            this.become = become;
        }
    }

    private enum Where {
        MEMORY,
        TIER,
        BOTH;

        Stage stage(UnaryOperator<CacheStoreBuilder> settings) {
            Stage stage = switch (this) {
                case MEMORY -> Stage.memory(settings);
                case TIER -> Stage.tier(settings);
                case BOTH -> Stage.both(settings);
            };
            return stage.open();
        }
    }

    /** What a reader gets: the text, with "stale" before it if it is told so; the kind of error; or that it waits. */
    private static String answer(Age age, Source source) {
        String fromSource = switch (source) {
            case UNCHANGED -> "old";
            case CHANGED -> "new";
            case VANISHED -> "(none)";
            case FAILING -> "StoreThrottledException";
            case DENYING -> "StoreAccessDeniedException";
            case SLOW -> "(waits)";
        };
        boolean failsForNow = source == Source.FAILING || source == Source.SLOW;
        return switch (age) {
            case FRESH, DUE -> "old";
            case STALE -> "stale old";
            case LAST_RESORT -> failsForNow ? "stale old" : fromSource;
            case DEAD -> fromSource;
        };
    }

    /** What the next reader gets, a minute after the first one. */
    private static String answerAfterIt(Age age, Source source) {
        boolean isRenewedBehind = age == Age.DUE || age == Age.STALE;
        if (!isRenewedBehind || source == Source.FAILING || source == Source.DENYING || source == Source.SLOW) {
            // 570 s and one minute more are past the time.
            return age == Age.DUE ? "stale old" : answer(age, source);
        }
        return answer(Age.DEAD, source);
    }

    private static Stream<Arguments> transitions() {
        return Stream.of(Where.values())
                .flatMap(where -> Stream.of(Age.values())
                        .flatMap(age -> Stream.of(Source.values()).map(source -> arguments(where, age, source))));
    }

    @ParameterizedTest
    @MethodSource("transitions")
    void copy_isServedByItsAge_whateverTheSourceDoes(Where where, Age age, Source source) {
        Stage stage = where.stage(FreshnessTest::everything);
        aged(stage, age);
        source.become.accept(stage.source);
        int before = stage.source.calls(Op.GET);

        assertThat(read(stage)).isEqualTo(answer(age, source));
        assertThat(stage.source.calls(Op.GET) - before)
                .as("requests to the source")
                .isEqualTo(age == Age.FRESH ? 0 : 1);

        stage.run(Duration.ofMinutes(1));
        assertThat(read(stage)).isEqualTo(answerAfterIt(age, source));
    }

    @Test
    void withoutWindows_aCopyThatIsTooOld_isNotServed() {
        Stage stage = Stage.memory(builder -> builder.freshness(f -> f.maxAge(MAX_AGE)))
                .open();
        aged(stage, Age.STALE);
        Source.FAILING.become.accept(stage.source);
        assertThat(read(stage)).isEqualTo("StoreThrottledException");
        assertThat(stage.cache.stats().stale()).isZero();
    }

    @Test
    void staleHits_areHits_andCounted() {
        Stage stage = Stage.memory(FreshnessTest::everything).open();
        aged(stage, Age.STALE);
        CacheStats before = stage.cache.stats();
        read(stage);
        CacheStats after = stage.cache.stats();
        assertThat(after.hits() - before.hits()).isEqualTo(1);
        assertThat(after.stale() - before.stale()).isEqualTo(1);
        assertThat(after.revalidated() - before.revalidated()).isEqualTo(1);
        assertThat(after.misses()).isEqualTo(before.misses());
    }

    @Test
    void plainHitsOfOneStaleCopy_areOneAnswer_whichGrowsOld() {
        Stage stage = Stage.memory(FreshnessTest::everything).open();
        aged(stage, Age.STALE);
        stage.source.hold(Op.GET);
        StoredObject first = stage.await(stage.cache.get(Stage.KEY));
        assertThat(first.served().tier()).isEqualTo("memory");
        assertThat(first.served().stale()).isTrue();
        Duration age = first.served().age();
        stage.run(Duration.ofSeconds(3));
        assertThat(stage.await(stage.cache.get(Stage.KEY))).isSameAs(first);
        assertThat(first.served().age()).isGreaterThan(age);

        StoredObject part =
                stage.await(stage.cache.get(Stage.KEY, ReadOptions.defaults().withRange(ByteRange.of(0, 1))));
        assertThat(stage.await(part.text())).isEqualTo("o");
        assertThat(part.served().stale()).isTrue();
    }

    @Test
    void sourceDownForTenMinutes_everyKeptKeyIsServed() {
        Stage stage = Stage.both(FreshnessTest::everything).open();
        List<String> keys = IntStream.range(0, 50).mapToObj(i -> "key-" + i).toList();
        keys.forEach(key -> stage.source.write(key, key));
        keys.forEach(stage::read);
        stage.settle();
        stage.run(MAX_AGE.minusSeconds(30));
        Source.FAILING.become.accept(stage.source);
        for (int minute = 0; minute < 10; minute++) {
            stage.run(Duration.ofMinutes(1));
            keys.forEach(key -> assertThat(stage.read(key)).isEqualTo(key));
        }
        Source.UNCHANGED.become.accept(stage.source.pass(Op.GET));
        stage.run(Duration.ofMinutes(1));
        keys.forEach(stage::read);
        stage.run();
        assertThat(read(stage, keys.get(0))).isEqualTo(keys.get(0));
    }

    @Test
    void manyReaders_ofOneStaleCopy_askTheSourceOnce() {
        Stage stage = Stage.memory(FreshnessTest::everything).open();
        aged(stage, Age.STALE);
        stage.source.hold(Op.GET);
        int before = stage.source.calls(Op.GET);
        for (int i = 0; i < 40; i++) {
            assertThat(read(stage)).isEqualTo("stale old");
        }
        assertThat(stage.source.calls(Op.GET) - before).isEqualTo(1);
    }

    @Test
    void renewals_areNoMoreAtOnce_thanAllowed() {
        Stage stage = Stage.memory(builder -> everything(builder, 2)).open();
        List<String> keys = List.of("a", "b", "c", "d");
        keys.forEach(key -> stage.source.write(key, key));
        keys.forEach(stage::read);
        stage.run(Age.STALE.age);
        stage.source.hold(Op.GET);
        int before = stage.source.calls(Op.GET);
        keys.forEach(key -> assertThat(read(stage, key)).isEqualTo("stale " + key));
        assertThat(stage.source.calls(Op.GET) - before).isEqualTo(2);

        stage.source.take(Op.GET).answer();
        stage.run();
        assertThat(read(stage, "c")).isEqualTo("stale c");
        assertThat(stage.source.calls(Op.GET) - before).as("a turn became free").isEqualTo(3);
    }

    @Test
    void hungRenewal_isGivenUp_andNeitherStopsTheNext_norLetsACopyLive() {
        Stage stage = Stage.memory(FreshnessTest::everything).open();
        aged(stage, Age.STALE);
        stage.source.hold(Op.GET);
        read(stage);
        int before = stage.source.calls(Op.GET);
        stage.run(RENEWAL_TIMEOUT.plusSeconds(2));
        assertThat(stage.source.waits(Op.GET)).as("it was given up").isFalse();

        assertThat(read(stage)).isEqualTo("stale old");
        assertThat(stage.source.calls(Op.GET) - before).as("the next one").isEqualTo(1);
        stage.run(Age.DEAD.age);
        assertThat(read(stage)).isEqualTo("(waits)");
    }

    @Test
    void failedRenewal_isNotTriedAgainAtOnce() {
        Stage stage = Stage.memory(FreshnessTest::everything).open();
        aged(stage, Age.STALE);
        Source.FAILING.become.accept(stage.source);
        int before = stage.source.calls(Op.GET);
        for (int i = 0; i < 5; i++) {
            assertThat(read(stage)).isEqualTo("stale old");
        }
        assertThat(stage.source.calls(Op.GET) - before).isEqualTo(1);
        stage.run(Duration.ofSeconds(2));
        read(stage);
        assertThat(stage.source.calls(Op.GET) - before).isEqualTo(2);
    }

    @Test
    void writeDuringARenewal_isNotOverwrittenByIt() {
        Stage stage = Stage.both(FreshnessTest::everything).open();
        aged(stage, Age.STALE);
        stage.source.hold(Op.GET);
        read(stage);
        Request<StoredObject> renewal = stage.source.take(Op.GET);
        renewal.apply();
        stage.put("newer");
        renewal.answer();
        stage.run();
        stage.source.pass(Op.GET);
        assertThat(read(stage)).isEqualTo("newer");
        assertThat(stage.source.text(Stage.KEY)).isEqualTo("newer");
    }

    @Test
    void readerOfTheSource_whoFails_isNotServedACopy() {
        Stage stage = Stage.memory(FreshnessTest::everything).open();
        aged(stage, Age.LAST_RESORT);
        Source.FAILING.become.accept(stage.source);
        TestSubscriber<StoredObject> strict = TestSubscriber.create();
        stage.cache
                .get(Stage.KEY, ReadOptions.defaults().withMode(ReadMode.REVALIDATE))
                .subscribe(strict);
        stage.run();
        assertThat(strict.expectTerminalError()).isInstanceOf(StoreThrottledException.class);
    }

    @Test
    void slowSource_isAskedOn_afterTheReaderWasServed() {
        Stage stage = Stage.memory(FreshnessTest::everything).open();
        aged(stage, Age.LAST_RESORT);
        stage.source.write(Stage.KEY, "new");
        stage.source.hold(Op.GET);
        int before = stage.source.calls(Op.GET);
        assertThat(read(stage)).isEqualTo("stale old");
        assertThat(stage.source.calls(Op.GET) - before).isEqualTo(1);
        stage.source.take(Op.GET).answer();
        stage.run();
        assertThat(read(stage)).isEqualTo("new");
        assertThat(stage.source.calls(Op.GET) - before).isEqualTo(1);
    }

    @Test
    void close_endsRenewals() {
        Stage stage = Stage.memory(FreshnessTest::everything).open();
        aged(stage, Age.STALE);
        stage.source.hold(Op.GET);
        read(stage);
        assertThat(stage.source.waits(Op.GET)).isTrue();
        stage.await(stage.cache.close());
        assertThat(stage.source.waits(Op.GET)).isFalse();
    }

    @Test
    void copiesMadeTogether_withJitter_doNotGrowOldTogether() {
        Stage stage = Stage.memory(
                        builder -> builder.freshness(f -> f.maxAge(MAX_AGE).jitter(0.5)))
                .open();
        List<String> keys = IntStream.range(0, 100).mapToObj(i -> "key-" + i).toList();
        keys.forEach(key -> stage.source.write(key, key));
        keys.forEach(stage::read);
        List<Integer> asked = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            asked.add(askedAgain(stage, keys, Duration.ofSeconds(20)).size());
        }
        assertThat(asked.subList(0, 14)).as("in the first half").containsOnly(0);
        assertThat(asked.subList(15, 29)).as("then a few, all the time").allMatch(count -> count > 0 && count < 25);
    }

    @Test
    void objects_haveLifetimesOfTheirOwn() {
        Stage stage = Stage.memory(
                        builder -> builder.freshness(f -> f.maxAge(MAX_AGE).perObject(FreshnessTest::own)))
                .open();
        List<String> keys = List.of("short", "ever", "usual", "broken");
        keys.forEach(key -> stage.source.write(key, key));
        keys.forEach(stage::read);
        assertThat(askedAgain(stage, keys, Duration.ofMinutes(2))).containsExactly("short");
        assertThat(askedAgain(stage, keys, Duration.ofMinutes(9))).containsExactly("short", "usual", "broken");
    }

    private static Lifetime own(ObjectInfo info) {
        return switch (info.key()) {
            case "short" -> Lifetime.of(Duration.ofMinutes(1));
            case "ever" -> Lifetime.anyAge();
            case "broken" -> throw new IllegalStateException("no");
            default -> null;
        };
    }

    @Test
    void cacheControlOfAnObject_decides_whereAsked() {
        Lifetime otherwise = new Lifetime(MAX_AGE, WHILE_REVALIDATE, IF_ERROR);
        assertThat(lifetime(null, otherwise)).isEqualTo(otherwise);
        assertThat(lifetime("public", otherwise)).isEqualTo(otherwise);
        assertThat(lifetime("Max-Age=60", otherwise))
                .isEqualTo(new Lifetime(Duration.ofMinutes(1), WHILE_REVALIDATE, IF_ERROR));
        assertThat(lifetime("max-age=60, s-maxage=\"5\"", otherwise)).isEqualTo(Lifetime.of(Duration.ofSeconds(5)));
        assertThat(lifetime("s-maxage=5, stale-while-revalidate=7", otherwise))
                .isEqualTo(new Lifetime(Duration.ofSeconds(5), Duration.ofSeconds(7), Duration.ZERO));
        assertThat(lifetime("max-age=60 , stale-if-error=9,stale-while-revalidate=8", otherwise))
                .isEqualTo(new Lifetime(Duration.ofMinutes(1), Duration.ofSeconds(8), Duration.ofSeconds(9)));
        assertThat(lifetime("max-age=60, must-revalidate", otherwise)).isEqualTo(Lifetime.of(Duration.ofMinutes(1)));
        assertThat(lifetime("no-cache, max-age=60", otherwise)).isEqualTo(Lifetime.of(Duration.ZERO));
        assertThat(lifetime("private=\"a\", no-store", otherwise)).isEqualTo(Lifetime.of(Duration.ZERO));
        assertThat(lifetime("immutable", otherwise)).isEqualTo(Lifetime.anyAge());
        assertThat(lifetime("max-age=soon", otherwise).maxAge()).isEqualTo(Duration.ZERO);
        assertThat(lifetime("max-age=-1", otherwise).maxAge()).isEqualTo(Duration.ZERO);
        assertThat(lifetime("max-age=99999999999999999999", otherwise).maxAge())
                .isEqualTo(Duration.ofSeconds(1L << 31));
        assertThat(lifetime(",, max-age=60,", otherwise).maxAge()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void expiresOfAnObject_decides_whereItsCacheControlNamesNoAge() {
        Lifetime otherwise = new Lifetime(MAX_AGE, WHILE_REVALIDATE, IF_ERROR);
        Instant soon = FILLED_AT.plusSeconds(7);
        assertThat(lifetime(null, soon, otherwise))
                .isEqualTo(new Lifetime(Duration.ofSeconds(7), WHILE_REVALIDATE, IF_ERROR));
        assertThat(lifetime("public, immutable", soon, otherwise).maxAge()).isEqualTo(Duration.ofSeconds(7));
        assertThat(lifetime("must-revalidate", soon, otherwise)).isEqualTo(Lifetime.of(Duration.ofSeconds(7)));
        assertThat(lifetime("max-age=60", soon, otherwise).maxAge()).isEqualTo(Duration.ofMinutes(1));
        assertThat(lifetime("s-maxage=5", soon, otherwise).maxAge()).isEqualTo(Duration.ofSeconds(5));
        assertThat(lifetime("no-cache", soon, otherwise).maxAge()).isEqualTo(Duration.ZERO);
        assertThat(lifetime(null, FILLED_AT.minusSeconds(1), otherwise).maxAge())
                .as("of the past")
                .isEqualTo(Duration.ZERO);
    }

    @Test
    void objectThatExpires_isAskedForAgainThen_alsoIfItsCopyWasFoundInATierLater() {
        Stage stage = Stage.both(builder -> builder.freshness(f -> f.cacheControl(true)))
                .open();
        Instant expires = stage.runtime.clock().instant().plusSeconds(30);
        WriteOptions options =
                WriteOptions.defaults().withAttributes(Attributes.none().withExpires(expires));
        stage.await(stage.cache.put(Stage.KEY, Content.text("x"), options));
        stage.settle();
        stage.run(Duration.ofSeconds(20));
        stage.reopen();
        assertThat(askedAgain(stage, List.of(Stage.KEY), Duration.ofSeconds(8))).isEmpty();
        assertThat(stage.cache.stats().hits("tier-1")).isEqualTo(1);
        assertThat(askedAgain(stage, List.of(Stage.KEY), Duration.ofSeconds(3))).containsExactly(Stage.KEY);
    }

    private static Lifetime lifetime(String cacheControl, Lifetime otherwise) {
        return lifetime(cacheControl, null, otherwise);
    }

    private static Lifetime lifetime(String cacheControl, Instant expires, Lifetime otherwise) {
        Attributes attributes = Attributes.none().withCacheControl(cacheControl).withExpires(expires);
        ObjectInfo info = new ObjectInfo("k", 1, "e", null, Instant.EPOCH, attributes);
        return CacheControl.lifetimeOf(info, FILLED_AT, otherwise);
    }

    /** Which of the keys a reader has the source asked for, so much later. */
    private static List<String> askedAgain(Stage stage, List<String> keys, Duration later) {
        stage.run(later);
        List<String> asked = new ArrayList<>();
        for (String key : keys) {
            int before = stage.source.calls(Op.GET);
            stage.read(key);
            if (stage.source.calls(Op.GET) > before) {
                asked.add(key);
            }
        }
        return asked;
    }

    private static CacheStoreBuilder everything(CacheStoreBuilder builder) {
        return everything(builder, 64);
    }

    private static CacheStoreBuilder everything(CacheStoreBuilder builder, int renewals) {
        return builder.freshness(f -> f.maxAge(MAX_AGE)
                .earlyRefresh(0.1)
                .staleWhileRevalidate(WHILE_REVALIDATE)
                .staleIfError(IF_ERROR)
                .maxWait(MAX_WAIT)
                .renewals(renewals, RENEWAL_TIMEOUT));
    }

    private static void aged(Stage stage, Age age) {
        stage.source.write(Stage.KEY, "old");
        stage.read();
        stage.settle();
        stage.run(age.age);
    }

    private static String read(Stage stage) {
        return read(stage, Stage.KEY);
    }

    private static String read(Stage stage, String key) {
        TestSubscriber<String> reader = TestSubscriber.create();
        stage.cache
                .get(key)
                .flatMap(object -> object.text().map(text -> (object.served().stale() ? "stale " : "") + text))
                .defaultIfEmpty("(none)")
                .onErrorResume(error -> Mono.just(error.getClass().getSimpleName()))
                .subscribe(reader);
        stage.run(MAX_WAIT.multipliedBy(2));
        String answer = reader.getReceivedOnNext().isEmpty()
                ? "(waits)"
                : reader.getReceivedOnNext().get(0);
        reader.cancel();
        return answer;
    }
}
