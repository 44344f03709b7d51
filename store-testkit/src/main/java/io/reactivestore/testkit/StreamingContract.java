package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.ReadOptions;
import io.reactivestore.StoredObject;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

/** Bodies as streams: no more than is asked for, no buffer above the chunk size, cancelled and read again at will. */
public interface StreamingContract extends StoreContract {

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 7", "7, 1", "7, 7", "64, 10", "10, 64", "1000, 1000", "16777216, 262144"})
    default void everyChunkAndFirstPartSize_givesTheSameBytes(int chunkBytes, int firstPartBytes) {
        given(KEY, 70);
        ReadOptions options = chunks(chunkBytes).withFirstPartBytes(firstPartBytes);
        List<ByteBuffer> buffers = all(store().read(KEY, options));
        assertThat(Samples.join(buffers)).isEqualTo(Samples.bytes(70));
        assertThat(buffers).allMatch(buffer -> buffer.remaining() >= 1 && buffer.remaining() <= chunkBytes);
    }

    @Test
    default void chunksOfARange_areOfTheChunkSizeToo() {
        given(KEY, 70);
        List<ByteBuffer> buffers =
                all(store().read(KEY, chunks(4).withRange(ByteRange.of(10, 31)).withFirstPartBytes(5)));
        assertThat(Samples.join(buffers)).isEqualTo(Arrays.copyOfRange(Samples.bytes(70), 10, 31));
        assertThat(buffers).allMatch(buffer -> buffer.remaining() >= 1 && buffer.remaining() <= 4);
    }

    @Test
    default void defaultChunks_areOfAtMost64KiB() {
        given(KEY, 200_000);
        List<ByteBuffer> buffers = all(store().read(KEY));
        assertThat(buffers).allMatch(buffer -> buffer.remaining() >= 1 && buffer.remaining() <= 64 << 10);
        assertThat(Samples.join(buffers)).isEqualTo(Samples.bytes(200_000));
    }

    @Test
    default void noDemand_getsNothing() {
        Probe<ByteBuffer> probe = Probe.of(this, body(20, 2));
        settle();
        assertThat(probe.received()).isEmpty();
        assertThat(probe.hasEnded()).isFalse();
        probe.cancel();
    }

    @Test
    default void demandOfOne_getsOneBuffer() {
        Probe<ByteBuffer> probe = Probe.of(this, body(20, 2)).ask(1).awaitReceived(1);
        settle();
        assertThat(probe.received()).hasSize(1);
        assertThat(probe.hasEnded()).isFalse();
        probe.cancel();
    }

    @Test
    default void demandOfN_getsNBuffers() {
        Probe<ByteBuffer> probe = Probe.of(this, body(20, 2)).ask(3).awaitReceived(3);
        settle();
        assertThat(probe.received()).hasSize(3);
        probe.ask(2).awaitReceived(5);
        settle();
        assertThat(probe.received()).hasSize(5);
        probe.cancel();
    }

    @Test
    default void demandOneByOne_getsAllInOrder_andCompletionNeedsNoMore() {
        Probe<ByteBuffer> probe = Probe.of(this, body(20, 3));
        while (Samples.join(probe.received()).length < 20) {
            int before = probe.received().size();
            probe.ask(1).awaitReceived(before + 1);
        }
        probe.awaitCompletion();
        assertThat(Samples.join(probe.received())).isEqualTo(Samples.bytes(20));
    }

    @Test
    default void readOnDemand_getsOneByOne() {
        given(KEY, 20);
        Probe<ByteBuffer> probe = Probe.of(this, store().read(KEY, chunks(2)));
        settle();
        assertThat(probe.received()).isEmpty();
        probe.ask(1).awaitReceived(1);
        settle();
        assertThat(probe.received()).hasSize(1);
        probe.ask(Long.MAX_VALUE).awaitCompletion();
        assertThat(Samples.join(probe.received())).isEqualTo(Samples.bytes(20));
    }

    @Test
    default void bodyCancelledBeforeDemand_givesNothing() {
        Probe<ByteBuffer> probe = Probe.of(this, body(20, 2));
        probe.cancel();
        settle();
        assertThat(probe.received()).isEmpty();
        assertThat(probe.hasEnded()).isFalse();
        assertStillReadable();
    }

    @Test
    default void bodyCancelledMidway_givesNoMore() {
        Probe<ByteBuffer> probe = Probe.of(this, body(20, 2)).ask(3).awaitReceived(3);
        probe.cancel();
        settle();
        assertThat(probe.received()).hasSize(3);
        assertThat(probe.hasEnded()).isFalse();
        assertStillReadable();
    }

    @Test
    default void bodyCancelledAfterItsEnd_isFine() {
        Probe<ByteBuffer> probe = Probe.of(this, body(20, 2)).ask(100).awaitCompletion();
        probe.cancel();
        assertThat(Samples.join(probe.received())).isEqualTo(Samples.bytes(20));
        assertStillReadable();
    }

    @Test
    default void getCancelledAtOnce_isFine() {
        given(KEY, 20);
        Probe<StoredObject> probe = Probe.of(this, store().get(KEY));
        probe.cancel();
        settle();
        assertThat(probe.received()).isEmpty();
        assertStillReadable();
    }

    @Test
    default void manyBodiesCancelledMidway_leaveTheStoreUsable() {
        given(KEY, 20);
        done(Flux.range(0, 100).flatMap(i -> store().read(KEY, chunks(2)).take(1 + i % 3), 8));
        assertStillReadable();
    }

    @Test
    default void unreadAnswers_leaveTheStoreUsable() {
        given(KEY, 20);
        done(Flux.range(0, 100).flatMap(i -> store().get(KEY), 8));
        assertStillReadable();
    }

    @Test
    default void bodySubscribedToAgain_givesAllBytesAgain() {
        Flux<ByteBuffer> body = body(20, 3);
        assertThat(Samples.join(all(body))).isEqualTo(Samples.bytes(20));
        assertThat(Samples.join(all(body))).isEqualTo(Samples.bytes(20));
    }

    @Test
    default void bodySubscribedToAgainAfterACancel_startsOver() {
        Flux<ByteBuffer> body = body(20, 3);
        Probe.of(this, body).ask(2).awaitReceived(2).cancel();
        assertThat(Samples.join(all(body))).isEqualTo(Samples.bytes(20));
    }

    @Test
    default void twoSubscribersOfABody_eachGetAllBytesAtTheirOwnPace() {
        Flux<ByteBuffer> body = body(20, 2);
        Probe<ByteBuffer> slow = Probe.of(this, body).ask(1).awaitReceived(1);
        Probe<ByteBuffer> fast = Probe.of(this, body).ask(100).awaitCompletion();
        settle();
        assertThat(slow.received()).hasSize(1);
        slow.ask(100).awaitCompletion();
        assertThat(Samples.join(fast.received())).isEqualTo(Samples.bytes(20));
        assertThat(Samples.join(slow.received())).isEqualTo(Samples.bytes(20));
    }

    @Test
    default void oneOfTwoSubscribersCancelled_leavesTheOther() {
        Flux<ByteBuffer> body = body(20, 2);
        Probe<ByteBuffer> leaving = Probe.of(this, body).ask(1).awaitReceived(1);
        Probe<ByteBuffer> staying = Probe.of(this, body).ask(1).awaitReceived(1);
        leaving.cancel();
        staying.ask(100).awaitCompletion();
        assertThat(Samples.join(staying.received())).isEqualTo(Samples.bytes(20));
    }

    @Test
    default void collectedBytes_canBeAskedForAgain() {
        given(KEY, 20);
        StoredObject object = one(store().get(KEY, chunks(3)));
        assertThat(one(object.byteArray())).isEqualTo(Samples.bytes(20));
        assertThat(one(object.byteArray())).isEqualTo(Samples.bytes(20));
        assertThat(Samples.array(one(object.bytes()))).isEqualTo(Samples.bytes(20));
    }

    private Flux<ByteBuffer> body(int size, int chunkBytes) {
        given(KEY, size);
        return one(store().get(KEY, chunks(chunkBytes))).body();
    }

    private void assertStillReadable() {
        assertThat(one(store().getByteArray(KEY))).isEqualTo(Samples.bytes(20));
    }

    /** Lets the store do what it does anyway, by asking it for something else. */
    private void settle() {
        none(store().head("no-such-key"));
    }

    private static ReadOptions chunks(int chunkBytes) {
        return ReadOptions.defaults().withChunkBytes(chunkBytes);
    }
}
