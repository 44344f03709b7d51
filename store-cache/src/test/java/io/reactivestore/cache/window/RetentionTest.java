package io.reactivestore.cache.window;

import static io.reactivestore.cache.window.Stage.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.CountingStore;
import io.reactivestore.testkit.fault.StoreOperation;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetentionTest {

    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final CountingStore inner = CountingStore.over(MemoryStore.create());
    private final Stage stage = hourly();

    @Test
    void windowThatStartsARetentionBeforeTheLatest_isGone_oneLaterIsNot() {
        stage.put("a", 0, "old");
        stage.put("a", 1, "young");
        assertThat(stage.all()).hasSize(2);
        stage.put("b", HOUR, "now");
        assertThat(stage.get("a", 0)).isEmpty();
        assertThat(stage.get("a", 1)).containsExactly("a@1=young");
        assertThat(stage.fetch("a", 0, HOUR)).containsExactly("a@1=young");
        assertThat(stage.fetchAll(0, HOUR)).containsExactly("a@1=young", "b@3600000=now");
        assertThat(stage.all()).containsExactly("a@1=young", "b@3600000=now");
    }

    @Test
    void writesToWindowsThatAreGone_areIgnored() {
        stage.put("b", HOUR, "now");
        stage.put("a", 0, "late");
        stage.delete("a", 0);
        stage.putInner("a", 0, "late");
        assertThat(stage.flush()).containsExactly("b@3600000=now");
        assertThat(stage.inner()).containsExactly("b@3600000=now");
    }

    @Test
    void flush_tellsWhatWasWrittenInTime_andDeletesItThen() {
        stage.put("a", 0, "old");
        stage.put("b", HOUR, "now");
        assertThat(stage.flush()).containsExactly("a@0=old", "b@3600000=now");
        assertThat(stage.inner()).containsExactly("b@3600000=now");
        assertThat(stage.flush()).as("no tombstones are told").isEmpty();
    }

    @Test
    void flushWithOld_deletesToo() {
        stage.putInner("a", 0, "old");
        stage.put("b", HOUR, "now");
        await(stage.store.flushWithOld());
        assertThat(stage.inner()).containsExactly("b@3600000=now");
    }

    @Test
    void inner_isLookedThroughOncePerHalfRetention() {
        stage.put("a", 0, "a");
        stage.flush();
        long lists = inner.calls(StoreOperation.LIST);
        stage.put("a", HOUR / 2 - 1, "b");
        stage.flush();
        assertThat(inner.calls(StoreOperation.LIST)).isEqualTo(lists);
        stage.put("a", HOUR / 2, "c");
        stage.flush();
        assertThat(inner.calls(StoreOperation.LIST)).isEqualTo(lists + 1);
    }

    @Test
    void inner_isLookedThroughAtMostOnceAMinute() {
        Stage brief = new Stage(inner, settings -> settings.retention(Duration.ofMillis(1)));
        brief.put("a", 0, "a");
        brief.flush();
        brief.put("a", 59_999, "b");
        brief.flush();
        assertThat(brief.inner()).hasSize(2);
        assertThat(brief.all()).containsExactly("a@59999=b");
        brief.put("a", 60_000, "c");
        brief.flush();
        assertThat(brief.inner()).containsExactly("a@60000=c");
    }

    @Test
    void restoredWindow_movesTheTimeOnToo() {
        stage.putInner("a", 0, "old");
        stage.putInner("b", HOUR, "now");
        assertThat(stage.all()).containsExactly("b@3600000=now");
    }

    @Test
    void delete_movesTheTimeOnToo() {
        stage.put("a", 0, "old");
        stage.delete("b", HOUR);
        assertThat(stage.all()).isEmpty();
    }

    @Test
    void afterReopening_timeStartsAnew_andOldWindowsAreSeenUntilAWrite() {
        stage.put("a", 0, "old");
        stage.flush();
        Stage reopened = hourly();
        assertThat(reopened.all()).containsExactly("a@0=old");
        reopened.put("b", HOUR, "now");
        assertThat(reopened.all()).containsExactly("b@3600000=now");
        reopened.flush();
        assertThat(reopened.inner()).containsExactly("b@3600000=now");
    }

    @Test
    void clear_startsTheTimeAnew() {
        stage.put("a", HOUR, "now");
        await(stage.store.clear());
        stage.put("a", 0, "again");
        assertThat(stage.all()).containsExactly("a@0=again");
    }

    @Test
    void latestWindowThereCanBe_doesNotTurnTheTimeOver() {
        stage.put("a", Long.MAX_VALUE, "end");
        assertThat(stage.all()).hasSize(1);
        stage.put("a", 0, "late");
        assertThat(stage.all()).hasSize(1);
        stage.flush();
        assertThat(stage.inner()).hasSize(1);
    }

    @Test
    void withoutRetention_nothingIsGone() {
        Stage forEver = new Stage(
                inner, settings -> settings.retention(Duration.ofMillis(1)).noRetention());
        forEver.put("a", 0, "old");
        forEver.put("a", Long.MAX_VALUE, "now");
        forEver.flush();
        assertThat(forEver.all()).hasSize(2);
        assertThat(forEver.inner()).hasSize(2);
        assertThat(forEver.store.toString()).endsWith("retention=any]");
    }

    @Test
    void retentionOfNothing_isRefused() {
        assertThatThrownBy(() -> CachingWindowStore.builder(inner).retention(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("CachingWindowStore: retention: need 1 ms or more, was PT0S");
    }

    private Stage hourly() {
        return new Stage(inner, settings -> settings.retention(Duration.ofHours(1)));
    }
}
