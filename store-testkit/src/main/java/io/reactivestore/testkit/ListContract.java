package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** Listing objects: each once, in the order that the store promises, as they are asked for. */
public interface ListContract extends StoreContract {

    @Test
    default void emptyStore_listsNothing() {
        none(store().list(ListOptions.defaults()));
        none(store().list(""));
        none(store().list("a"));
    }

    @Test
    default void wholeStore_isListedInOrder() {
        givenKeys("b", "a", "a/b", "a-b", "B", "c/d/e", "a/", "a0");
        Samples.assertListed(store(), keys(), "b", "a", "a/b", "a-b", "B", "c/d/e", "a/", "a0");
    }

    @Test
    @Needs(Need.LIST_ORDER)
    default void keysBeyondTheBasicPlane_areListedInTheOrderOfTheStore() {
        givenKeys("\uFF61", "\uD83D\uDE80", "z", "\uFFFD", "é", "\uE000");
        Samples.assertListed(store(), keys(), "\uFF61", "\uD83D\uDE80", "z", "\uFFFD", "é", "\uE000");
    }

    @Test
    default void listedObject_tellsItsFactsWithoutAttributes() {
        ObjectInfo written = given(KEY, 10);
        ObjectInfo listed = one(store().list("").single());
        assertThat(listed.key()).isEqualTo(KEY);
        assertThat(listed.size()).isEqualTo(10);
        assertThat(listed.etag()).isEqualTo(written.etag());
        assertThat(listed.lastModified()).isNotNull();
        assertThat(listed.attributes()).isNull();
    }

    @Test
    default void prefix_isAPlainString() {
        givenKeys("fo", "foo", "foo.bar", "foo/bar", "foo/bar/baz", "fooo", "fp", "xfoo");
        assertKeys(list("foo"), "foo", "foo.bar", "foo/bar", "foo/bar/baz", "fooo");
        assertKeys(list("foo/"), "foo/bar", "foo/bar/baz");
        assertKeys(list("foo/bar"), "foo/bar", "foo/bar/baz");
        assertKeys(list("foo/bar/baz"), "foo/bar/baz");
        assertKeys(list("foo/bar/baz/"));
        assertKeys(list("oo"));
    }

    @Test
    default void prefixOfNothing_listsNothing() {
        givenKeys("a", "b");
        assertKeys(list("aa"));
        assertKeys(list("/"));
        assertKeys(list("c"));
    }

    @Test
    default void prefixWithOddCharacters_isTakenLiterally() {
        givenKeys("a%2Fb", "a/b", "a*b", "a b", "a+b", "ü/b", "a_b");
        assertKeys(list("a%2F"), "a%2Fb");
        assertKeys(list("a*"), "a*b");
        assertKeys(list("a "), "a b");
        assertKeys(list("a+"), "a+b");
        assertKeys(list("ü"), "ü/b");
        assertKeys(list("a_"), "a_b");
    }

    @Test
    default void writtenAndDeletedObjects_areListedAtOnce() {
        givenKeys("a", "b");
        assertThat(keys()).hasSize(2);
        removed("a");
        replaced("c", "new");
        Samples.assertListed(store(), keys(), "b", "c");
    }

    @Test
    default void replacedObject_isListedOnceWithItsNewFacts() {
        String old = given(KEY, 10).etag();
        assertThat(one(store().list("").single()).etag()).isEqualTo(old);
        String etag = replaced(KEY, "new").etag();
        ObjectInfo listed = one(store().list("").single());
        assertThat(listed.etag()).isEqualTo(etag);
        assertThat(listed.size()).isEqualTo(3);
    }

    @Test
    default void manyObjects_areListedOnceEach() {
        String[] keys = manyKeys();
        givenKeys(keys);
        Samples.assertListed(store(), keys(), keys);
    }

    @Test
    default void listingOnDemand_givesJustWhatIsAskedFor() {
        givenKeys("a", "b", "c", "d");
        Probe<ObjectInfo> probe = Probe.of(this, store().list(""));
        probe.ask(1).awaitReceived(1);
        settle();
        assertThat(probe.received()).hasSize(1);
        probe.ask(2).awaitReceived(3);
        settle();
        assertThat(probe.received()).hasSize(3);
        probe.ask(1).awaitReceived(4);
        probe.awaitCompletion();
    }

    @Test
    default void listingOneByOne_givesEverything() {
        String[] keys = manyKeys();
        givenKeys(keys);
        assertKeys(all(store().list("").limitRate(1).map(ObjectInfo::key)), keys);
    }

    @Test
    default void listingCompletes_withoutFurtherDemand() {
        givenKeys("a", "b");
        StepVerifier.create(store().list(""), 2)
                .expectNextCount(2)
                .expectComplete()
                .verify(patience());
    }

    @Test
    default void emptyListingCompletes_onTheFirstRequest() {
        StepVerifier.create(store().list(""), 1).expectComplete().verify(patience());
    }

    @Test
    default void listingWithoutDemand_givesNothing() {
        givenKeys("a", "b");
        Probe<ObjectInfo> probe = Probe.of(this, store().list(""));
        settle();
        assertThat(probe.received()).isEmpty();
        assertThat(probe.hasEnded()).isFalse();
        probe.cancel();
    }

    @Test
    default void cancelledListing_stops() {
        givenKeys(manyKeys());
        Probe<ObjectInfo> probe = Probe.of(this, store().list("")).ask(2).awaitReceived(2);
        probe.cancel();
        settle();
        assertThat(probe.received()).hasSize(2);
        assertThat(probe.hasEnded()).isFalse();
        assertThat(all(store().list("").take(3))).hasSize(3);
    }

    @Test
    default void twoListings_doNotDisturbEachOther() {
        givenKeys("a", "b", "c", "d");
        Flux<ObjectInfo> list = store().list("");
        Probe<ObjectInfo> slow = Probe.of(this, list).ask(1).awaitReceived(1);
        assertThat(all(list)).hasSize(4);
        slow.ask(10).awaitCompletion();
        assertThat(slow.received()).hasSize(4);
    }

    @Test
    default void listingWhileObjectsComeAndGo_givesTheOthersOnce() {
        String[] stay = manyKeys();
        givenKeys(stay);
        Probe<ObjectInfo> probe = Probe.of(this, store().list("")).ask(3).awaitReceived(3);
        replaced("many/05-new", "new");
        replaced(stay[0], "changed");
        replaced(stay[stay.length - 1], "changed");
        probe.ask(1000).awaitCompletion();
        List<String> listed = probe.received().stream().map(ObjectInfo::key).toList();
        assertThat(listed).doesNotHaveDuplicates().contains(stay);
    }

    /** Lets the store do what it does anyway, by asking it for something else. */
    private void settle() {
        none(store().head("no-such-key"));
    }

    private static String[] manyKeys() {
        return IntStream.range(0, 25).mapToObj(i -> "many/%02d".formatted(i)).toArray(String[]::new);
    }

    private List<String> list(String prefix) {
        return all(store().list(prefix).map(ObjectInfo::key));
    }

    private void assertKeys(List<String> listed, String... expected) {
        Samples.assertListed(store(), listed, expected);
    }
}
