package io.reactivestore.cache.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.apache.kafka.streams.state.internals.ValueAndTimestampSerde;
import org.junit.jupiter.api.Test;

/** Keys and values are, byte for byte, those of Kafka Streams. */
class WindowKeySchemaTest {

    private static final long[] STARTS = {0, 1, 255, 256, 1_700_000_000_000L, Long.MAX_VALUE - 1, Long.MAX_VALUE, -1};
    private static final int[] SEQS = {0, 1, 65_536, Integer.MAX_VALUE};

    @Test
    void storeKey_isKafkas() {
        forEachKey((key, start, seq) -> assertThat(Stage.array(WindowKeySchema.toStoreKey(key(key, start, seq))))
                .isEqualTo(kafka(key, start, seq)));
    }

    @Test
    void kafkasStoreKey_isRead() {
        forEachKey(
                (key, start, seq) -> assertThat(WindowKeySchema.fromStoreKey(ByteBuffer.wrap(kafka(key, start, seq))))
                        .isEqualTo(key(key, start, seq)));
    }

    @Test
    void wrappedValue_isKafkas() {
        try (var kafka = new ValueAndTimestampSerde<>(Serdes.ByteArray())) {
            for (long time : STARTS) {
                byte[] theirs = kafka.serializer().serialize("topic", ValueAndTimestamp.make(new byte[] {1, -1}, time));
                ByteBuffer ours = WindowKeySchema.wrap(time, ByteBuffer.wrap(new byte[] {1, -1}));
                assertThat(Stage.array(ours)).isEqualTo(theirs);
                assertThat(WindowKeySchema.recordTimestamp(ByteBuffer.wrap(theirs)))
                        .isEqualTo(time);
                assertThat(Stage.array(WindowKeySchema.unwrap(ByteBuffer.wrap(theirs))))
                        .containsExactly(1, -1);
            }
        }
    }

    @Test
    void emptyValue_isItsTimeAlone() {
        ByteBuffer wrapped = WindowKeySchema.wrap(5, ByteBuffer.allocate(0));
        assertThat(Stage.array(wrapped)).containsExactly(0, 0, 0, 0, 0, 0, 0, 5);
        assertThat(WindowKeySchema.unwrap(wrapped).remaining()).isZero();
    }

    @Test
    void bytesWithinLargerBuffers_areReadFromTheirPosition() {
        ByteBuffer larger = ByteBuffer.wrap(new byte[] {9, 'a', 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 2, 9});
        assertThat(WindowKeySchema.fromStoreKey(larger.slice(1, 13))).isEqualTo(key(new byte[] {'a'}, 5, 2));
        assertThat(WindowKeySchema.fromStoreKey(larger.position(1).limit(14))).isEqualTo(key(new byte[] {'a'}, 5, 2));
        assertThat(larger.position()).isEqualTo(1);
    }

    @Test
    void bytesTooShort_areRefused() {
        assertThatThrownBy(() -> WindowKeySchema.fromStoreKey(ByteBuffer.allocate(11)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a store key has 12 bytes or more, this one 11");
        assertThatThrownBy(() -> WindowKeySchema.recordTimestamp(ByteBuffer.allocate(7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a wrapped value has 8 bytes or more, this one 7");
    }

    @Test
    void negativeSeq_isRefused() {
        assertThatThrownBy(() -> key(new byte[0], 0, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("WindowedKey: seq: need 0 or more, was -1");
    }

    @Test
    void windowedKey_doesNotChangeWithTheCallersBytes() {
        byte[] bytes = {'a'};
        WindowedKey key = WindowedKey.of(bytes, 0);
        bytes[0] = 'b';
        key.key().get();
        assertThat(key).isEqualTo(WindowedKey.of("a", 0)).hasSameHashCodeAs(WindowedKey.of("a", 0));
    }

    private static void forEachKey(Check check) {
        Random random = new Random(1);
        for (int length : new int[] {0, 1, 7, 12, 100}) {
            byte[] key = new byte[length];
            random.nextBytes(key);
            for (long start : STARTS) {
                for (int seq : SEQS) {
                    check.accept(key, start, seq);
                }
            }
        }
    }

    private static byte[] kafka(byte[] key, long start, int seq) {
        return org.apache.kafka.streams.state.internals.WindowKeySchema.toStoreKeyBinary(Bytes.wrap(key), start, seq)
                .get();
    }

    private static WindowedKey key(byte[] key, long start, int seq) {
        return new WindowedKey(ByteBuffer.wrap(key), start, seq);
    }

    private interface Check {
        void accept(byte[] key, long start, int seq);
    }
}
