package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ReadOptions;
import io.reactivestore.error.ObjectNotFoundException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stores that keep old versions: each stays readable, and can be deleted, by its id. */
@Needs({Need.WRITES, Need.VERSIONS})
public interface VersionsContract extends StoreContract {

    @Test
    default void oldVersion_staysReadable() {
        String first = write("first");
        String second = write("second");
        assertThat(first).isNotEqualTo(second);
        assertThat(textOf(KEY)).isEqualTo("second");
        assertThat(one(one(store().get(KEY, version(first))).text())).isEqualTo("first");
        assertThat(one(one(store().get(KEY, version(second))).text())).isEqualTo("second");
    }

    @Test
    default void headOfAnOldVersion_tellsItsFacts() {
        String first = write("first");
        write("second!");
        assertThat(one(store().head(KEY, version(first))).size()).isEqualTo(5);
        assertThat(one(store().head(KEY)).size()).isEqualTo(7);
    }

    @Test
    default void rangesOfAnOldVersion_areOfItsBytes() {
        String first = write("first");
        write("second");
        var ranges = store().getRanges(KEY, List.of(ByteRange.of(1, 3)), version(first));
        assertThat(Samples.text(one(ranges.single()).bytes())).isEqualTo("ir");
    }

    @Test
    @Needs(Need.DELETES)
    default void oldVersion_staysReadableAfterADelete() {
        String first = write("first");
        done(store().delete(KEY));
        none(store().get(KEY));
        assertThat(one(one(store().get(KEY, version(first))).text())).isEqualTo("first");
    }

    @Test
    @Needs(Need.DELETES)
    default void deletedVersion_isGone_andTheOthersStay() {
        String first = write("first");
        write("second");
        done(store().delete(KEY, DeleteOptions.defaults().withVersion(first)));
        none(store().get(KEY, version(first)));
        assertThat(textOf(KEY)).isEqualTo("second");
    }

    @Test
    default void unknownVersion_isAbsent() {
        write("first");
        ReadOptions unknown = version("no-such-version");
        none(store().get(KEY, unknown));
        none(store().head(KEY, unknown));
        failure(ObjectNotFoundException.class, store().read(KEY, unknown));
    }

    @Test
    @Needs(Need.DELETES)
    default void deleteOfAnUnknownVersion_leavesTheObject() {
        write("first");
        none(store().delete(KEY, DeleteOptions.defaults().withVersion("no-such-version")));
        assertThat(textOf(KEY)).isEqualTo("first");
    }

    private String write(String text) {
        return String.valueOf(one(store().put(KEY, Content.text(text))).version());
    }

    private static ReadOptions version(String version) {
        return ReadOptions.defaults().withVersion(version);
    }
}
