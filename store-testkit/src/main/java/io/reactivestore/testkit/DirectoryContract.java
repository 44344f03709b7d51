package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ListEntry;
import io.reactivestore.ObjectInfo;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** Listing one level: the objects right under a directory, and its sub-prefixes, each once. */
public interface DirectoryContract extends StoreContract {

    @Test
    default void root_listsObjectsAndSubPrefixes() {
        givenKeys("a", "b/c", "b/d", "e/f/g", "z");
        assertEntries("", "a", "b/", "e/", "z");
    }

    @Test
    default void directory_listsItsOwnLevelOnly() {
        givenKeys("a/b", "a/c/d", "a/c/e", "a/f/g/h", "b");
        assertEntries("a", "a/b", "a/c/", "a/f/");
    }

    @Test
    default void directoryWithAndWithoutSlash_areTheSame() {
        givenKeys("a/b", "a/c/d");
        assertEntries("a", "a/b", "a/c/");
        assertEntries("a/", "a/b", "a/c/");
    }

    @Test
    default void nestedDirectory_isListed() {
        givenKeys("a/b/c/d", "a/b/c/e", "a/b/f");
        assertEntries("a/b", "a/b/c/", "a/b/f");
        assertEntries("a/b/c/", "a/b/c/d", "a/b/c/e");
    }

    @Test
    default void directory_isNotAPlainPrefix() {
        givenKeys("foo/x", "foo.bar", "foo-bar/x", "foo", "foobar");
        assertEntries("foo", "foo/x");
        assertEntries("fo");
    }

    @Test
    default void emptyStore_hasAnEmptyRoot() {
        none(store().listDirectory(""));
    }

    @Test
    default void absentDirectory_isEmpty() {
        givenKeys("a/b");
        assertEntries("x");
        assertEntries("x/");
        assertEntries("a/c");
    }

    @Test
    default void keyOfAnObject_isAnEmptyDirectory() {
        givenKeys("a/b");
        assertEntries("a/b");
        assertEntries("a/b/");
    }

    @Test
    default void objectAndDirectoryOfOneName_areBothListed() {
        givenKeys("a", "a/b", "a-");
        assertEntries("", "a", "a/", "a-");
    }

    @Test
    default void objectNamedLikeItsDirectory_isListedInIt() {
        givenKeys("a/", "a/b");
        assertEntries("", "a/");
        assertEntries("a", "a/", "a/b");
    }

    @Test
    default void slashesInARow_areDirectoriesWithoutAName() {
        givenKeys("a//b", "/c");
        assertEntries("", "/", "a/");
        assertEntries("a", "a//");
        assertEntries("a//", "a//b");
        assertEntries("/", "/c");
    }

    @Test
    default void listedEntries_tellObjectsFromPrefixes() {
        ObjectInfo written = given("a/file", 10);
        givenKeys("a/directory/x");
        for (ListEntry entry : all(store().listDirectory("a"))) {
            if (entry.isPrefix()) {
                assertThat(entry.name()).isEqualTo("a/directory/");
            } else {
                ObjectInfo info = Objects.requireNonNull(entry.info());
                assertThat(entry.name()).isEqualTo("a/file");
                assertThat(info.key()).isEqualTo("a/file");
                assertThat(info.size()).isEqualTo(10);
                assertThat(info.etag()).isEqualTo(written.etag());
            }
        }
        assertEntries("a", "a/file", "a/directory/");
    }

    @Test
    default void subPrefixOfManyObjects_isListedOnce() {
        givenKeys(IntStream.range(0, 20).mapToObj(i -> "a/many/" + i).toArray(String[]::new));
        givenKeys("a/x");
        assertEntries("a", "a/many/", "a/x");
    }

    @Test
    default void directoryWithAnOddName_isListed() {
        givenKeys("ü b%/c", "ü b%/d/e");
        assertEntries("", "ü b%/");
        assertEntries("ü b%", "ü b%/c", "ü b%/d/");
    }

    @Test
    default void deletedObject_takesItsDirectoryWithIt() {
        givenKeys("a/b/c", "a/d");
        assertEntries("a", "a/b/", "a/d");
        removed("a/b/c");
        assertEntries("a", "a/d");
    }

    @Test
    default void directoryOnDemand_isListedOneByOne() {
        givenKeys("a/1", "a/2/x", "a/2/y", "a/3");
        StepVerifier.create(store().listDirectory("a"), 0)
                .thenRequest(1)
                .expectNextCount(1)
                .thenRequest(2)
                .expectNextCount(2)
                .expectComplete()
                .verify(patience());
    }

    private void assertEntries(String directory, String... expected) {
        List<String> names = all(store().listDirectory(directory).map(ListEntry::name));
        Samples.assertListed(store(), names, expected);
    }
}
