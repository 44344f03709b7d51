package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.PutResult;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.PreconditionFailedException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Puts under conditions: a put whose condition does not hold changes nothing. */
@Needs({Need.WRITES, Need.CONDITIONAL_PUT})
public interface ConditionalWriteContract extends StoreContract {

    @Test
    default void putIfAbsentOption_writesANewObject() {
        ObjectInfo info = one(store().put(KEY, Content.text("new"), ifAbsent()));
        assertThat(info.size()).isEqualTo(3);
        assertThat(textOf(KEY)).isEqualTo("new");
    }

    @Test
    default void putIfAbsentOption_overAnObject_failsAndChangesNothing() {
        String etag = given(KEY, "old").etag();
        assertRefused(Content.text("new"), ifAbsent());
        assertThat(one(store().head(KEY)).etag()).isEqualTo(etag);
    }

    @Test
    default void putIfAbsentOption_overAnEmptyObject_fails() {
        given(KEY, Content.empty());
        failure(PreconditionFailedException.class, store().put(KEY, Content.text("new"), ifAbsent()));
        assertThat(textOf(KEY)).isEmpty();
    }

    @Test
    @Needs(Need.DELETES)
    default void putIfAbsentOption_afterADelete_writes() {
        given(KEY, "old");
        done(store().delete(KEY));
        done(store().put(KEY, Content.text("new"), ifAbsent()));
        assertThat(textOf(KEY)).isEqualTo("new");
    }

    @Test
    default void putIfAbsentOption_besideKeysThatContinueIt_writes() {
        givenKeys(KEY + "/c", KEY + "x");
        done(store().put(KEY, Content.text("new"), ifAbsent()));
        assertThat(textOf(KEY)).isEqualTo("new");
    }

    @Test
    default void putIfMatchOption_ofTheEtag_writes() {
        String etag = given(KEY, "old").etag();
        ObjectInfo info = one(store().put(KEY, Content.text("new"), ifMatch(etag)));
        assertThat(info.etag()).isNotEqualTo(etag);
        assertThat(textOf(KEY)).isEqualTo("new");
    }

    @Test
    default void putIfMatchOption_ofAStaleEtag_failsAndChangesNothing() {
        String stale = given(KEY, "older").etag();
        replaced(KEY, "old");
        assertRefused(Content.text("new"), ifMatch(stale));
    }

    @Test
    default void putIfMatchOption_ofAForeignEtag_failsAndChangesNothing() {
        String foreign = given("another", "other bytes").etag();
        given(KEY, "old");
        assertRefused(Content.text("new"), ifMatch(foreign));
        assertRefused(Content.text("new"), ifMatch("no-etag-of-anything"));
    }

    @Test
    default void putIfMatchOption_ofAnAbsentObject_failsAndWritesNothing() {
        failure(PreconditionFailedException.class, store().put(KEY, Content.text("new"), ifMatch("etag")));
        none(store().get(KEY));
    }

    @Test
    default void putIfMatchOption_ofTheEtagOfAHead_writes() {
        given(KEY, "old");
        String etag = one(store().head(KEY)).etag();
        done(store().put(KEY, Content.text("new"), ifMatch(etag)));
        assertThat(textOf(KEY)).isEqualTo("new");
    }

    @Test
    default void chainOfPuts_goesFromEtagToEtag() {
        String etag = given(KEY, "0").etag();
        for (int i = 1; i <= 3; i++) {
            etag = one(store().put(KEY, Content.text("number " + i), ifMatch(etag)))
                    .etag();
        }
        assertThat(textOf(KEY)).isEqualTo("number 3");
    }

    @Test
    default void conditionalPutOfStreamedContent_isJudgedToo() {
        String etag = given(KEY, "old").etag();
        Content streamed = Content.publisher(Flux.just(ByteBuffer.wrap(Samples.bytes(100))))
                .asReplayable();
        assertRefused(streamed, ifAbsent());
        assertRefused(streamed, ifMatch("another"));
        done(store().put(KEY, streamed, ifMatch(etag)));
        assertThat(one(store().getByteArray(KEY))).isEqualTo(Samples.bytes(100));
    }

    @Test
    default void putIfAbsent_answersWhetherItWrote() {
        PutResult first = one(store().putIfAbsent(KEY, Content.text("first")));
        assertThat(first.stored()).isTrue();
        assertThat(first.info()).isNotNull();
        PutResult second = one(store().putIfAbsent(KEY, Content.text("second")));
        assertThat(second.stored()).isFalse();
        assertThat(second.info()).isNull();
        assertThat(textOf(KEY)).isEqualTo("first");
    }

    @Test
    default void putIfMatch_answersWhetherItWrote() {
        String etag = given(KEY, "old").etag();
        assertThat(one(store().putIfMatch(KEY, "another", Content.text("lost"))).stored())
                .isFalse();
        assertThat(textOf(KEY)).isEqualTo("old");
        assertThat(one(store().putIfMatch(KEY, etag, Content.text("won"))).stored())
                .isTrue();
        assertThat(textOf(KEY)).isEqualTo("won");
        assertThat(one(store().putIfMatch(KEY, etag, Content.text("late"))).stored())
                .isFalse();
        assertThat(one(store().putIfMatch("absent", etag, Content.text("lost"))).stored())
                .isFalse();
    }

    @Test
    default void refusalOfSomethingElse_isNoAnswerToAPut() {
        var elsewhere = new PreconditionFailedException("get", "elsewhere", "refused elsewhere", null);
        Content content = Content.publisher(Flux.error(elsewhere)).asReplayable();
        assertThat(failure(PreconditionFailedException.class, store().putIfAbsent(KEY, content)))
                .isSameAs(elsewhere);
        String etag = given(KEY, "old").etag();
        assertThat(failure(PreconditionFailedException.class, store().putIfMatch(KEY, etag, content)))
                .isSameAs(elsewhere);
        assertThat(textOf(KEY)).isEqualTo("old");
    }

    private void assertRefused(Content content, WriteOptions options) {
        var error = failure(PreconditionFailedException.class, store().put(KEY, content, options));
        assertThat(error.retryable()).isFalse();
        assertThat(textOf(KEY)).isEqualTo("old");
    }

    private static WriteOptions ifAbsent() {
        return WriteOptions.defaults().withIfAbsent();
    }

    private static WriteOptions ifMatch(String etag) {
        return WriteOptions.defaults().withIfMatch(etag);
    }
}
