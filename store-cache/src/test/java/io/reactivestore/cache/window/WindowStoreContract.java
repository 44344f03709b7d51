package io.reactivestore.cache.window;

import static io.reactivestore.cache.window.Stage.CONTEXT;
import static io.reactivestore.cache.window.Stage.await;
import static io.reactivestore.cache.window.Stage.bytes;
import static io.reactivestore.cache.window.Stage.lines;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.cache.writeback.RecordContext;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a window store does over any inner store. */
interface WindowStoreContract {

    Stage stage();

    @AfterEach
    default void closeStores() {
        await(stage().store.close());
        await(stage().inner.close());
    }

    @Test
    default void fetch_givesWhatIsNotFlushed() {
        stage().put("a", 0, "v1");
        assertThat(stage().inner()).isEmpty();
        assertThat(stage().fetch("a", 0, 100)).containsExactly("a@0=v1");
    }

    @Test
    default void flush_writesThrough_andTellsWhat() {
        stage().put("a", 0, "v1");
        stage().put("b", 5, "v2");
        assertThat(stage().flush()).containsExactly("a@0=v1", "b@5=v2");
        assertThat(stage().inner()).containsExactly("a@0=v1", "b@5=v2");
        assertThat(stage().flush()).isEmpty();
    }

    @Test
    default void flush_deletesThrough_andTellsTombstone() {
        stage().putInner("a", 0, "old");
        stage().delete("a", 0);
        assertThat(stage().inner()).containsExactly("a@0=old");
        assertThat(stage().flush()).containsExactly("a@0 deleted");
        assertThat(stage().inner()).isEmpty();
    }

    @Test
    default void flush_tellsTheRecordOfEachWrite() {
        await(stage().store.put(WindowedKey.of("a", 0), bytes("v"), 99, CONTEXT));
        RecordContext other = new RecordContext("other", 0, 1, 2);
        await(stage().store.delete(WindowedKey.of("b", 0), other));
        List<DirtyWindow> flushed = await(stage().store.flush());
        assertThat(flushed).extracting(DirtyWindow::context).containsExactly(CONTEXT, other);
        assertThat(flushed).extracting(DirtyWindow::isTombstone).containsExactly(false, true);
        assertThat(flushed.get(0).entry().recordTimestamp()).isEqualTo(99);
    }

    @Test
    default void fetch_mergesCacheOverInner_inWindowOrder() {
        stage().putInner("a", 0, "inner-lo");
        stage().putInner("a", 20, "inner-hi");
        stage().put("a", 10, "cache-mid");
        stage().put("a", 0, "cache-lo");
        List<String> merged = List.of("a@0=cache-lo", "a@10=cache-mid", "a@20=inner-hi");
        assertThat(stage().fetch("a", 0, 20)).isEqualTo(merged);
        assertThat(stage().fetchAll(0, 20)).isEqualTo(merged);
    }

    @Test
    default void tombstone_hidesInner() {
        stage().putInner("a", 0, "inner");
        stage().delete("a", 0);
        assertThat(stage().fetch("a", 0, 100)).isEmpty();
        assertThat(stage().fetchAll(0, 100)).isEmpty();
        assertThat(stage().all()).isEmpty();
        assertThat(stage().get("a", 0)).isEmpty();
    }

    @Test
    default void bothEndsOfFetch_areIncluded() {
        for (long start : new long[] {9, 10, 15, 20, 21}) {
            stage().put("a", start, "v");
        }
        assertThat(stage().fetch("a", 10, 20)).containsExactly("a@10=v", "a@15=v", "a@20=v");
        assertThat(stage().fetch("a", 15, 15)).containsExactly("a@15=v");
    }

    @Test
    default void fetchAll_takesWindowsByTheirStart_bothEndsIncluded() {
        stage().put("a", 0, "a0");
        stage().putInner("b", 50, "b50");
        assertThat(stage().fetchAll(0, 10)).containsExactly("a@0=a0");
        assertThat(stage().fetchAll(0, 50)).containsExactly("a@0=a0", "b@50=b50");
        assertThat(stage().fetchAll(0, 49)).containsExactly("a@0=a0");
        assertThat(stage().fetchAll(1, 50)).containsExactly("b@50=b50");
    }

    @Test
    default void flushWithOld_tellsWhatWasReplaced() {
        stage().putInner("a", 0, "old");
        stage().put("a", 0, "new");
        stage().put("b", 0, "first");
        List<FlushedWindow> flushed = await(stage().store.flushWithOld());
        assertThat(flushed).extracting(f -> Stage.line(f.window())).containsExactly("a@0=new", "b@0=first");
        assertThat(Stage.line(flushed.get(0).old())).isEqualTo("a@0=old");
        assertThat(flushed.get(0).old().recordTimestamp()).isEqualTo(1);
        assertThat(flushed.get(1).old()).isNull();
        assertThat(stage().inner()).containsExactly("a@0=new", "b@0=first");
    }

    @Test
    default void flushWithOld_tellsWhatWasDeleted() {
        stage().putInner("a", 0, "old");
        stage().delete("a", 0);
        List<FlushedWindow> flushed = await(stage().store.flushWithOld());
        assertThat(flushed).extracting(f -> Stage.line(f.window())).containsExactly("a@0 deleted");
        assertThat(Stage.line(flushed.get(0).old())).isEqualTo("a@0=old");
        assertThat(stage().inner()).isEmpty();
    }

    @Test
    default void range_mergesCacheOverInner_halfOpen() {
        stage().putInner("a", 0, "i0");
        stage().putInner("a", 10, "i1");
        stage().putInner("a", 20, "i2");
        stage().put("a", 10, "c1");
        stage().delete("a", 20);
        assertThat(range(storeKey("a", 0), storeKey("a", Long.MAX_VALUE))).containsExactly("a@0=i0", "a@10=c1");
        assertThat(range(storeKey("a", 0), storeKey("a", 10))).containsExactly("a@0=i0");
        assertThat(range(storeKey("a", 1), storeKey("a", 11))).containsExactly("a@10=c1");
    }

    @Test
    default void range_takesAnyBytes() {
        stage().put("a", 0, "a");
        stage().put("b", 0, "b");
        ByteBuffer none = ByteBuffer.allocate(0);
        assertThat(range(none, bytes("b"))).containsExactly("a@0=a");
        assertThat(range(bytes("b"), bytes("c"))).containsExactly("b@0=b");
        assertThat(range(none, bytes("c"))).hasSize(2);
        assertThat(range(bytes("a"), none)).isEmpty();
        assertThat(range(bytes("c"), bytes("a"))).isEmpty();
        assertThat(range(bytes("a"), bytes("a"))).isEmpty();
    }

    @Test
    default void all_mergesCacheOverInner() {
        stage().putInner("a", 0, "i0");
        stage().putInner("a", 10, "i1");
        stage().putInner("a", 30, "i3");
        stage().put("a", 10, "c1");
        stage().put("a", 20, "c2");
        stage().delete("a", 30);
        assertThat(stage().all()).containsExactly("a@0=i0", "a@10=c1", "a@20=c2");
    }

    @Test
    default void innerWrites_leaveTheCacheAlone() {
        stage().putInner("a", 0, "v");
        assertThat(stage().get("a", 0)).containsExactly("a@0=v");
        assertThat(stage().flush()).isEmpty();
        await(stage().store.deleteInner(WindowedKey.of("a", 0)));
        assertThat(stage().get("a", 0)).isEmpty();
        assertThat(stage().flush()).isEmpty();
    }

    @Test
    default void innerWrite_doesNotWinOverWhatIsNotFlushed() {
        stage().put("a", 0, "dirty");
        stage().putInner("a", 0, "inner");
        assertThat(stage().get("a", 0)).containsExactly("a@0=dirty");
        stage().flush();
        assertThat(stage().inner()).containsExactly("a@0=dirty");
    }

    @Test
    default void clear_emptiesCacheAndInner() {
        stage().putInner("a", 0, "i");
        stage().put("a", 10, "c");
        await(stage().store.clear());
        assertThat(stage().all()).isEmpty();
        assertThat(stage().flush()).isEmpty();
        assertThat(stage().get("a", 0)).isEmpty();
        assertThat(stage().inner()).isEmpty();
    }

    @Test
    default void keysThatBeginWithEachOther_keepTheirWindowsApart() {
        byte[][] keys = {{}, {'a'}, {'a', 0}, {'a', 0, 0, 0, 0, 0, 0, 0, 5}, {'a', 'a'}, {'a', -1}, new byte[24]};
        for (byte[] key : keys) {
            for (long start : new long[] {0, 5, 97L << 56, Long.MAX_VALUE}) {
                await(stage().store.put(WindowedKey.of(key, start), ByteBuffer.wrap(key), CONTEXT));
            }
        }
        for (int flushed = 0; flushed < 2; flushed++) {
            for (byte[] key : keys) {
                List<WindowedEntry> windows = await(stage().store.fetch(ByteBuffer.wrap(key), 0, Long.MAX_VALUE));
                assertThat(windows)
                        .hasSize(4)
                        .allSatisfy(window -> assertThat(window.value())
                                .isEqualTo(window.key().key())
                                .isEqualTo(ByteBuffer.wrap(key)));
                assertThat(await(stage().store.fetch(ByteBuffer.wrap(key), 1, 5)))
                        .hasSize(1);
            }
            stage().flush();
        }
    }

    @Test
    default void everyRead_isInTheOrderOfStoreKeys() {
        for (String key : List.of("b", "a", "ab", "\u0001", "zz", "", "\uD83D\uDE00", "\uFFFD")) {
            for (long start : new long[] {300, 2, 0, 1L << 40}) {
                stage().put(key, start, "v");
            }
        }
        for (int flushed = 0; flushed < 2; flushed++) {
            assertThat(await(stage().store.all()))
                    .hasSize(32)
                    .extracting(entry -> Stage.array(entry.storeKey()))
                    .isSortedAccordingTo(Arrays::compareUnsigned);
            assertThat(stage().fetch("a", 0, Long.MAX_VALUE))
                    .containsExactly("a@0=v", "a@2=v", "a@300=v", "a@" + (1L << 40) + "=v");
            stage().flush();
        }
    }

    @Test
    default void valuesOfOneWindow_areToldApartBySeq() {
        for (int seq : new int[] {Integer.MAX_VALUE, 1, 0}) {
            await(stage().store.put(new WindowedKey(bytes("a"), 5, seq), bytes("v" + seq), CONTEXT));
        }
        stage().put("a", 6, "next");
        assertThat(stage().fetch("a", 5, 5)).containsExactly("a@5=v0", "a@5=v1", "a@5=v2147483647");
    }

    @Test
    default void latestWindowThereCanBe_isFound() {
        stage().put("a", Long.MAX_VALUE, "end");
        stage().put("a", Long.MAX_VALUE - 1, "before");
        for (int flushed = 0; flushed < 2; flushed++) {
            assertThat(stage().get("a", Long.MAX_VALUE)).containsExactly("a@9223372036854775807=end");
            assertThat(stage().fetch("a", Long.MAX_VALUE, Long.MAX_VALUE)).containsExactly("a@9223372036854775807=end");
            assertThat(stage().fetch("a", 0, Long.MAX_VALUE)).hasSize(2);
            assertThat(stage().fetch("a", 0, Long.MAX_VALUE - 1)).containsExactly("a@9223372036854775806=before");
            assertThat(stage().fetchAll(Long.MAX_VALUE, Long.MAX_VALUE)).hasSize(1);
            stage().flush();
        }
    }

    @Test
    default void negativeStart_isRefusedInWrites_andFoundByNoRead() {
        WindowedKey key = WindowedKey.of("a", -1);
        assertThatThrownBy(() -> stage().store.put(key, bytes("v"), CONTEXT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("put: the window starts at -1, need 0 or more");
        assertThatThrownBy(() -> stage().store.putInner(key, bytes("v"), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> stage().store.delete(key, CONTEXT)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> stage().store.deleteInner(key)).isInstanceOf(IllegalArgumentException.class);
        assertThat(stage().get("a", -1)).isEmpty();
    }

    @Test
    default void negativeLowerBound_countsAsZero() {
        stage().put("a", 0, "v");
        assertThat(stage().fetch("a", Long.MIN_VALUE, 0)).containsExactly("a@0=v");
        assertThat(stage().fetchAll(Long.MIN_VALUE, 0)).containsExactly("a@0=v");
        assertThat(stage().fetch("a", -5, -1)).isEmpty();
        assertThat(stage().fetchAll(-5, -1)).isEmpty();
    }

    @Test
    default void rangeThatEndsBeforeItStarts_isEmpty() {
        stage().put("a", 5, "v");
        assertThat(stage().fetch("a", 6, 5)).isEmpty();
        assertThat(stage().fetch("a", Long.MAX_VALUE, 0)).isEmpty();
        assertThat(stage().fetchAll(6, 5)).isEmpty();
    }

    @Test
    default void longestKey_isKept_oneByteMoreIsRefused() {
        String longest = "k".repeat(CachingWindowStore.MAX_KEY_BYTES);
        assertThat(longest).hasSize(589);
        stage().put(longest, Long.MAX_VALUE, "v");
        stage().flush();
        assertThat(stage().fetch(longest, 0, Long.MAX_VALUE)).containsExactly(longest + "@9223372036854775807=v");
        assertThat(stage().all()).hasSize(1);
        assertThat(range(storeKey(longest, 0), bytes("l"))).hasSize(1);

        String longer = longest + "k";
        String message = ": the record key has 590 bytes, more than 589";
        assertThatThrownBy(() -> stage().put(longer, 0, "v"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("put" + message);
        assertThatThrownBy(() -> stage().get(longer, 0)).hasMessage("get" + message);
        assertThatThrownBy(() -> stage().fetch(longer, 0, 1)).hasMessage("fetch" + message);
        assertThatThrownBy(() -> range(storeKey(longer, 0), bytes("l")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("range: the store key has 602 bytes, more than 601");
    }

    @Test
    default void entry_hasRawBytesAndTheirParts() {
        await(stage().store.put(new WindowedKey(bytes("a"), 5, 2), bytes("v"), CONTEXT));
        WindowedEntry entry =
                await(stage().store.get(new WindowedKey(bytes("a"), 5, 2))).get(0);
        assertThat(Stage.array(entry.storeKey())).containsExactly('a', 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 2);
        assertThat(Stage.array(entry.wrapped())).containsExactly(0, 0, 0, 0, 0, 0, 0, 7, 'v');
        assertThat(entry.key()).isEqualTo(new WindowedKey(bytes("a"), 5, 2));
        assertThat(entry.recordTimestamp()).isEqualTo(CONTEXT.timestamp());
        assertThat(entry.value()).isEqualTo(bytes("v"));
        assertThat(entry.value().isReadOnly()).isTrue();
    }

    @Test
    default void emptyValue_isAValue() {
        stage().put("a", 0, "");
        stage().flush();
        assertThat(stage().get("a", 0)).containsExactly("a@0=");
    }

    @Test
    default void closing_flushes_andLeavesInnerOpen() {
        stage().put("a", 0, "v");
        await(stage().store.close());
        assertThat(stage().inner()).containsExactly("a@0=v");
    }

    private List<String> range(ByteBuffer lo, ByteBuffer hi) {
        return lines(stage().store.range(lo, hi));
    }

    private static ByteBuffer storeKey(String key, long windowStart) {
        return WindowKeySchema.toStoreKey(WindowedKey.of(key, windowStart));
    }
}
