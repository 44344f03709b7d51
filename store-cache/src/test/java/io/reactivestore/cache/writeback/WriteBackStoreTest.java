package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.writeback.HeldBackStore.Op;
import io.reactivestore.cache.writeback.HeldBackStore.Request;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.error.StoreUnsupportedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

/** Reads, listings and scans over what is dirty; writes past the table; clear; close. */
class WriteBackStoreTest {

    private final Stage stage = new Stage();
    private final HeldBackStore inner = stage.inner;

    @Test
    void putAndDelete_reachTheInnerStoreOnlyWithAFlush() {
        inner.write("b", "old");
        stage.put("a", "1");
        stage.delete("b");
        assertThat(inner.sent).isEmpty();
        assertThat(stage.read("a")).isEqualTo("1");
        assertThat(stage.read("b")).as("the tombstone hides it").isEqualTo("(none)");
        stage.flush();
        assertThat(inner.keys()).containsExactly("a");
        assertThat(stage.read("b")).isEqualTo("(none)");
    }

    @Test
    void hitsAndMisses_areCounted() {
        inner.write("b", "old");
        stage.put("a", "1");
        stage.read("a");
        stage.read("b");
        stage.read("b");
        assertThat(stage.store.stats().hits()).isEqualTo(1);
        assertThat(stage.store.stats().misses()).isEqualTo(2);
    }

    @Test
    void getBytes_isWhatAGetGives_withinItsLimit() {
        inner.write("below", "old");
        stage.put("held", "1");
        stage.put("empty", "");
        stage.delete("gone");
        assertThat(text("held")).isEqualTo("1");
        assertThat(text("empty")).isEmpty();
        assertThat(text("gone")).isEqualTo("(none)");
        assertThat(text("below")).isEqualTo("old");
        assertThat(stage.store.stats().hits()).isEqualTo(3);
        assertThat(stage.store.stats().misses()).isEqualTo(1);

        stage.await(stage.store.close());
        assertThatThrownBy(() -> stage.await(stage.store.getBytes("held"))).isInstanceOf(StoreClosedException.class);
    }

    @Test
    void getBytes_makesWhatIsAsked_ofItsOwnView() {
        inner.write("below", "old");
        stage.put("held", "1");
        for (String key : List.of("held", "below")) {
            Function<ByteBuffer, Byte> first = bytes -> bytes.get(); // which moves it
            Byte made = stage.await(stage.store.getBytes(key, first));
            assertThat(made).isEqualTo(stage.await(stage.store.getBytes(key, first)));
            assertThat(stage.await(stage.store.getBytes("absent", first))).isNull();
            assertThatThrownBy(() -> stage.await(stage.store.getBytes(key, bytes -> bytes.get(100))))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void getBytes_ofMoreThanItsLimit_isRefused() {
        Stage large = new Stage(settings -> settings.maxEntryBytes(32 << 20));
        large.await(large.store.put("large", Content.bytes(new byte[(16 << 20) + 1])));
        assertThatThrownBy(() -> large.await(large.store.getBytes("large")))
                .isInstanceOf(StoreRejectedException.class)
                .hasMessageContaining("large")
                .hasMessageContaining("maxBufferedBytes");
    }

    @Test
    void putBytes_writesWhatRemains_andComesBackWithItsContext() {
        RecordContext context = new RecordContext("topic", 1, 2, 3);
        ByteBuffer middle = StandardCharsets.UTF_8.encode("<1>").position(1).limit(2);
        stage.await(stage.store.putBytes("a", middle, context));
        assertThat(inner.sent).isEmpty();
        assertThat(middle.remaining()).isEqualTo(1);
        assertThat(text("a")).isEqualTo("1");
        assertThat(stage.await(stage.store.getBytes("a")).isReadOnly()).isTrue();
        assertThat(stage.await(stage.store.head("a")).size()).isEqualTo(1);
        assertThat(stage.await(stage.store.flush().collectList()))
                .extracting(DirtyEntry::context)
                .containsExactly(context);
        assertThat(inner.keys()).containsExactly("a");
    }

    @Test
    void putBytes_ofMoreThanAnEntryMayHave_orAfterTheClose_isRefused() {
        Stage small = new Stage(builder -> builder.maxEntryBytes(9));
        assertThatThrownBy(() -> small.await(small.store.putBytes("b", ByteBuffer.allocate(10), null)))
                .isInstanceOf(StoreRejectedException.class)
                .hasMessage("put b: the content is longer than maxEntryBytes, 9; putInner takes it");
        small.await(small.store.close());
        assertThatThrownBy(() -> small.await(small.store.putBytes("b", ByteBuffer.allocate(1), null)))
                .isInstanceOf(StoreClosedException.class);
    }

    private String text(String key) {
        return stage.await(stage.store
                .getBytes(key)
                .map(bytes -> StandardCharsets.UTF_8.decode(bytes).toString())
                .defaultIfEmpty("(none)"));
    }

    @Test
    void etagOfAPut_isGivenByReadsUntilTheFlush_andUnderstoodByConditionsAfterIt() {
        String own = stage.await(stage.store.put("a", Content.text("1"))).etag();
        assertThat(stage.await(stage.store.head("a")).etag()).isEqualTo(own);
        assertThat(stage.await(stage.store.list("").single()).etag()).isEqualTo(own);
        stage.flush();
        String below = stage.await(inner.past().head("a")).etag();
        assertThat(stage.await(stage.store.head("a")).etag()).isEqualTo(below);
        assertThat(stage.await(stage.store.list("").single()).etag()).isEqualTo(below);

        StoredObject read =
                stage.await(stage.store.get("a", ReadOptions.defaults().withIfNoneMatch(own)));
        assertThat(read.status()).isEqualTo(StoredObject.Status.NOT_MODIFIED);
        stage.await(
                stage.store.put("a", Content.text("2"), WriteOptions.defaults().withIfMatch(own)));
        assertThat(inner.text("a")).isEqualTo("2");
    }

    @Test
    void conditionalPut_flushesItsKeyAlone_andGoesToTheInnerStore() {
        String own = stage.await(stage.store.put("a", Content.text("1"))).etag();
        stage.put("b", "2");
        ObjectInfo info = stage.await(
                stage.store.put("a", Content.text("3"), WriteOptions.defaults().withIfMatch(own)));
        assertThat(inner.sent).containsExactly("PUT a", "PUT a");
        assertThat(stage.await(stage.store.head("a"))).isEqualTo(info);
        assertThat(stage.read("a")).isEqualTo("3");
    }

    @Test
    void refusedConditionalPut_leavesTheCopy() {
        stage.put("a", "1");
        WriteOptions wrong = WriteOptions.defaults().withIfMatch("another");
        assertThatThrownBy(() -> stage.await(stage.store.put("a", Content.text("2"), wrong)))
                .isInstanceOf(PreconditionFailedException.class);
        inner.sent.clear();
        assertThat(stage.read("a")).isEqualTo("1");
        assertThat(inner.sent).isEmpty();
    }

    @Test
    void conditionalPut_isNotSent_whenItsKeyCannotBeFlushed() {
        inner.hold(Op.PUT);
        String own = stage.await(stage.store.put("a", Content.text("1"))).etag();
        TestSubscriber<ObjectInfo> put = stage.start(
                stage.store.put("a", Content.text("2"), WriteOptions.defaults().withIfMatch(own)));
        inner.take().fail(Stage.refused());
        stage.run();
        assertThat(put.expectTerminalError()).isInstanceOf(StoreAccessDeniedException.class);
        assertThat(inner.sent).hasSize(1);
        assertThat(stage.read("a")).isEqualTo("1");
    }

    @Test
    void putDuringAConditionalPut_winsOverIt() {
        String own = stage.await(stage.store.put("a", Content.text("1"))).etag();
        stage.flush();
        inner.hold(Op.PUT);
        stage.start(
                stage.store.put("a", Content.text("2"), WriteOptions.defaults().withIfMatch(own)));
        stage.put("a", "3");
        inner.take().answer();
        stage.run();
        assertThat(stage.read("a")).isEqualTo("3");
        inner.pass();
        assertThat(stage.flush()).containsExactly("a=3");
    }

    @Test
    void writeDuringWhichACopyMightBeOld_hidesTheCopy() {
        String own = stage.await(stage.store.put("a", Content.text("1"))).etag();
        stage.flush();
        inner.hold(Op.PUT);
        stage.start(
                stage.store.put("a", Content.text("2"), WriteOptions.defaults().withIfMatch(own)));
        Request applied = inner.take().apply();
        assertThat(stage.read("a")).isEqualTo("2");
        applied.answer();
        stage.run();
        assertThat(stage.read("a")).isEqualTo("2");
    }

    @Test
    void putIfAbsent_overATombstone_writes() {
        inner.write("a", "old");
        stage.delete("a");
        assertThat(stage.await(stage.store.putIfAbsent("a", Content.text("1"))).stored())
                .isTrue();
        assertThat(stage.read("a")).isEqualTo("1");
        assertThat(stage.await(stage.store.putIfAbsent("a", Content.text("2"))).stored())
                .isFalse();
    }

    @Test
    void conditionalDelete_goesToTheInnerStore() {
        String own = stage.await(stage.store.put("a", Content.text("1"))).etag();
        stage.await(stage.store.delete("a", DeleteOptions.defaults().withIfMatch(own)));
        assertThat(inner.keys()).isEmpty();
        assertThat(stage.read("a")).isEqualTo("(none)");
    }

    @Test
    void copy_flushesBothKeys() {
        stage.put("from", "1");
        stage.put("to", "2");
        stage.put("third", "3");
        stage.await(stage.store.copy("from", "to"));
        assertThat(stage.read("to")).isEqualTo("1");
        assertThat(stage.store.stats().dirtyEntries()).isEqualTo(1);
        assertThat(stage.flush()).containsExactly("third=3");
    }

    @Test
    void readsThatWantTheSource_passACleanCopy_butNotADirtyEntry() {
        stage.put("a", "1");
        ReadOptions source = ReadOptions.defaults().withMode(ReadMode.SOURCE_ONLY);
        stage.await(stage.store.get("a", source));
        assertThat(inner.sent).isEmpty();
        stage.flush();
        stage.await(stage.store.get("a", source));
        assertThat(inner.sent).containsExactly("PUT a", "GET a");
    }

    @Test
    void listing_mergesDirtyOverInner_inUtf8Order() {
        for (String key : List.of("a", "c", "e", "\uE000", "\uD83D\uDE00")) {
            inner.write(key, "inner");
        }
        stage.put("b", "1");
        stage.put("c", "2");
        stage.delete("e");
        stage.put("\uD83D\uDE00x", "3");
        stage.put("\uE000x", "4");
        assertThat(stage.keys()).containsExactly("a", "b", "c", "\uE000", "\uE000x", "\uD83D\uDE00", "\uD83D\uDE00x");
        assertThat(stage.scan()).startsWith("a=inner", "b=1", "c=2").hasSize(7);
    }

    @Test
    void scan_keepsToItsBounds() {
        inner.write("p/1", "i");
        inner.write("p/5", "i");
        stage.put("p/2", "d");
        stage.put("p/3", "d");
        stage.put("q", "d");
        assertThat(stage.scan(ListOptions.prefix("p/").withStartAfter("p/1").withEndBefore("p/3")))
                .containsExactly("p/2=d");
        assertThat(stage.scan(ListOptions.prefix("p/"))).containsExactly("p/1=i", "p/2=d", "p/3=d", "p/5=i");
    }

    @Test
    void scan_tellsWhatIsDirty() {
        inner.write("a", "i");
        stage.put("b", "d");
        assertThat(stage.await(stage.store.scan(ListOptions.defaults()).collectList()))
                .extracting(ScannedObject::dirty)
                .containsExactly(false, true);
    }

    @Test
    void scan_honoursDemand_andReadsAFewValuesAhead() {
        for (int i = 0; i < 100; i++) {
            inner.write("k" + (100 + i), "v");
        }
        TestSubscriber<ScannedObject> scan = stage.start(stage.store.scan(ListOptions.defaults()), 3);
        assertThat(scan.getReceivedOnNext()).hasSize(3);
        assertThat(inner.sent.stream().filter(call -> call.startsWith("GET"))).hasSizeLessThanOrEqualTo(11);
        scan.cancel();
    }

    @Test
    void listingStarted_isNotChangedByLaterWrites() {
        stage.put("a", "1");
        stage.put("b", "2");
        TestSubscriber<String> scan =
                stage.start(stage.store.scan(ListOptions.defaults()).map(Stage::line), 1);
        stage.delete("b");
        scan.request(10);
        stage.run();
        assertThat(scan.getReceivedOnNext()).containsExactly("a=1", "b=2");
    }

    @Test
    void innerStoreThatListsInAnotherOrder_isNotListed() {
        Store unordered = new ForwardingStore(inner) {
            @Override
            public StoreCapabilities capabilities() {
                return super.capabilities().withListOrder(ListOrder.UTF16);
            }
        };
        WriteBackStore store =
                WriteBackStore.builder(unordered).runtime(stage.runtime).build();
        stage.await(store.put("a", Content.text("1")));
        assertThat(stage.await(store.getText("a"))).isEqualTo("1");
        assertThatThrownBy(() -> stage.await(store.list("").then()))
                .isInstanceOf(StoreUnsupportedException.class)
                .hasMessageContaining("does not list in UTF-8 order");
        assertThatThrownBy(() -> stage.await(store.scan(ListOptions.defaults()).then()))
                .isInstanceOf(StoreUnsupportedException.class);
        assertThatThrownBy(() -> stage.await(store.deletePrefix(""))).isInstanceOf(StoreUnsupportedException.class);
    }

    @Test
    void deletePrefix_leavesTombstones() {
        inner.write("p/1", "i");
        stage.put("p/2", "d");
        stage.put("q", "d");
        assertThat(stage.await(stage.store.deletePrefix("p/"))).isEqualTo(2);
        assertThat(stage.keys()).containsExactly("q");
        assertThat(inner.keys()).containsExactly("p/1");
        stage.flush();
        assertThat(inner.keys()).containsExactly("q");
    }

    @Test
    void putInner_dropsACleanCopy() {
        stage.put("a", "1");
        stage.flush();
        stage.await(stage.store.putInner("a", Content.text("2"), WriteOptions.defaults()));
        assertThat(stage.read("a")).isEqualTo("2");
        assertThat(stage.flush()).isEmpty();
        stage.await(stage.store.deleteInner("a"));
        assertThat(stage.read("a")).isEqualTo("(none)");
    }

    @Test
    void putInner_underADirtyValue_doesNotShow_andIsOverwritten() {
        stage.put("a", "1");
        stage.await(stage.store.putInner("a", Content.text("2"), WriteOptions.defaults()));
        assertThat(inner.text("a")).isEqualTo("2");
        assertThat(stage.read("a")).isEqualTo("1");
        assertThat(stage.flush()).containsExactly("a=1");
        assertThat(inner.text("a")).isEqualTo("1");
    }

    @Test
    void putInner_waitsForDoubt() {
        inner.hold(Op.PUT);
        stage.put("a", "1");
        stage.startFlush();
        inner.take().fail(Stage.unanswered());
        stage.run();
        stage.start(stage.store.putInner("a", Content.text("2"), WriteOptions.defaults()));
        assertThat(inner.waitingCount()).isZero();
        stage.run(Stage.IN_DOUBT);
        assertThat(inner.waitingCount()).isEqualTo(1);
    }

    @Test
    void unansweredPutInner_leavesItsKeyInDoubt() {
        inner.hold(Op.PUT);
        TestSubscriber<ObjectInfo> put =
                stage.start(stage.store.putInner("a", Content.text("1"), WriteOptions.defaults()));
        put.cancel();
        stage.put("a", "2");
        inner.pass();
        stage.startFlush();
        assertThat(inner.text("a")).isEqualTo("(none)");
        inner.take().apply();
        stage.run(Stage.IN_DOUBT);
        assertThat(inner.text("a")).isEqualTo("2");
    }

    @Test
    void cancelInTheLineForAKey_leavesTheLineToOthers() {
        inner.hold(Op.PUT);
        stage.put("a", "1");
        stage.startFlush();
        TestSubscriber<ObjectInfo> gone =
                stage.start(stage.store.putInner("a", Content.text("2"), WriteOptions.defaults()));
        TestSubscriber<ObjectInfo> next =
                stage.start(stage.store.putInner("a", Content.text("3"), WriteOptions.defaults()));
        gone.cancel();
        inner.pass();
        inner.take().answer();
        stage.run();
        assertThat(next.isTerminated()).isTrue();
        assertThat(inner.text("a")).isEqualTo("3");
        assertThat(stage.store.stats().keysInDoubt()).isZero();
    }

    @Test
    void clear_emptiesBoth_andForgetsWhatIsDirty() {
        inner.write("a", "i");
        stage.put("b", "d");
        stage.await(stage.store.clear());
        assertThat(stage.keys()).isEmpty();
        assertThat(inner.keys()).isEmpty();
        assertThat(stage.flush()).isEmpty();
        assertThat(stage.store.stats().bytes()).isZero();
        stage.put("c", "1");
        assertThat(stage.flush()).containsExactly("c=1");
    }

    @Test
    void failedClear_isReported_keepsInnerHidden_andIsTriedAgain() {
        inner.write("a", "i");
        inner.hold(Op.DELETE_PREFIX);
        TestSubscriber<Void> clear = stage.start(stage.store.clear());
        inner.take().fail(Stage.unanswered());
        stage.run();
        clear.expectTerminalError();
        assertThat(stage.keys()).isEmpty();
        stage.put("b", "1");
        TestSubscriber<String> flush = stage.startFlush();
        assertThat(flush.getReceivedOnNext()).isEmpty();

        inner.pass();
        stage.run(Stage.IN_DOUBT);
        assertThat(flush.getReceivedOnNext()).containsExactly("b=1");
        assertThat(inner.keys()).containsExactly("b");
    }

    @Test
    void clearWithAnUnansweredAttemptBelow_holdsFlushesForItsDoubt() {
        inner.hold(Op.DELETE_PREFIX);
        stage.start(stage.store.clear());
        stage.put("b", "1");
        Request request = inner.take();
        request.noteUnansweredAttempt();
        request.answer();
        TestSubscriber<String> flush = stage.startFlush();
        assertThat(flush.getReceivedOnNext()).isEmpty();
        stage.run(Stage.IN_DOUBT);
        assertThat(flush.getReceivedOnNext()).containsExactly("b=1");
    }

    @Test
    void cancelledClear_isEndedAndTriedAgain() {
        inner.write("a", "i");
        inner.hold(Op.DELETE_PREFIX);
        TestSubscriber<Void> clear = stage.start(stage.store.clear());
        clear.cancel();
        assertThat(inner.take().cancelled).isTrue();
        assertThat(stage.read("a")).as("what was begun is not taken back").isEqualTo("(none)");
        inner.pass();
        stage.run(Stage.IN_DOUBT.plusSeconds(1));
        assertThat(inner.keys()).isEmpty();
        stage.put("a", "1");
        assertThat(stage.flush()).containsExactly("a=1");
    }

    @Test
    void secondClear_joinsTheFirst_andForgetsWhatWasWrittenInBetween() {
        inner.hold(Op.DELETE_PREFIX);
        TestSubscriber<Void> first = stage.start(stage.store.clear());
        stage.put("a", "1");
        TestSubscriber<Void> second = stage.start(stage.store.clear());
        first.cancel();
        inner.take().answer();
        stage.run();
        second.expectTerminalSignal();
        assertThat(inner.sent).containsExactly("DELETE_PREFIX ");
        assertThat(stage.keys()).isEmpty();
        assertThat(stage.flush()).isEmpty();
    }

    @Test
    void close_flushes_andLeavesTheInnerStoreOpen() {
        stage.put("a", "1");
        stage.await(stage.store.close());
        assertThat(inner.text("a")).isEqualTo("1");
        assertThatThrownBy(() -> stage.read("a")).isInstanceOf(StoreClosedException.class);
        stage.await(inner.put("b", Content.text("2")));
    }

    @Test
    void close_tellsWhatIsLost() {
        inner.hold(Op.PUT);
        stage.put("a", "1");
        TestSubscriber<Void> close = stage.start(stage.store.close());
        inner.take().fail(Stage.refused());
        stage.run();
        assertThat(close.expectTerminalError())
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessage("close: 1 writes could not be flushed and are lost")
                .hasCauseInstanceOf(StoreException.class);
    }

    @Test
    void settings_areChecked() {
        WriteBackStoreBuilder builder = WriteBackStore.builder(inner);
        assertThatThrownBy(() -> builder.maxDirtyBytes(0).build())
                .hasMessage("WriteBackStore: maxDirtyBytes: need more than 0, was 0");
        builder.unlimitedDirtyBytes().unlimitedBytes().unlimitedEntries();
        assertThatThrownBy(() -> builder.inDoubt(Duration.ofSeconds(-1)).build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> builder.inDoubt(Duration.ZERO).flushConcurrency(0).build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> WriteBackBudget.ofBytes(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
