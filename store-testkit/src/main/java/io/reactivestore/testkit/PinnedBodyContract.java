package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.StoreException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** A body is that of one version: if the object is replaced meanwhile, its old bytes or an error, never a mix. */
public interface PinnedBodyContract extends StoreContract {

    /** Two versions of one length, so that only the bytes tell them apart. */
    String OLD = "o".repeat(40);

    String NEW = "n".repeat(40);

    /** The smallest first part, so that most of a body is still to come. */
    ReadOptions SMALL_PARTS = ReadOptions.defaults().withChunkBytes(4).withFirstPartBytes(4);

    @Test
    default void objectReplacedBeforeItsBodyIsRead_givesOldBytesOrAnError() {
        given(KEY, OLD);
        StoredObject object = one(store().get(KEY, SMALL_PARTS));
        replaced(KEY, NEW);
        assertOldOrFailed(object);
    }

    @Test
    default void objectReplacedMidway_givesOldBytesOrAnError() {
        given(KEY, OLD);
        Probe<ByteBuffer> probe =
                Probe.of(this, one(store().get(KEY, SMALL_PARTS)).body()).ask(1).awaitReceived(1);
        replaced(KEY, NEW);
        assertOldOrFailed(probe);
        assertThat(textOf(KEY)).isEqualTo(NEW);
    }

    @Test
    default void objectReplacedByAShorterOneMidway_givesOldBytesOrAnError() {
        given(KEY, OLD);
        Probe<ByteBuffer> probe =
                Probe.of(this, one(store().get(KEY, SMALL_PARTS)).body()).ask(1).awaitReceived(1);
        replaced(KEY, "n");
        assertOldOrFailed(probe);
        assertThat(textOf(KEY)).isEqualTo("n");
    }

    @Test
    default void objectReplacedBetweenTwoSubscriptions_givesOldBytesOrAnError() {
        given(KEY, OLD);
        StoredObject object = one(store().get(KEY, SMALL_PARTS));
        assertThat(one(object.text())).isEqualTo(OLD);
        replaced(KEY, NEW);
        assertOldOrFailed(object);
        assertOldOrFailed(object);
    }

    @Test
    default void objectReplacedDuringARange_givesOldBytesOrAnError() {
        given(KEY, OLD);
        ReadOptions options = SMALL_PARTS.withRange(ByteRange.of(5, 35));
        Probe<ByteBuffer> probe =
                Probe.of(this, store().read(KEY, options)).ask(1).awaitReceived(1);
        replaced(KEY, NEW);
        assertOldOrFailed(probe.ask(1000).awaitEnd(), 30);
    }

    @Test
    default void objectDeletedMidway_givesOldBytesOrAnError() {
        given(KEY, OLD);
        Probe<ByteBuffer> probe =
                Probe.of(this, one(store().get(KEY, SMALL_PARTS)).body()).ask(1).awaitReceived(1);
        removed(KEY);
        assertOldOrFailed(probe);
    }

    @Test
    default void answerOfAnOldVersion_keepsItsFacts() {
        String etag = given(KEY, OLD).etag();
        StoredObject object = one(store().get(KEY));
        replaced(KEY, "new");
        assertThat(object.info().etag()).isEqualTo(etag);
        assertThat(object.info().size()).isEqualTo(40);
        assertThat(object.span().length()).isEqualTo(40);
    }

    @Test
    default void newGetAfterAReplacement_givesTheNewBytes() {
        given(KEY, OLD);
        one(store().get(KEY));
        replaced(KEY, NEW);
        assertThat(textOf(KEY)).isEqualTo(NEW);
    }

    private void assertOldOrFailed(StoredObject object) {
        assertOldOrFailed(Probe.of(this, object.body()));
    }

    private void assertOldOrFailed(Probe<ByteBuffer> probe) {
        assertOldOrFailed(probe.ask(1000).awaitEnd(), OLD.length());
    }

    private static void assertOldOrFailed(Probe<ByteBuffer> ended, int length) {
        String text = Samples.text(Samples.join(ended.received()));
        assertThat(text).as("bytes of the old version only").isEqualTo("o".repeat(text.length()));
        if (ended.hasFailed()) {
            StoreException error = ended.awaitError(StoreException.class);
            assertThat(error).isInstanceOfAny(ObjectChangedException.class, ObjectNotFoundException.class);
        } else {
            assertThat(text).hasSize(length);
        }
    }
}
