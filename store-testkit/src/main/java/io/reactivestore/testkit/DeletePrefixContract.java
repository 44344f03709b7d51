package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Deleting every object with a prefix, which is a plain string. */
@Needs(Need.DELETES)
public interface DeletePrefixContract extends StoreContract {

    @Test
    default void deletedPrefix_takesAllItsObjects_andTellsHowMany() {
        givenKeys("foo/a", "foo/b", "foo/c/d", "other");
        assertThat(one(store().deletePrefix("foo/"))).isEqualTo(3);
        assertThat(keys()).containsExactly("other");
        none(store().get("foo/a"));
    }

    @Test
    default void deletedDirectory_keepsKeysThatOnlyLookLikeIt() {
        givenKeys("foo", "foo-bar", "foo.bar", "foo/bar", "foo0", "fo/o");
        assertThat(one(store().deletePrefix("foo/"))).isEqualTo(1);
        Samples.assertListed(store(), keys(), "foo", "foo-bar", "foo.bar", "foo0", "fo/o");
    }

    @Test
    default void deletedPrefixWithoutSlash_isAPlainString() {
        givenKeys("foo", "foo-bar", "foo/bar", "fo", "fp");
        assertThat(one(store().deletePrefix("foo"))).isEqualTo(3);
        Samples.assertListed(store(), keys(), "fo", "fp");
    }

    @Test
    default void deletedEmptyPrefix_emptiesTheStore() {
        givenKeys("a", "b/c", "/d", "ü");
        assertThat(one(store().deletePrefix(""))).isEqualTo(4);
        assertThat(keys()).isEmpty();
        assertThat(one(store().isEmpty(""))).isTrue();
    }

    @Test
    default void deletedPrefixOfNothing_deletesNothing() {
        givenKeys("a");
        assertThat(one(store().deletePrefix("b"))).isZero();
        assertThat(one(store().deletePrefix("a/"))).isZero();
        assertThat(keys()).containsExactly("a");
    }

    @Test
    default void deletedEmptyPrefixOfAnEmptyStore_deletesNothing() {
        assertThat(one(store().deletePrefix(""))).isZero();
    }

    @Test
    default void deletedPrefixThatIsAKey_takesTheObjectToo() {
        givenKeys("dir/", "dir/a", "dir");
        assertThat(one(store().deletePrefix("dir/"))).isEqualTo(2);
        assertThat(keys()).containsExactly("dir");
    }

    @Test
    default void deletedPrefixWithOddCharacters_isTakenLiterally() {
        givenKeys("a%2Fb", "a/b", "a*b", "a.b", "aXb");
        assertThat(one(store().deletePrefix("a%2F"))).isEqualTo(1);
        assertThat(one(store().deletePrefix("a*"))).isEqualTo(1);
        assertThat(one(store().deletePrefix("a."))).isEqualTo(1);
        Samples.assertListed(store(), keys(), "a/b", "aXb");
    }

    @Test
    default void deletedPrefixOfManyObjects_takesThemAll() {
        givenKeys(IntStream.range(0, 40).mapToObj(i -> "many/" + i).toArray(String[]::new));
        givenKeys("none");
        assertThat(one(store().deletePrefix("many/"))).isEqualTo(40);
        assertThat(keys()).containsExactly("none");
    }

    @Test
    default void deletedPrefixAgain_findsOnlyWhatIsNew() {
        givenKeys("a/1", "a/2");
        assertThat(one(store().deletePrefix("a/"))).isEqualTo(2);
        assertThat(one(store().deletePrefix("a/"))).isZero();
    }
}
