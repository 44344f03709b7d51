package io.reactivestore.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Histories made by hand, judged by what the clients know. */
class HistoryTest {

    private static final String KEY = "a/k";

    private long now;
    private final History history = History.of(() -> now, Duration.ofNanos(100)).replayWith("seed 4711");

    // What is fine

    @Test
    void lastAcknowledgedWrite_mayBeRead() {
        readsNothing(KEY);
        Write one = put(KEY);
        reads(KEY, one);
        Write two = put(KEY);
        reads(KEY, two);
        delete(KEY);
        readsNothing(KEY);
        isFine();
    }

    @Test
    void readThatOverlapsAWrite_mayReturnEither_alsoBackAndForth() {
        Write one = put(KEY);
        Write two = history.put("b", KEY);
        reads(KEY, two);
        reads(KEY, one);
        reads(KEY, two);
        Read spanning = history.read("c", KEY);
        two.ok();
        spanning.returned(one.number());
        isFine();
    }

    @Test
    void overlappingWrites_mayEndEitherWay() {
        Write one = history.put("a", KEY);
        Write two = history.put("b", KEY);
        two.ok();
        one.ok();
        reads(KEY, one);
        reads(KEY, two);
        isFine();
    }

    @Test
    void writeInDoubt_mayAppearOrNot_whileInDoubt() {
        Write one = put(KEY);
        Write two = history.put("b", KEY);
        two.unknown();
        reads(KEY, one);
        reads(KEY, two);
        now = 50;
        reads(KEY, one);
        now = 100;
        reads(KEY, two);
        isFine();
    }

    @Test
    void writeOutOfDoubt_isSettledEitherWay() {
        Write one = put(KEY);
        history.put("b", KEY).unknown();
        now = 101;
        reads(KEY, one);
        reads(KEY, one);
        Write three = history.put("b", KEY);
        three.unknown();
        now = 300;
        reads(KEY, three);
        reads(KEY, three);
        isFine();
    }

    @Test
    void writeInDoubt_mayBeAppliedBehindALaterOne() {
        Write one = history.put("a", KEY);
        one.unknown();
        Write two = put(KEY);
        reads(KEY, two);
        now = 90;
        reads(KEY, one);
        now = 200;
        reads(KEY, one);
        isFine();
    }

    @Test
    void deleteInDoubt_letsBothBe() {
        Write one = put(KEY);
        history.delete("b", KEY).unknown();
        readsNothing(KEY);
        reads(KEY, one);
        now = 150;
        readsNothing(KEY);
        readsNothing(KEY);
        isFine();
    }

    @Test
    void prefixDelete_takesKeysUnderItOnly_alsoOnesFirstSeenMeanwhile() {
        Write one = put(KEY);
        Write other = put("b/k");
        Write all = history.deletePrefix("a", "a/");
        Write late = history.put("b", "a/new");
        reads(KEY, one);
        readsNothing("a/new");
        late.ok();
        all.ok();
        readsNothing(KEY);
        readsNothing("a/new");
        reads("a/new", late);
        reads("b/k", other);
        isFine();
    }

    @Test
    void copy_carriesWhatItsSourceHeld() {
        Write one = put(KEY);
        Write copy = history.copy("a", KEY, "b/k");
        Write two = history.put("b", KEY);
        copy.ok();
        two.ok();
        reads("b/k", one);
        reads("b/k", two);
        Write again = history.copy("a", "b/k", "c/k");
        again.ok();
        reads("c/k", one);
        isFine();
    }

    @Test
    void rename_movesTheValue() {
        Write one = put(KEY);
        history.rename("a", KEY, "b/k").ok();
        reads("b/k", one);
        readsNothing(KEY);
        isFine();
    }

    @Test
    void retriedWrite_mayComeBackWhileInDoubt_ifToldSo() {
        history.withRetriesBelow();
        Write one = put(KEY);
        Write two = put(KEY);
        reads(KEY, two);
        reads(KEY, one);
        isFine();
    }

    @Test
    void unansweredReads_tellNothing() {
        history.read("a", KEY).failed();
        Write one = put(KEY);
        Read read = history.read("a", KEY);
        read.returned(ByteBuffer.wrap(Values.bytes(one.number(), 90), 5, 20), 5);
        isFine();
        assertThat(history.reads()).isZero();
    }

    // What is not

    @Test
    void staleReadAfterTheAcknowledgement_isFound() {
        Write one = put(KEY);
        put(KEY);
        reads(KEY, one);
        isWrong("but before this read began it was replaced by a put #2");
    }

    @Test
    void absenceAfterTheAcknowledgement_isFound() {
        put(KEY);
        readsNothing(KEY);
        isWrong("got nothing, but before this read began it was replaced by a put #1");
    }

    @Test
    void resurrectionAfterADelete_isFound() {
        Write one = put(KEY);
        delete(KEY);
        reads(KEY, one);
        isWrong("but before this read began it was replaced by a delete");
    }

    @Test
    void resurrectionAfterAPrefixDelete_isFound() {
        Write one = put(KEY);
        history.deletePrefix("a", "a/").ok();
        reads(KEY, one);
        isWrong("replaced by a deletePrefix a/");
    }

    @Test
    void valueOfAnotherKey_isFound() {
        Write one = put(KEY);
        put("b/k");
        reads("b/k", one);
        isWrong("which no write to this key left");
    }

    @Test
    void valueFromTheFuture_isFound() {
        Read read = history.read("a", KEY);
        read.returned(1);
        put(KEY);
        isWrong("got #1, which no write to this key left");
    }

    @Test
    void tornValue_isFound() {
        put(KEY);
        put(KEY);
        byte[] torn = Values.bytes(1, 96);
        System.arraycopy(Values.bytes(2, 96), 48, torn, 48, 48);
        history.read("a", KEY).returned(ByteBuffer.wrap(torn));
        isWrong("got damaged bytes: byte 55 is not that of #1: 96 bytes at 0 with cells of [#1, #2]");
    }

    @Test
    void truncatedValue_isFound() {
        put(KEY);
        history.read("a", KEY).returned(ByteBuffer.wrap(Values.bytes(1, 96), 0, 72));
        isWrong("72 of the 96 bytes of #1");
    }

    @Test
    void failedWriteThatIsRead_isFound() {
        put(KEY);
        Write two = history.put("b", KEY);
        two.failed();
        reads(KEY, two);
        isWrong("but it was not applied, as an answer or an earlier read tells: b put #2");
    }

    @Test
    void seenWriteThatThenFails_isFound() {
        Write one = history.put("b", KEY);
        reads(KEY, one);
        one.failed();
        isWrong("was told to have failed, but it was applied");
    }

    @Test
    void unknownWriteThatAppearsAfterItsTime_isFound() {
        Write one = put(KEY);
        Write two = history.put("b", KEY);
        two.unknown();
        now = 101;
        reads(KEY, one);
        reads(KEY, two);
        isWrong("but it was not applied, as an answer or an earlier read tells");
    }

    @Test
    void unknownWriteThatVanishesAfterItsTime_isFound() {
        Write one = put(KEY);
        Write two = history.put("b", KEY);
        two.unknown();
        reads(KEY, two);
        now = 101;
        reads(KEY, one);
        isWrong("but before this read began it was replaced by b put #2");
    }

    @Test
    void unknownDeleteThatIsUndoneAfterItsTime_isFound() {
        Write one = put(KEY);
        history.delete("b", KEY).unknown();
        now = 101;
        readsNothing(KEY);
        reads(KEY, one);
        isWrong("replaced by b delete");
    }

    @Test
    void unknownWriteOfLongAgo_behindAnAcknowledgedOne_isFound() {
        Write one = history.put("b", KEY);
        one.unknown();
        now = 101;
        put(KEY);
        reads(KEY, one);
        isWrong("replaced by a put #2");
    }

    @Test
    void copyOfWhatWasReplacedBefore_isFound() {
        Write one = put(KEY);
        put(KEY);
        history.copy("a", KEY, "b/k").ok();
        reads("b/k", one);
        isWrong("b/k: c read");
    }

    @Test
    void oldValueAfterARename_isFound() {
        Write one = put(KEY);
        history.rename("a", KEY, "b/k").ok();
        reads(KEY, one);
        isWrong("replaced by a rename a/k to b/k");
    }

    @Test
    void valueReplacedLongAgo_isFound_thoughItIsForgotten() {
        Write one = put(KEY);
        for (int i = 0; i < 1_000; i++) {
            put(KEY);
        }
        assertThat(history.kept()).isLessThan(40);
        reads(KEY, one);
        isWrong("which no write to this key left, or one that was replaced long before");
    }

    // How it tells

    @Test
    void violation_showsTheTimelineAndTheSeed() {
        now = 1_500_000;
        Write one = put(KEY);
        now = 2_000_000;
        Write two = history.put("b", KEY);
        now = 2_250_000;
        two.ok();
        Write three = history.put("d", KEY);
        now = 3_000_000;
        reads(KEY, one);
        three.unknown();
        assertThatThrownBy(history::verify).isInstanceOf(HistoryViolation.class).hasMessage("""
                        seed 4711: 1 violations, the first 1:
                          a/k: c read [3.000000, 3.000000] got #1, but before this read began it was replaced by b put #2 [2.000000, 2.250000]
                            a put #1 [1.500000, 1.500000]
                            b put #2 [2.000000, 2.250000]
                            d put #3 [2.250000, ...]
                            c read [3.000000, 3.000000] got #1""");
    }

    @Test
    void longHistory_isForgotten_exceptWhatAnOpenReadNeeds() {
        Write one = put(KEY);
        Read open = history.read("c", KEY);
        for (int i = 0; i < 500; i++) {
            put(KEY);
        }
        open.returned(one.number());
        isFine();
        for (int i = 0; i < 10_000; i++) {
            String key = "k" + i % 10;
            history.put("b", key).unknown();
            history.copy("b", key, "k" + (i + 1) % 10).ok();
            put(key);
            now += 200;
        }
        assertThat(history.kept()).isLessThan(300);
        isFine();
    }

    @Test
    void operation_endsOnce() {
        Write one = put(KEY);
        assertThatThrownBy(one::unknown).isInstanceOf(IllegalStateException.class);
    }

    private Write put(String key) {
        Write write = history.put("a", key);
        write.ok();
        return write;
    }

    private void delete(String key) {
        history.delete("a", key).ok();
    }

    private void reads(String key, Write write) {
        history.read("c", key).returned(write.number());
    }

    private void readsNothing(String key) {
        history.read("c", key).absent();
    }

    private void isFine() {
        history.verify();
        assertThat(history.isClean()).isTrue();
    }

    private void isWrong(String why) {
        assertThat(history.isClean()).isFalse();
        assertThat(history.violations()).hasSize(1);
        assertThat(history.violations().get(0).toString()).contains(why);
    }
}
