package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import org.junit.jupiter.api.Test;

/** Deleting one object: gone once acknowledged, and fine if it was absent. */
@Needs(Need.DELETES)
public interface DeleteContract extends StoreContract {

    @Test
    default void deletedObject_isGoneEverywhere() {
        given(KEY, 10);
        one(store().getBytes(KEY));
        none(store().delete(KEY));
        none(store().get(KEY));
        none(store().head(KEY));
        assertThat(one(store().exists(KEY))).isFalse();
        assertThat(keys()).isEmpty();
        failure(ObjectNotFoundException.class, store().read(KEY));
    }

    @Test
    default void deleteOfAnAbsentObject_isFine() {
        none(store().delete(KEY));
    }

    @Test
    default void secondDelete_isFine() {
        given(KEY, 10);
        none(store().delete(KEY));
        none(store().delete(KEY));
        none(store().get(KEY));
    }

    @Test
    default void delete_leavesOtherKeysAlone() {
        givenKeys("foo", "foo/bar", "foo-bar", "fo", "foo.");
        none(store().delete("foo"));
        Samples.assertListed(store(), keys(), "foo/bar", "foo-bar", "fo", "foo.");
    }

    @Test
    default void deleteOfADirectoryName_leavesItsObjects() {
        givenKeys("foo/bar", "foo/baz");
        none(store().delete("foo"));
        none(store().delete("foo/"));
        Samples.assertListed(store(), keys(), "foo/bar", "foo/baz");
    }

    @Test
    @Needs(Need.WRITES)
    default void putAfterADelete_writesANewObject() {
        given(KEY, "old");
        none(store().delete(KEY));
        done(store().put(KEY, Content.text("new")));
        assertThat(textOf(KEY)).isEqualTo("new");
    }

    @Test
    @Needs(Need.CONDITIONAL_DELETE)
    default void deleteIfMatchOfTheEtag_deletes() {
        String etag = given(KEY, 10).etag();
        none(store().delete(KEY, DeleteOptions.defaults().withIfMatch(etag)));
        none(store().get(KEY));
    }

    @Test
    @Needs(Need.CONDITIONAL_DELETE)
    default void deleteIfMatchOfAnotherEtag_failsAndDeletesNothing() {
        given(KEY, "old");
        var error = failure(
                PreconditionFailedException.class,
                store().delete(KEY, DeleteOptions.defaults().withIfMatch("another")));
        assertThat(error.retryable()).isFalse();
        assertThat(textOf(KEY)).isEqualTo("old");
    }

    @Test
    @Needs(Need.CONDITIONAL_DELETE)
    default void deleteIfMatchOfAStaleEtag_failsAndDeletesNothing() {
        String stale = given(KEY, "old").etag();
        replaced(KEY, "new");
        failure(
                PreconditionFailedException.class,
                store().delete(KEY, DeleteOptions.defaults().withIfMatch(stale)));
        assertThat(textOf(KEY)).isEqualTo("new");
    }

    @Test
    @Needs(Need.CONDITIONAL_DELETE)
    default void deleteIfMatchOfAnAbsentObject_isFine() {
        none(store().delete(KEY, DeleteOptions.defaults().withIfMatch("etag")));
    }
}
