package io.reactivestore.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Histories made by hand, judged by the order in which the source applied them. */
class AppliedOrderTest {

    private static final String KEY = "a/k";

    private long now;
    private final History history = History.of(() -> now, Duration.ofNanos(100));
    private final Store source = history.appliedOrder().around(MemoryStore.create(), StoreRuntime.system());

    @Test
    void overlappingWrites_areHeldToTheOrderOfTheSource() {
        Write one = history.put("a", KEY);
        Write two = history.put("b", KEY);
        apply(one);
        apply(two);
        two.ok();
        one.ok();
        reads(two);
        isFine();
        reads(one);
        isWrong("#1, which in the order of the source is older than what [b put #2");
    }

    @Test
    void lateAnswer_doesNotMakeAnOlderWriteNewer() {
        Write one = history.put("a", KEY);
        apply(one);
        Write two = history.put("b", KEY);
        apply(two);
        reads(one);
        reads(two);
        two.ok();
        reads(two);
        isFine();
        Read began = history.read("c", KEY);
        one.ok();
        began.returned(1);
        isWrong("older than what [b put #2");
    }

    @Test
    void writeInDoubt_countsFromTheEndOfItsDoubt_ifItWasApplied() {
        Write one = put();
        Write two = history.put("b", KEY);
        two.unknown();
        now = 50;
        apply(two);
        reads(one);
        reads(two);
        now = 100;
        reads(one);
        isFine();
        now = 101;
        reads(one);
        isWrong("and that was acknowledged or settled before this read began");
    }

    @Test
    void writeInDoubt_thatWasNeverApplied_doesNotCount_andMayNotBeRead() {
        Write one = put();
        Write two = history.put("b", KEY);
        two.unknown();
        now = 101;
        reads(one);
        isFine();
        reads(two);
        isWrong("got #2, which the source never held by then");
    }

    @Test
    void unknownWriteThatIsAppliedAfterItsTime_isFound() {
        Write one = history.put("b", KEY);
        one.unknown();
        now = 101;
        apply(one);
        isWrong("the source applied a put #1 at 0.000101, when no such mutation was under way or in doubt");
    }

    @Test
    void readOfWhatIsNotAppliedYet_isFound() {
        Write one = history.put("b", KEY);
        reads(one);
        isWrong("which the source never held by then");
    }

    @Test
    void lostWrite_isFoundAtItsAcknowledgement() {
        history.put("a", KEY).ok();
        isWrong("was acknowledged, but the source did not apply it: a put #1");
    }

    @Test
    void lostDelete_isFoundAtItsAcknowledgement() {
        put();
        history.delete("a", KEY).ok();
        isWrong("was acknowledged, but the source did not apply it: a delete");
    }

    @Test
    void lostPrefixDelete_isFound_butNotWhereThereWasNothing() {
        history.read("c", "a/absent").absent();
        history.deletePrefix("a", "a/").ok();
        isFine();
        put();
        history.deletePrefix("a", "a/").ok();
        isWrong("was acknowledged, but the source did not apply it: a deletePrefix a/");
    }

    @Test
    void failedWriteThatWasApplied_isFound() {
        Write one = history.put("a", KEY);
        apply(one);
        one.failed();
        isWrong("was told to have failed, but it was applied");
    }

    @Test
    void resurrectedDelete_isFound() {
        Write one = put();
        Write delete = history.delete("a", KEY);
        run(source.delete(KEY));
        reads(one);
        isFine();
        delete.ok();
        readsNothing();
        isFine();
        reads(one);
        isWrong("older than what [a delete");
    }

    @Test
    void removals_thatOverlap_countWhenAllOfThemAreDone_butOneAcknowledgedCountsAtItsFirst() {
        Write one = put();
        Write doubtful = history.delete("b", KEY);
        doubtful.unknown();
        now = 20;
        Write delete = history.delete("a", KEY);
        run(source.delete(KEY));
        Write two = put();
        run(source.delete(KEY));
        delete.ok();
        // Which of the two removals was the acknowledged one is not known: the first of them is certain.
        reads(two);
        readsNothing();
        isFine();
        now = 101;
        readsNothing();
        isFine();
        reads(two);
        isWrong("older than what [b delete [0.000000, 0.000000, in doubt to 0.000100], a delete");
        assertThat(one.number()).isEqualTo(1);
    }

    @Test
    void removalNobodyAskedFor_isFound() {
        put();
        run(source.deletePrefix("a"));
        isWrong("the source applied a removal");
    }

    @Test
    void copyAndRenameAndBulkDelete_areFollowed() {
        Write one = put();
        Write copy = history.copy("a", KEY, "b/k");
        run(source.copy(KEY, "b/k"));
        copy.ok();
        Write rename = history.rename("a", "b/k", "c/k");
        run(source.rename("b/k", "c/k"));
        rename.ok();
        history.read("c", "c/k").returned(one.number());
        history.read("c", "b/k").absent();
        isFine();
        Write delete = history.delete("a", "c/k");
        run(source.deleteAll(Flux.just("c/k")).then());
        delete.ok();
        history.read("c", "c/k").absent();
        isFine();
        history.read("c", "c/k").returned(one.number());
        isWrong("c/k: c read");
    }

    @Test
    void copyMadeByReadingAndWriting_isACopyToo() {
        Write one = put();
        Write copy = history.copy("a", KEY, "b/k");
        run(source.put("b/k", Values.content(one.number(), 50)));
        copy.ok();
        history.read("c", "b/k").returned(one.number());
        isFine();
    }

    @Test
    void repeatedAttempt_makesItsWriteTheNewestAgain() {
        history.withRetriesBelow();
        Write one = history.put("a", KEY);
        apply(one);
        one.ok();
        Write two = put();
        reads(two);
        now = 40;
        apply(one);
        reads(two);
        reads(one);
        isFine();
        now = 200;
        reads(one);
        isFine();
        reads(two);
        isWrong("older than what [a put #1");
    }

    @Test
    void damagedContent_isFoundAtTheSource() {
        run(source.put(KEY, Content.text("x".repeat(100))));
        isWrong("the source was given damaged bytes");
    }

    @Test
    void longHistory_isForgotten() {
        for (int i = 0; i < 5_000; i++) {
            put();
            Write doubtful = history.put("b", KEY);
            apply(doubtful);
            doubtful.unknown();
            now += 150;
            reads(doubtful);
        }
        isFine();
        assertThat(history.kept()).isLessThan(60);
        history.read("c", KEY).returned(1);
        isWrong("which the source never held by then, or replaced long before");
    }

    private Write put() {
        Write write = history.put("a", KEY);
        apply(write);
        write.ok();
        return write;
    }

    private void apply(Write write) {
        run(source.put(KEY, write.content(60)));
    }

    private void reads(Write write) {
        history.read("c", KEY).returned(write.number());
    }

    private void readsNothing() {
        history.read("c", KEY).absent();
    }

    private static void run(Mono<?> operation) {
        operation.block(Duration.ofSeconds(5));
    }

    private void isFine() {
        history.verify();
    }

    private void isWrong(String why) {
        assertThat(history.violations()).hasSize(1);
        assertThat(history.violations().get(0).toString()).contains(why);
    }
}
