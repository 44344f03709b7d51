package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import org.junit.jupiter.api.Test;

/** Copies within a store, and renames, which are a copy and a delete. */
@Needs(Need.WRITES)
public interface CopyContract extends StoreContract {

    @Test
    default void copy_hasTheBytesOfItsSource_whichStays() {
        given(KEY, "text");
        ObjectInfo copy = one(store().copy(KEY, "copy"));
        assertThat(copy.key()).isEqualTo("copy");
        assertThat(copy.size()).isEqualTo(4);
        assertThat(copy.etag()).isEqualTo(one(store().head("copy")).etag());
        assertThat(textOf("copy")).isEqualTo("text");
        assertThat(textOf(KEY)).isEqualTo("text");
        Samples.assertListed(store(), keys(), KEY, "copy");
    }

    @Test
    default void copyOfAnAbsentObject_failsAndWritesNothing() {
        failure(ObjectNotFoundException.class, store().copy(KEY, "copy"));
        none(store().get("copy"));
    }

    @Test
    default void copyOfADirectoryName_fails() {
        givenKeys("a/b");
        failure(ObjectNotFoundException.class, store().copy("a", "copy"));
        assertThat(keys()).containsExactly("a/b");
    }

    @Test
    default void copyOverAnObject_replacesIt() {
        given(KEY, "new");
        given("copy", "the old one");
        assertThat(textOf("copy")).isEqualTo("the old one");
        done(store().copy(KEY, "copy"));
        assertThat(textOf("copy")).isEqualTo("new");
        assertThat(one(store().size("copy"))).isEqualTo(3);
    }

    @Test
    default void copyIntoNewDirectories_works() {
        given("a", "text");
        done(store().copy("a", "x/y/z/a"));
        done(store().copy("x/y/z/a", "a/below/itself"));
        assertThat(textOf("a/below/itself")).isEqualTo("text");
    }

    @Test
    default void copy_isIndependentOfItsSource() {
        given(KEY, "text");
        done(store().copy(KEY, "copy"));
        done(store().put(KEY, Content.text("changed")));
        assertThat(textOf("copy")).isEqualTo("text");
    }

    @Test
    default void copyOfAnEmptyObject_isEmpty() {
        given(KEY, Content.empty());
        assertThat(one(store().copy(KEY, "copy")).size()).isZero();
        assertThat(textOf("copy")).isEmpty();
    }

    @Test
    @Needs(Need.ATTRIBUTES)
    default void copyWithoutAttributes_keepsThoseOfItsSource() {
        Attributes attributes = Attributes.none().withContentType("text/plain").withUserMetadata("a", "b");
        done(store().put(KEY, Content.text("text"), WriteOptions.defaults().withAttributes(attributes)));
        done(store().copy(KEY, "copy"));
        assertThat(one(store().head("copy")).attributes()).isEqualTo(attributes);
    }

    @Test
    @Needs(Need.ATTRIBUTES)
    default void copyWithAttributes_hasTheseInstead() {
        Attributes old = Attributes.none().withContentType("text/plain").withUserMetadata("a", "b");
        done(store().put(KEY, Content.text("text"), WriteOptions.defaults().withAttributes(old)));
        Attributes other = Attributes.none().withContentType("text/html").withUserMetadata("c", "d");
        done(store().copy(KEY, "copy", WriteOptions.defaults().withAttributes(other)));
        assertThat(one(store().head("copy")).attributes()).isEqualTo(other);
        assertThat(one(store().head(KEY)).attributes()).isEqualTo(old);
    }

    @Test
    @Needs(Need.ATTRIBUTES)
    default void copyOntoItself_changesTheAttributesOnly() {
        given(KEY, "text");
        Attributes attributes = Attributes.none().withContentType("text/html");
        done(store().copy(KEY, KEY, WriteOptions.defaults().withAttributes(attributes)));
        assertThat(one(store().head(KEY)).attributes()).isEqualTo(attributes);
        assertThat(textOf(KEY)).isEqualTo("text");
    }

    @Test
    default void copyOntoItselfWithoutAttributes_isRefusedAtTheCall() {
        assertThatThrownBy(() -> store().copy(KEY, KEY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("copy: ");
    }

    @Test
    @Needs(Need.CONDITIONAL_COPY)
    default void copyIfAbsent_toANewKey_copies() {
        given(KEY, "text");
        done(store().copy(KEY, "copy", WriteOptions.defaults().withIfAbsent()));
        assertThat(textOf("copy")).isEqualTo("text");
    }

    @Test
    @Needs(Need.CONDITIONAL_COPY)
    default void copyIfAbsent_overAnObject_failsAndChangesNothing() {
        given(KEY, "new");
        given("copy", "old");
        failure(
                PreconditionFailedException.class,
                store().copy(KEY, "copy", WriteOptions.defaults().withIfAbsent()));
        assertThat(textOf("copy")).isEqualTo("old");
    }

    @Test
    @Needs(Need.CONDITIONAL_COPY)
    default void copyIfMatch_judgesTheTarget() {
        given(KEY, "new");
        String etag = given("copy", "old").etag();
        WriteOptions another = WriteOptions.defaults().withIfMatch("another");
        failure(PreconditionFailedException.class, store().copy(KEY, "copy", another));
        failure(PreconditionFailedException.class, store().copy(KEY, "absent", another));
        assertThat(textOf("copy")).isEqualTo("old");
        done(store().copy(KEY, "copy", WriteOptions.defaults().withIfMatch(etag)));
        assertThat(textOf("copy")).isEqualTo("new");
    }

    @Test
    @Needs(Need.DELETES)
    default void rename_movesTheObject() {
        given(KEY, "text");
        ObjectInfo moved = one(store().rename(KEY, "x/y"));
        assertThat(moved.key()).isEqualTo("x/y");
        assertThat(textOf("x/y")).isEqualTo("text");
        none(store().get(KEY));
        assertThat(keys()).containsExactly("x/y");
    }

    @Test
    @Needs(Need.DELETES)
    default void renameOverAnObject_replacesIt() {
        given(KEY, "new");
        given("target", "old");
        done(store().rename(KEY, "target"));
        assertThat(textOf("target")).isEqualTo("new");
        assertThat(keys()).containsExactly("target");
    }

    @Test
    @Needs(Need.DELETES)
    default void renameOfAnAbsentObject_failsAndChangesNothing() {
        given("target", "old");
        failure(ObjectNotFoundException.class, store().rename(KEY, "target"));
        assertThat(textOf("target")).isEqualTo("old");
    }

    @Test
    default void renameOntoItself_isRefusedAtTheCall() {
        assertThatThrownBy(() -> store().rename(KEY, KEY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("rename: ");
    }
}
