package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.Served;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.test.subscriber.TestSubscriber;

/** Copies that are looked through before anybody reads them. */
class VerifyTest {

    private static final List<String> KEYS = List.of("a", "b", "c");

    private enum Kind {
        DISK {
            @Override
            Stage stage(UnaryOperator<CacheStoreBuilder> settings) {
                return Stage.disk(settings);
            }

            @Override
            void damage(Stage stage, String key) {
                stage.disk.damage(textOf(key));
            }

            @Override
            void breakDown(Stage stage) {
                stage.disk.files.failWith("Input/output error");
            }

            @Override
            String tier() {
                return Served.DISK;
            }
        },
        STORE,
        SHARED_STORE {
            @Override
            Stage stage(UnaryOperator<CacheStoreBuilder> settings) {
                return Stage.sharedTier(settings);
            }
        };

        Stage stage(UnaryOperator<CacheStoreBuilder> settings) {
            return Stage.tier(settings);
        }

        /** Changes its first byte. */
        void damage(Stage stage, String key) {
            overwrite(
                    stage, key, (char) (textOf(key).charAt(0) ^ 1) + textOf(key).substring(1));
        }

        void breakDown(Stage stage) {
            stage.tier.fail(Op.OPEN, new StoreUnavailableException("open", null, "Input/output error", true, null));
        }

        String tier() {
            return "tier-1";
        }

        boolean isStore() {
            return this != DISK;
        }
    }

    private static String textOf(String key) {
        return "text of " + key + ", ".repeat(10);
    }

    /** With the facts of the copy that lies there. */
    private static void overwrite(Stage stage, String key, String text) {
        Attributes facts = stage.tier.info(key).attributes();
        stage.await(
                stage.tier.put(key, Content.text(text), WriteOptions.defaults().withAttributes(facts)));
    }

    /** A cache without memory that has copies of all keys. */
    private static Stage filled(Kind kind) {
        return filled(kind, settings -> settings);
    }

    private static Stage filled(Kind kind, UnaryOperator<CacheStoreBuilder> settings) {
        Stage stage = kind.stage(settings).open();
        for (String key : KEYS) {
            stage.source.write(key, textOf(key));
            stage.read(key);
        }
        stage.settle();
        return stage;
    }

    private static TierCheck verify(Stage stage) {
        List<TierCheck> checks = stage.await(stage.cache.verify().collectList());
        assertThat(checks).hasSize(1);
        return checks.get(0);
    }

    private static TestSubscriber<TierCheck> begin(Stage stage) {
        TestSubscriber<TierCheck> checks = TestSubscriber.create();
        stage.cache.verify().subscribe(checks);
        stage.run();
        return checks;
    }

    private static TierInfo facts(Stage stage, Kind kind) {
        return stage.await(stage.cache.info()).tier(kind.tier());
    }

    private static int asked(Stage stage) {
        return stage.source.calls(Op.GET);
    }

    @ParameterizedTest
    @EnumSource
    void soundCopies_areAllRead_andStay(Kind kind) {
        Stage stage = filled(kind);
        int asked = asked(stage);
        TierCheck check = verify(stage);
        assertThat(check)
                .isEqualTo(new TierCheck(kind.tier(), 3, facts(stage, kind).currentBytes(), 0, 0, null));
        assertThat(check.sound()).isTrue();
        KEYS.forEach(key -> assertThat(stage.read(key)).isEqualTo(textOf(key)));
        assertThat(asked(stage)).isEqualTo(asked);
        assertThat(stage.cache.stats().corrupt()).isZero();
        assertThat(stage.cache.underWay()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void damagedCopy_isFoundDroppedAndCounted_andHealsWithOneLoad(Kind kind) {
        Stage stage = filled(kind);
        kind.damage(stage, "b");
        TierCheck check = verify(stage);
        assertThat(check.copies()).isEqualTo(3);
        assertThat(check.damaged()).isEqualTo(1);
        assertThat(check.sound()).isFalse();
        assertThat(stage.cache.stats().corrupt()).isEqualTo(1);
        stage.settle();
        assertThat(facts(stage, kind).cachedKeys()).isEqualTo(2);
        if (kind.isStore()) {
            assertThat(stage.tier.keys()).doesNotContain("b");
        }

        int asked = asked(stage);
        for (int i = 0; i < 2; i++) {
            KEYS.forEach(key -> assertThat(stage.read(key)).isEqualTo(textOf(key)));
            stage.settle();
        }
        assertThat(asked(stage)).isEqualTo(asked + 1);
        assertThat(stage.cache.stats().corrupt()).isEqualTo(1);
        assertThat(verify(stage).copies()).isEqualTo(3);
        assertThat(verify(stage).sound()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsRead_beforeTheSubscription(Kind kind) {
        Stage stage = filled(kind);
        kind.damage(stage, "b");
        stage.cache.verify();
        stage.run();
        assertThat(stage.cache.stats().corrupt()).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = "DISK", mode = EnumSource.Mode.EXCLUDE)
    void oneCopyAtATimeIsRead_andACancelEndsThat(Kind kind) {
        Stage stage = filled(kind);
        stage.tier.hold(Op.GET);
        int before = stage.tier.calls(Op.GET);
        TestSubscriber<TierCheck> checks = begin(stage);
        assertThat(stage.tier.calls(Op.GET)).isEqualTo(before + 1);
        stage.tier.take(Op.GET).answer();
        stage.run();
        assertThat(stage.tier.calls(Op.GET)).isEqualTo(before + 2);
        checks.cancel();
        stage.run();
        stage.tier.takeGivenUp(Op.GET);
        assertThat(stage.tier.calls(Op.GET)).isEqualTo(before + 2);
        assertThat(stage.cache.underWay()).isZero();
        stage.tier.pass(Op.GET);
        assertThat(verify(stage).sound()).isTrue();
    }

    @Test
    void onDisk_oneCopyAtATimeIsRead_andACancelEndsThat() {
        Stage stage = filled(Kind.DISK);
        KEYS.forEach(key -> Kind.DISK.damage(stage, key));
        stage.io.hold();
        TestSubscriber<TierCheck> checks = begin(stage);
        while (stage.cache.stats().corrupt() == 0) {
            assertThat(stage.io.runOne()).isTrue();
            stage.run();
        }
        assertThat(stage.cache.underWay()).as("bytes of the next one").isPositive();
        checks.cancel();
        assertThat(stage.cache.underWay()).isZero();
        stage.io.pass();
        stage.run();
        assertThat(stage.cache.stats().corrupt()).isEqualTo(1);
        assertThat(checks.getReceivedOnNext()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = "DISK", mode = EnumSource.Mode.EXCLUDE)
    void copyThatIsReplacedWhileItIsRead_isNoDamage_andTheNewOneStays(Kind kind) {
        Stage stage = filled(kind);
        KEYS.forEach(key -> kind.damage(stage, key));
        stage.tier.hold(Op.GET);
        TestSubscriber<TierCheck> checks = begin(stage);
        Request<?> read = stage.tier.take(Op.GET).apply();
        stage.await(stage.cache.put(read.key, Content.text("new")));
        stage.settle();
        read.answer();
        stage.tier.pass(Op.GET);
        stage.run();
        assertThat(checks.getReceivedOnNext()).extracting(TierCheck::damaged).containsExactly(2L);
        stage.settle();
        int asked = asked(stage);
        assertThat(stage.read(read.key)).isEqualTo("new");
        assertThat(asked(stage)).isEqualTo(asked);
    }

    @Test
    void onDisk_copyThatIsDroppedWhileItIsRead_isNoDamage() {
        Stage stage = filled(Kind.DISK);
        KEYS.forEach(key -> Kind.DISK.damage(stage, key));
        stage.io.hold();
        TestSubscriber<TierCheck> checks = begin(stage);
        while (stage.cache.underWay() == 0) {
            assertThat(stage.io.runOne()).isTrue();
            stage.run();
        }
        KEYS.forEach(key -> stage.cache.invalidate(key).subscribe(done -> {}, error -> {}));
        stage.io.pass();
        stage.run();
        assertThat(checks.getReceivedOnNext()).containsExactly(new TierCheck(Served.DISK, 0, 0, 0, 0, null));
        assertThat(stage.cache.stats().corrupt()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void readersGoOn(Kind kind) {
        Stage stage = filled(kind);
        if (kind.isStore()) {
            stage.tier.hold(Op.GET);
        } else {
            stage.io.hold();
        }
        TestSubscriber<TierCheck> checks = begin(stage);
        TestSubscriber<String> reader = stage.reader("a");
        if (kind.isStore()) {
            stage.tier.pass(Op.GET);
            stage.run();
            assertThat(reader.getReceivedOnNext()).isEmpty();
            stage.tier.take(Op.GET);
            stage.tier.take(Op.GET).answer();
            stage.run();
        } else {
            stage.io.pass();
            stage.run();
            assertThat(checks.isTerminatedComplete()).isTrue();
        }
        assertThat(reader.getReceivedOnNext()).containsExactly(textOf("a"));
    }

    @ParameterizedTest
    @EnumSource
    void tierThatIsOff_saysSo(Kind kind) {
        Stage stage = kind.stage(settings -> settings);
        kind.breakDown(stage);
        stage.open();
        TierCheck check = verify(stage);
        assertThat(check.copies()).isZero();
        assertThat(check.sound()).isFalse();
        assertThat(check.offReason()).contains("Input/output error");
    }

    @Test
    void diskThatGoesOffMeanwhile_saysSo() {
        Stage stage = filled(Kind.DISK);
        stage.io.hold();
        TestSubscriber<TierCheck> checks = begin(stage);
        stage.cache.invalidate("a").subscribe(done -> {}, error -> {});
        stage.run(Duration.ofSeconds(2));
        stage.io.pass();
        stage.run();
        assertThat(checks.getReceivedOnNext()).hasSize(1);
        assertThat(checks.getReceivedOnNext().get(0).offReason()).isNotNull();
        assertThat(checks.getReceivedOnNext().get(0).unread()).isZero();
    }

    @Test
    void eachTierIsTold_inTheirOrder_asItIsDone() {
        Stage stage = Stage.disk(builder -> builder.memory(memory -> memory.maxBytes(1 << 20))
                        .tier(MemoryStore.create(), tier -> tier.name("second")))
                .open();
        stage.put("text");
        stage.settle();
        assertThat(stage.await(stage.cache.verify().collectList()))
                .extracting(TierCheck::name, TierCheck::copies)
                .containsExactly(tuple(Served.DISK, 1L), tuple("second", 1L));
    }

    @Test
    void memoryAlone_hasNothingToBeLookedThrough() {
        Stage stage = Stage.memory().open();
        stage.put("text");
        assertThat(stage.await(stage.cache.verify().collectList())).isEmpty();
    }

    @Test
    void firstOperation_waitsForTheTiersToBeOpen_andForTheDiskToBeRead() {
        Stage stage = filled(Kind.DISK);
        stage.kill();
        assertThat(verify(stage).copies()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(names = "DISK", mode = EnumSource.Mode.EXCLUDE)
    void copyThatTheStoreHasLost_isNoDamage_andNoLongerCounted(Kind kind) {
        Stage stage = filled(kind);
        stage.tier.remove("b");
        TierCheck check = verify(stage);
        assertThat(check.copies()).isEqualTo(2);
        assertThat(check.sound()).isTrue();
        stage.settle();
        assertThat(facts(stage, kind).trackedKeys()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = "DISK", mode = EnumSource.Mode.EXCLUDE)
    void copyThatTheStoreItselfFindsDamaged_isDropped(Kind kind) {
        Stage stage = filled(kind);
        stage.tier.hold(Op.GET);
        TestSubscriber<TierCheck> checks = begin(stage);
        stage.tier.take(Op.GET).answer(new StoreCorruptException("get", "a", "bad checksum", false, null));
        stage.tier.pass(Op.GET);
        stage.run();
        assertThat(checks.getReceivedOnNext()).extracting(TierCheck::damaged).containsExactly(1L);
        assertThat(stage.cache.stats().corrupt()).isEqualTo(1);
        assertThat(facts(stage, kind).cachedKeys()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = "DISK", mode = EnumSource.Mode.EXCLUDE)
    void copyThatCannotBeRead_isToldAndStays(Kind kind) {
        Stage stage = filled(kind);
        stage.tier.hold(Op.GET);
        TestSubscriber<TierCheck> checks = begin(stage);
        stage.tier.take(Op.GET).answer(new StoreUnavailableException("get", "a", "down", true, null));
        stage.tier.pass(Op.GET);
        stage.run();
        TierCheck check = checks.getReceivedOnNext().get(0);
        assertThat(check.copies()).isEqualTo(2);
        assertThat(check.unread()).isEqualTo(1);
        assertThat(check.damaged()).isZero();
        assertThat(check.offReason()).isNull();
        assertThat(check.sound()).isFalse();
        assertThat(facts(stage, kind).cachedKeys()).isEqualTo(3);
    }

    @Test
    void onDisk_copyThatCannotBeRead_isToldAndStays() {
        Stage stage = filled(Kind.DISK);
        stage.disk.broken(true);
        TierCheck check = verify(stage);
        assertThat(check.copies()).isZero();
        assertThat(check.unread()).isPositive();
        stage.disk.broken(false);
        assertThat(verify(stage).copies()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(names = "DISK", mode = EnumSource.Mode.EXCLUDE)
    void storeThatFailsAgainAndAgain_isLeft(Kind kind) {
        Stage stage = filled(kind);
        for (int i = 0; i < 30; i++) {
            stage.source.write("more-" + i, "x");
            stage.read("more-" + i);
        }
        stage.settle();
        stage.tier.fail(Op.GET, new StoreUnavailableException("get", "a", "down", true, null));
        int before = stage.tier.calls(Op.GET);
        TierCheck check = verify(stage);
        assertThat(check.unread()).isEqualTo(10);
        assertThat(check.offReason()).contains("10 copies in a row", "down");
        assertThat(stage.tier.calls(Op.GET)).isEqualTo(before + 10);
        stage.tier.pass(Op.GET);
        assertThat(stage.read("a")).isEqualTo(textOf("a"));
        assertThat(asked(stage)).as("its readers were not kept away").isEqualTo(33);
    }

    @ParameterizedTest
    @EnumSource
    void whileReadersNeedTheRoom_itWaits(Kind kind) {
        Stage stage = filled(kind, settings -> settings.maxEntryBytes(1000).maxLoadingBytes(1000));
        stage.source.write("large", "x".repeat(900));
        stage.source.hold(Op.GET);
        TestSubscriber<String> reader = stage.reader("large");
        stage.run();
        assertThat(stage.cache.underWay()).isGreaterThan(900);
        TestSubscriber<TierCheck> checks = begin(stage);
        stage.run(Duration.ofSeconds(1));
        assertThat(checks.isTerminated()).isFalse();
        stage.source.take(Op.GET).answer();
        stage.run(Duration.ofSeconds(1));
        assertThat(reader.getReceivedOnNext()).hasSize(1);
        assertThat(checks.isTerminatedComplete()).isTrue();
        assertThat(checks.getReceivedOnNext()).extracting(TierCheck::unread).containsExactly(0L);
        assertThat(checks.getReceivedOnNext().get(0).copies()).isGreaterThanOrEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void closedCache_isNotLookedThrough(Kind kind) {
        Stage stage = filled(kind);
        stage.await(stage.cache.close());
        assertThatThrownBy(() -> verify(stage))
                .isInstanceOf(StoreClosedException.class)
                .hasMessageContaining("verify");
    }

    @ParameterizedTest
    @EnumSource
    void close_endsItAtOnce(Kind kind) {
        Stage stage = filled(kind);
        if (kind.isStore()) {
            stage.tier.hold(Op.GET);
        } else {
            stage.io.hold();
        }
        TestSubscriber<TierCheck> checks = begin(stage);
        stage.cache.close().subscribe(done -> {}, error -> {});
        stage.run();
        assertThat(checks.expectTerminalError()).isInstanceOf(StoreClosedException.class);
        assertThat(stage.cache.underWay()).isZero();
    }
}
