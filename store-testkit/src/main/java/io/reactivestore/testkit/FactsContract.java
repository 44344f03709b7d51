package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** What a store tells about objects without reading them: head, exists, size, sizeOf, isEmpty. */
public interface FactsContract extends StoreContract {

    @Test
    default void head_agreesWithPutGetAndList() {
        ObjectInfo written = given(KEY, 10);
        ObjectInfo head = one(store().head(KEY));
        ObjectInfo read = one(store().get(KEY)).info();
        ObjectInfo listed = one(store().list("").single());
        assertThat(head.key()).isEqualTo(KEY);
        assertThat(head.size()).isEqualTo(10);
        assertThat(head.etag()).isEqualTo(written.etag());
        assertThat(head.version()).isEqualTo(written.version());
        assertThat(head.attributes()).isNotNull();
        assertThat(read).isEqualTo(head);
        assertThat(listed.etag()).isEqualTo(head.etag());
        assertThat(listed.size()).isEqualTo(head.size());
        assertThat(seconds(listed)).isEqualTo(seconds(head));
    }

    @Test
    default void etag_isBareAndStaysWhileTheObjectDoes() {
        given(KEY, 10);
        String etag = one(store().head(KEY)).etag();
        assertThat(etag).isNotEmpty().doesNotContain("\"").doesNotStartWith("W/");
        one(store().getBytes(KEY));
        assertThat(one(store().head(KEY)).etag()).isEqualTo(etag);
    }

    @Test
    default void otherBytes_haveAnotherEtag() {
        String old = given(KEY, "old").etag();
        assertThat(one(store().head(KEY)).etag()).isEqualTo(old);
        replaced(KEY, "new");
        assertThat(one(store().head(KEY)).etag()).isNotEqualTo(old);
    }

    @Test
    default void lastModified_isNow() {
        given(KEY, 10);
        // Clocks of servers differ; an hour tells a wrong zone from a wrong clock.
        assertThat(one(store().head(KEY)).lastModified())
                .isBetween(
                        Instant.now().minus(Duration.ofMinutes(59)),
                        Instant.now().plus(Duration.ofMinutes(59)));
    }

    @Test
    default void lastModified_staysWhileTheObjectDoes() {
        given(KEY, 10);
        Instant first = one(store().head(KEY)).lastModified();
        one(store().getBytes(KEY));
        assertThat(one(store().head(KEY)).lastModified()).isEqualTo(first);
    }

    @Test
    default void exists_isTrueForObjectsOnly() {
        given(KEY, 10);
        assertThat(one(store().exists(KEY))).isTrue();
        assertThat(one(store().exists("a"))).isFalse();
        assertThat(one(store().exists("a/"))).isFalse();
        assertThat(one(store().exists(KEY + "x"))).isFalse();
    }

    @Test
    default void exists_isFalseAfterTheObjectWentAway() {
        given(KEY, 10);
        assertThat(one(store().exists(KEY))).isTrue();
        removed(KEY);
        assertThat(one(store().exists(KEY))).isFalse();
        none(store().size(KEY));
    }

    @Test
    default void size_isThatOfTheBytes() {
        given(KEY, 12345);
        assertThat(one(store().size(KEY))).isEqualTo(12345);
        given("utf8", "ü€🚀");
        assertThat(one(store().size("utf8"))).isEqualTo(9);
    }

    @Test
    default void size_isThatOfTheNewBytesAfterAReplacement() {
        given(KEY, 10);
        assertThat(one(store().size(KEY))).isEqualTo(10);
        replaced(KEY, "abc");
        assertThat(one(store().size(KEY))).isEqualTo(3);
    }

    @Test
    default void sizeOf_sumsWhatHasThePrefix() {
        given("foo/a", 1);
        given("foo/b/c", 20);
        given("foo-bar", 300);
        assertThat(one(store().sizeOf("foo/"))).isEqualTo(21);
        assertThat(one(store().sizeOf("foo"))).isEqualTo(321);
        assertThat(one(store().sizeOf(""))).isEqualTo(321);
        assertThat(one(store().sizeOf("bar"))).isZero();
    }

    @Test
    default void isEmpty_asksForThePlainPrefix() {
        assertThat(one(store().isEmpty(""))).isTrue();
        givenKeys("foo/bar");
        assertThat(one(store().isEmpty(""))).isFalse();
        assertThat(one(store().isEmpty("fo"))).isFalse();
        assertThat(one(store().isEmpty("foo/"))).isFalse();
        assertThat(one(store().isEmpty("foo/bar"))).isFalse();
        assertThat(one(store().isEmpty("foo/bar/"))).isTrue();
        assertThat(one(store().isEmpty("oo"))).isTrue();
    }

    @Test
    default void factsOfAnAbsentObject_areEmpty() {
        Store store = store();
        none(store.head(KEY));
        none(store.size(KEY));
        assertThat(one(store.exists(KEY))).isFalse();
    }

    private static Instant seconds(ObjectInfo info) {
        return info.lastModified().truncatedTo(ChronoUnit.SECONDS);
    }
}
