package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listing between bounds: after a key, before a key, both, and both within a prefix. */
@Needs(Need.LIST_ORDER)
public interface ListBoundsContract extends StoreContract {

    /** Awkward where bounds are compared: beginnings of each other, around the slash, beyond ASCII. */
    List<String> AWKWARD_KEYS =
            List.of("a", "a!", "a/", "a/b", "a/b/c", "a0", "aa", "b", "ü", "\uFF61", "\uD83D\uDE80");

    @Test
    default void startAfterAKey_leavesItOut() {
        givenKeys("a", "b", "c", "d");
        assertThat(list(ListOptions.defaults().withStartAfter("b"))).containsExactly("c", "d");
    }

    @Test
    default void startAfterAnAbsentKey_beginsWithTheNext() {
        givenKeys("a", "b", "d");
        assertThat(list(ListOptions.defaults().withStartAfter("bb"))).containsExactly("d");
        assertThat(list(ListOptions.defaults().withStartAfter("c"))).containsExactly("d");
    }

    @Test
    default void startAfterTheLastKey_listsNothing() {
        givenKeys("a", "b");
        assertThat(list(ListOptions.defaults().withStartAfter("b"))).isEmpty();
        assertThat(list(ListOptions.defaults().withStartAfter("z"))).isEmpty();
    }

    @Test
    default void startBeforeTheFirstKey_listsEverything() {
        givenKeys("b", "c");
        assertThat(list(ListOptions.defaults().withStartAfter("a"))).containsExactly("b", "c");
        assertThat(list(ListOptions.defaults().withStartAfter(""))).containsExactly("b", "c");
    }

    @Test
    default void endBeforeAKey_leavesItOut() {
        givenKeys("a", "b", "c", "d");
        assertThat(list(ListOptions.defaults().withEndBefore("c"))).containsExactly("a", "b");
    }

    @Test
    default void endBeforeAnAbsentKey_endsWithThePrevious() {
        givenKeys("a", "b", "d");
        assertThat(list(ListOptions.defaults().withEndBefore("c"))).containsExactly("a", "b");
        assertThat(list(ListOptions.defaults().withEndBefore("z"))).containsExactly("a", "b", "d");
    }

    @Test
    default void endBeforeTheFirstKey_listsNothing() {
        givenKeys("b", "c");
        assertThat(list(ListOptions.defaults().withEndBefore("b"))).isEmpty();
        assertThat(list(ListOptions.defaults().withEndBefore("a"))).isEmpty();
    }

    @Test
    default void bothBounds_listWhatIsBetween() {
        givenKeys("a", "b", "c", "d", "e");
        assertThat(list(ListOptions.defaults().withStartAfter("a").withEndBefore("d")))
                .containsExactly("b", "c");
        assertThat(list(ListOptions.defaults().withStartAfter("b").withEndBefore("c")))
                .isEmpty();
    }

    @Test
    default void crossedBounds_listNothing() {
        givenKeys("a", "b", "c", "d");
        assertThat(list(ListOptions.defaults().withStartAfter("c").withEndBefore("b")))
                .isEmpty();
        assertThat(list(ListOptions.defaults().withStartAfter("b").withEndBefore("b")))
                .isEmpty();
    }

    @Test
    default void boundsWithinAPrefix_narrowIt() {
        givenKeys("a", "p/1", "p/2", "p/3", "p/4", "q");
        ListOptions prefix = ListOptions.prefix("p/");
        assertThat(list(prefix.withStartAfter("p/2"))).containsExactly("p/3", "p/4");
        assertThat(list(prefix.withEndBefore("p/3"))).containsExactly("p/1", "p/2");
        assertThat(list(prefix.withStartAfter("p/1").withEndBefore("p/4"))).containsExactly("p/2", "p/3");
    }

    @Test
    default void boundsOutsideAPrefix_doNotWidenIt() {
        givenKeys("a", "p/1", "p/2", "q");
        ListOptions prefix = ListOptions.prefix("p/");
        assertThat(list(prefix.withStartAfter("a"))).containsExactly("p/1", "p/2");
        assertThat(list(prefix.withStartAfter("p"))).containsExactly("p/1", "p/2");
        assertThat(list(prefix.withEndBefore("z"))).containsExactly("p/1", "p/2");
        assertThat(list(prefix.withStartAfter("q"))).isEmpty();
        assertThat(list(prefix.withEndBefore("p"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a/", "ü"})
    default void everyBoundOfAwkwardKeys_cutsWhereTheOrderSays(String prefix) {
        givenKeys(AWKWARD_KEYS.toArray(String[]::new));
        Comparator<String> order = Samples.comparator(store().capabilities().listOrder());
        List<String> bounds = new ArrayList<>(AWKWARD_KEYS);
        bounds.addAll(Arrays.asList("a.", "a/a", "az", "\uFFFD"));
        for (String bound : bounds) {
            ListOptions options = ListOptions.prefix(prefix);
            assertThat(list(options.withStartAfter(bound)))
                    .as("prefix %s, start after %s", prefix, bound)
                    .isEqualTo(AWKWARD_KEYS.stream()
                            .filter(key -> key.startsWith(prefix) && order.compare(key, bound) > 0)
                            .sorted(order)
                            .toList());
            assertThat(list(options.withEndBefore(bound)))
                    .as("prefix %s, end before %s", prefix, bound)
                    .isEqualTo(AWKWARD_KEYS.stream()
                            .filter(key -> key.startsWith(prefix) && order.compare(key, bound) < 0)
                            .sorted(order)
                            .toList());
        }
    }

    @Test
    default void pagesByStartAfter_giveEachKeyOnce() {
        givenKeys(AWKWARD_KEYS.toArray(String[]::new));
        List<String> seen = new ArrayList<>();
        List<String> page = all(store().list("").take(3).map(ObjectInfo::key));
        while (!page.isEmpty()) {
            seen.addAll(page);
            ListOptions next = ListOptions.defaults().withStartAfter(seen.get(seen.size() - 1));
            page = all(store().list(next).take(3).map(ObjectInfo::key));
        }
        Samples.assertListed(store(), seen, AWKWARD_KEYS.toArray(String[]::new));
    }

    private List<String> list(ListOptions options) {
        return all(store().list(options).map(ObjectInfo::key));
    }
}
