package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.Keys;
import io.reactivestore.ListEntry;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** Directories that are kept, up to four entries of each: all of "d", and of "large" the begin. */
class DirectoryListingsTest {

    private static final Duration LIFETIME = Duration.ofSeconds(30);
    private static final List<String> D = List.of("d/1", "d/2", "d/sub/");
    private static final List<String> LARGE =
            List.of("large/1", "large/2", "large/3", "large/many/", "large/more/", "large/x");

    private final Stage stage = Stage.memory(builder ->
                    builder.freshness(f -> f.listings(LIFETIME, 100_000).pageKeys(4)))
            .open();

    {
        List.of(
                        "c/1",
                        "d/1",
                        "d/2",
                        "d/sub/only",
                        "large/1",
                        "large/2",
                        "large/3",
                        "large/many/1",
                        "large/many/2",
                        "large/more/1",
                        "large/x")
                .forEach(key -> stage.source.write(key, "x"));
    }

    private List<String> list(String directory) {
        return stage.await(
                stage.cache.listDirectory(directory).map(ListEntry::name).collectList());
    }

    private int asked(Runnable work) {
        int before = stage.source.calls(Op.LIST_DIRECTORY);
        work.run();
        return stage.source.calls(Op.LIST_DIRECTORY) - before;
    }

    private TestSubscriber<ListEntry> beginList(String directory, long demand) {
        TestSubscriber<ListEntry> reader =
                TestSubscriber.builder().initialRequest(demand).build();
        stage.cache.listDirectory(directory).subscribe(reader);
        stage.run();
        return reader;
    }

    @Test
    void directory_isAskedForOnce_inItsLifetime_howeverItIsNamed() {
        assertThat(asked(() -> assertThat(list("d")).isEqualTo(D))).isEqualTo(1);
        assertThat(asked(() -> assertThat(list("d/")).isEqualTo(D))).isZero();
        assertThat(stage.cache.stats().pages()).isEqualTo(new CacheStats.Answers(1, 1));
        stage.run(LIFETIME);
        assertThat(asked(() -> list("d"))).isEqualTo(1);
    }

    @Test
    void keptEntries_areThoseOfTheSource() {
        list("d");
        assertThat(stage.await(stage.cache.listDirectory("d").collectList()))
                .isEqualTo(stage.await(stage.source.listDirectory("d").collectList()));
    }

    @Test
    void unlessAskedFor_eachListingAsksTheSource() {
        Stage plain = Stage.memory().open();
        plain.await(plain.cache.listDirectory("").then());
        plain.await(plain.cache.listDirectory("").then());
        assertThat(plain.source.calls(Op.LIST_DIRECTORY)).isEqualTo(2);
    }

    @Test
    void absentDirectory_isKeptToo_andTheFirstWriteThereIsSeen() {
        assertThat(list("e")).isEmpty();
        assertThat(asked(() -> assertThat(list("e")).isEmpty())).isZero();
        stage.await(stage.cache.put("e/f/1", Content.text("x")));
        assertThat(list("e")).containsExactly("e/f/");
    }

    @Test
    void directory_isAskedForWhenItIsWanted() {
        TestSubscriber<ListEntry> reader = beginList("d", 0);
        assertThat(stage.source.calls(Op.LIST_DIRECTORY)).isZero();
        reader.request(1);
        stage.run();
        assertThat(reader.getReceivedOnNext()).hasSize(1);
        reader.request(2);
        stage.run();
        assertThat(reader.isTerminatedComplete()).isTrue();
        assertThat(stage.source.calls(Op.LIST_DIRECTORY)).isEqualTo(1);
    }

    @Test
    void beginOfALargerDirectory_isKept_andTheRestToldByTheSource() {
        assertThat(asked(() -> beginList("large", 4))).isEqualTo(1);
        assertThat(asked(() -> beginList("large", 4))).isZero();
        assertThat(asked(() -> assertThat(list("large")).isEqualTo(LARGE))).isEqualTo(1);
        stage.await(stage.cache.delete("large/many/1"));
        stage.await(stage.cache.delete("large/many/2"));
        assertThat(list("large"))
                .as("also of its last entry")
                .containsExactly("large/1", "large/2", "large/3", "large/more/", "large/x");
    }

    @Test
    void directoryOfExactlySoManyEntries_isWhole() {
        stage.await(stage.cache.put("d/3", Content.text("x")));
        for (int i = 0; i < 2; i++) {
            assertThat(list("d")).containsExactly("d/1", "d/2", "d/3", "d/sub/");
        }
    }

    /** What changes the directory "d", or may have; and what it has then. */
    private enum Write {
        PUT(cache -> cache.put("d/3", Content.text("new")), "d/1", "d/2", "d/3", "d/sub/"),
        PUT_BELOW(cache -> cache.put("d/2/deep/er", Content.text("new")), "d/1", "d/2", "d/2/", "d/sub/"),
        COPY(cache -> cache.copy("c/1", "d/0"), "d/0", "d/1", "d/2", "d/sub/"),
        DELETE(cache -> cache.delete("d/1"), "d/2", "d/sub/"),
        DELETE_OF_THE_ONLY_ONE_BELOW(cache -> cache.delete("d/sub/only"), "d/1", "d/2"),
        DELETE_ALL(cache -> cache.deleteAll(Flux.just("d/1", "d/2")).then(), "d/sub/"),
        DELETE_PREFIX(cache -> cache.deletePrefix("d/s"), "d/1", "d/2"),
        DELETE_SHORTER_PREFIX(cache -> cache.deletePrefix("d")),
        RENAME(cache -> cache.rename("d/1", "a"), "d/2", "d/sub/");

        private final Function<CacheStore, Mono<?>> write;
        private final List<String> after;

        Write(Function<CacheStore, Mono<?>> write, String... after) {
            this.write = write;
            this.after = List.of(after);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWrite_isListedAtOnce(Write write) {
        list("d");
        stage.await(write.write.apply(stage.cache));
        assertThat(list("d")).isEqualTo(write.after);
        assertThat(asked(() -> list("d"))).isBetween(0, 1);
    }

    @Test
    void whatOthersHaveWritten_isListedWhenItIsInvalidated() {
        list("d");
        stage.source.write("d/3", "x");
        assertThat(list("d")).doesNotContain("d/3");
        stage.await(stage.cache.invalidate("d/3"));
        assertThat(list("d")).contains("d/3");
        stage.source.remove("d/3");
        stage.await(stage.cache.invalidatePrefix("d/"));
        assertThat(list("d")).doesNotContain("d/3");
        stage.source.write("d/3", "x");
        stage.await(stage.cache.clearCache());
        assertThat(list("d")).contains("d/3");
    }

    @Test
    void writeOutside_leavesIt_andOneInsideDropsAllAbove() {
        list("d");
        list("d/sub");
        list("");
        stage.await(stage.cache.put("c/1", Content.text("x")));
        stage.await(stage.cache.put("d", Content.text("x")));
        stage.await(stage.cache.put("d0", Content.text("x")));
        stage.await(stage.cache.put("d/1", Content.text("x")));
        assertThat(asked(() -> list("d/sub"))).isZero();
        stage.await(stage.cache.deletePrefix("d/t"));
        assertThat(asked(() -> list("d/sub"))).isZero();
        list("d");
        list("");
        stage.await(stage.cache.put("d/sub/only", Content.text("new")));
        assertThat(asked(() -> {
                    list("d/sub");
                    list("d");
                }))
                .isEqualTo(2);
        assertThat(asked(() -> list(""))).isPositive();
    }

    @Test
    void pagesAndDirectoriesOfOnePrefix_areApart() {
        list("d");
        assertThat(stage.await(stage.cache.list("d/").map(info -> info.key()).collectList()))
                .containsExactly("d/1", "d/2", "d/sub/only");
        assertThat(asked(() -> assertThat(list("d")).isEqualTo(D))).isZero();
    }

    @Test
    void directoryOfBeforeAPut_isNotKept_andNotShared() {
        stage.source.hold(Op.LIST_DIRECTORY);
        TestSubscriber<ListEntry> before = beginList("d", 10);
        Request<Object> old = stage.source.take(Op.LIST_DIRECTORY);
        stage.await(stage.cache.put("d/sub/new", Content.text("new")));
        TestSubscriber<ListEntry> after = beginList("d", 10);
        old.answer();
        stage.run();
        assertThat(before.getReceivedOnNext()).hasSize(3);
        assertThat(after.getReceivedOnNext()).isEmpty();
        stage.source.take(Op.LIST_DIRECTORY).answer();
        stage.run();
        assertThat(after.getReceivedOnNext()).hasSize(3);
        stage.source.pass(Op.LIST_DIRECTORY);
        assertThat(asked(() -> list("d"))).as("the younger one is kept").isZero();
    }

    @Test
    void writeWithoutAnAnswer_letsTheSourceBeAskedUntilTheDoubtIsOver() {
        list("d");
        stage.source.fail(Op.PUT, new StoreTimeoutException("put", "d/1", "no answer", null));
        assertThatThrownBy(() -> stage.await(stage.cache.put("d/1", Content.text("new"))))
                .isInstanceOf(StoreTimeoutException.class);
        assertThat(asked(() -> list("d"))).isEqualTo(1);
        assertThat(asked(() -> list("d"))).isEqualTo(1);
        stage.run(Stage.IN_DOUBT);
        list("d");
        assertThat(asked(() -> list("d"))).isZero();
    }

    @Test
    void listersUnderWay_shareIt_andOneThatLeavesHurtsNobody() {
        stage.source.hold(Op.LIST_DIRECTORY);
        TestSubscriber<ListEntry> leaving = beginList("d", 10);
        TestSubscriber<ListEntry> staying = beginList("d/", 10);
        leaving.cancel();
        stage.source.take(Op.LIST_DIRECTORY).answer();
        stage.run();
        assertThat(staying.getReceivedOnNext()).hasSize(3);
        assertThat(stage.source.calls(Op.LIST_DIRECTORY)).isEqualTo(1);
        assertThat(stage.cache.stats().joined()).isEqualTo(1);
    }

    @Test
    void whenEverybodyHasLeft_theQuestionIsCancelled() {
        stage.source.hold(Op.LIST_DIRECTORY);
        beginList("d", 1).cancel();
        stage.run();
        stage.source.takeGivenUp(Op.LIST_DIRECTORY);
        stage.source.pass(Op.LIST_DIRECTORY);
        assertThat(list("d")).isEqualTo(D);
    }

    @Test
    void failedListing_isTold_andAskedForAnew() {
        stage.source.fail(Op.LIST_DIRECTORY, new StoreUnavailableException("listDirectory", "d/", "down", true, null));
        assertThatThrownBy(() -> list("d")).isInstanceOf(StoreUnavailableException.class);
        stage.source.pass(Op.LIST_DIRECTORY);
        assertThat(list("d")).isEqualTo(D);
    }

    @Test
    void directoryThatTakesTooMuch_isNotKept() {
        Stage small = Stage.memory(builder -> builder.freshness(f -> f.listings(LIFETIME, 1_000)))
                .open();
        for (int i = 0; i < 10; i++) {
            small.source.write("d/" + i, "x");
        }
        for (int i = 0; i < 2; i++) {
            assertThat(small.await(small.cache.listDirectory("d").count())).isEqualTo(10);
        }
        assertThat(small.source.calls(Op.LIST_DIRECTORY)).isEqualTo(2);
    }

    @Test
    void nameWithNoRoomForASlash_isAnEmptyDirectory() {
        assertThat(list("d".repeat(Keys.MAX_BYTES))).isEmpty();
    }

    @Test
    void close_endsAListingUnderWay() {
        stage.source.hold(Op.LIST_DIRECTORY);
        TestSubscriber<ListEntry> waiting = beginList("d", 1);
        stage.await(stage.cache.close());
        stage.run();
        assertThat(waiting.expectTerminalError()).isInstanceOf(StoreClosedException.class);
    }
}
