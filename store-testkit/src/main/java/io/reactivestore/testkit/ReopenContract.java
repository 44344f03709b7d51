package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.WriteOptions;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Stores whose objects outlive them: what was written is there when the place is opened again. Not for stores in memory. */
@Needs(Need.WRITES)
public interface ReopenContract extends StoreContract {

    /** Another store over the place of {@link #store()}, which is closed by then. The test closes it. */
    Store reopened();

    @Test
    default void objects_areThereAfterReopening() {
        given(KEY, 1000);
        ObjectInfo before = one(store().head(KEY));
        afterReopening(store -> {
            assertThat(one(store.getByteArray(KEY))).isEqualTo(Samples.bytes(1000));
            assertThat(one(store.head(KEY))).isEqualTo(before);
        });
    }

    @Test
    @Needs(Need.ATTRIBUTES)
    default void attributes_areThereAfterReopening() {
        Attributes attributes = Attributes.none().withContentType("text/plain").withUserMetadata("a", "ü b");
        done(store().put(KEY, Content.text("text"), WriteOptions.defaults().withAttributes(attributes)));
        afterReopening(store -> assertThat(one(store.head(KEY)).attributes()).isEqualTo(attributes));
    }

    @Test
    default void listing_isTheSameAfterReopening() {
        givenKeys("b", "a/b", "a", "ü", "\uD83D\uDE80", "\uFF61", "a//b", "a%2Fb", ".", "..");
        List<ObjectInfo> before = all(store().list(""));
        afterReopening(store -> assertThat(all(store.list(""))).isEqualTo(before));
    }

    @Test
    @Needs(Need.DELETES)
    default void deletedAndReplacedObjects_stayDeletedAndReplacedAfterReopening() {
        given("deleted", "old");
        given("replaced", "old");
        none(store().delete("deleted"));
        done(store().put("replaced", Content.text("new")));
        afterReopening(store -> {
            none(store.get("deleted"));
            assertThat(one(store.getText("replaced"))).isEqualTo("new");
        });
    }

    @Test
    @Needs(Need.CONDITIONAL_PUT)
    default void etags_holdAfterReopening() {
        String etag = given(KEY, "old").etag();
        afterReopening(store -> {
            assertThat(one(store.putIfMatch(KEY, "another", Content.text("lost")))
                            .stored())
                    .isFalse();
            assertThat(one(store.putIfMatch(KEY, etag, Content.text("new"))).stored())
                    .isTrue();
        });
    }

    private void afterReopening(Consumer<Store> test) {
        done(store().close());
        Store reopened = reopened();
        try {
            test.accept(reopened);
        } finally {
            done(reopened.close());
        }
    }
}
