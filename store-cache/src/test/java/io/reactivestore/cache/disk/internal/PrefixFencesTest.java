package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PrefixFencesTest {

    private final PrefixFences fences = new PrefixFences();

    @Test
    void fence_hidesWhatHasItsPrefixAndBeganBefore() {
        add("a/", 2, 5);
        assertThat(hides("a/x", 2, 5)).isTrue();
        assertThat(hides("a/x", 2, 6)).isFalse();
        assertThat(hides("a/x", 1, 99)).as("of an earlier epoch").isTrue();
        assertThat(hides("a/x", 3, 0)).as("of a later epoch").isFalse();
        assertThat(hides("b/x", 2, 5)).isFalse();
        assertThat(hides("a", 2, 5)).isFalse();
        assertThat(hides("a/", 2, 5)).isTrue();
    }

    @Test
    void emptyPrefix_hidesAll() {
        add("", 1, 1);
        assertThat(hides("x", 1, 1)).isTrue();
    }

    @Test
    void fenceThatHidesNoMore_isLeftOut() {
        add("a/", 1, 5);
        add("a/b/", 1, 4);
        assertThat(fences.present()).hasSize(1);
        add("a/b/", 1, 6);
        assertThat(fences.present()).hasSize(2);
        add("", 1, 7);
        assertThat(fences.present()).hasSize(1);
    }

    @Test
    void fenceOfThisProcess_staysWhenRecoveryIsDone_alsoBesideOneThatWasFound() {
        fences.add("a/", version(1, 9), true);
        fences.add("a/", version(1, 5), false);
        fences.add("b/", version(1, 5), false);
        fences.add("b/", version(1, 4), true);
        fences.removeFound();
        assertThat(fences.present()).hasSize(2);
        assertThat(hides("a/x", 1, 5)).isTrue();
        assertThat(hides("a/x", 1, 6)).isFalse();
        fences.remove(fences.present());
        assertThat(fences.isEmpty()).isTrue();
    }

    @Test
    void tooMany_becomeFewer_andHideAllTheyDid() {
        for (int i = 0; i < 1000; i++) {
            add("dir" + i % 10 + "/" + i + "/", 1, i);
        }
        assertThat(fences.present()).hasSize(64);
        for (int i = 0; i < 1000; i++) {
            assertThat(hides("dir" + i % 10 + "/" + i + "/x", 1, i)).isTrue();
        }
        assertThat(hides("else", 1, 0)).isFalse();
    }

    private void add(String prefix, long epoch, long sequence) {
        fences.add(prefix, version(epoch, sequence), false);
    }

    private boolean hides(String key, long epoch, long sequence) {
        byte[] bytes = ("--" + key + "--").getBytes(StandardCharsets.UTF_8);
        return fences.hide(bytes, 2, bytes.length - 4, version(epoch, 77), sequence);
    }

    private static long version(long epoch, long stamp) {
        return new RecordVersion(epoch, stamp).packed();
    }
}
