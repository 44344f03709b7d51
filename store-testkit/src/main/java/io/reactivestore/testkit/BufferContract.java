package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Buffers belong to whoever gets them: read-only, on the heap, and none shares its position with another. */
public interface BufferContract extends StoreContract {

    @Test
    default void buffersOfABody_areReadOnlyAndOnTheHeap() {
        given(KEY, 100);
        assertThat(all(store().read(KEY, ReadOptions.defaults().withChunkBytes(30))))
                .isNotEmpty()
                .allSatisfy(BufferContract::assertGivenAway);
    }

    @Test
    default void bufferOfAllBytes_isReadOnlyAndOnTheHeap() {
        given(KEY, 100);
        assertGivenAway(one(store().getBytes(KEY)));
    }

    @Test
    default void buffersConsumedBySomebody_areFullForTheNext() {
        given(KEY, 100);
        Flux<ByteBuffer> body =
                one(store().get(KEY, ReadOptions.defaults().withChunkBytes(30))).body();
        all(body).forEach(buffer -> buffer.position(buffer.limit()));
        assertThat(Samples.join(all(body))).isEqualTo(Samples.bytes(100));
        all(store().read(KEY)).forEach(buffer -> buffer.limit(buffer.position()));
        assertThat(Samples.join(all(store().read(KEY)))).isEqualTo(Samples.bytes(100));
    }

    @Test
    default void buffersOfTwoSubscribers_haveTheirOwnPositions() {
        given(KEY, 100);
        Flux<ByteBuffer> body = one(store().get(KEY)).body();
        List<ByteBuffer> first = all(body);
        List<ByteBuffer> second = all(body);
        first.forEach(buffer -> buffer.position(buffer.limit()));
        assertThat(Samples.join(second)).isEqualTo(Samples.bytes(100));
    }

    @Test
    default void collectedBuffers_haveTheirOwnPositions() {
        given(KEY, 100);
        StoredObject object = one(store().get(KEY));
        ByteBuffer first = one(object.bytes());
        first.position(50);
        assertThat(Samples.array(one(object.bytes()))).isEqualTo(Samples.bytes(100));
        assertThat(Samples.array(one(store().getBytes(KEY)))).isEqualTo(Samples.bytes(100));
    }

    @Test
    default void collectedArray_belongsToTheSubscriber() {
        given(KEY, 100);
        StoredObject object = one(store().get(KEY));
        one(object.byteArray())[0]++;
        assertThat(one(object.byteArray())).isEqualTo(Samples.bytes(100));
    }

    @Test
    default void bufferKept_doesNotChangeWithTheObject() {
        given(KEY, "old");
        ByteBuffer kept = one(store().getBytes(KEY));
        replaced(KEY, "new");
        removed(KEY);
        assertThat(Samples.text(kept)).isEqualTo("old");
    }

    private static void assertGivenAway(ByteBuffer buffer) {
        assertThat(buffer.isReadOnly()).as("read-only").isTrue();
        assertThat(buffer.isDirect()).as("off the heap").isFalse();
        assertThat(buffer.hasArray()).as("shows its array").isFalse();
    }
}
