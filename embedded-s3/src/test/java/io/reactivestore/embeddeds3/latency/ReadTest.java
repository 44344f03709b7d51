package io.reactivestore.embeddeds3.latency;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GET and HEAD of virtual objects. */
class ReadTest {

    private static final int SIZE = 3_000_001;
    private static final String BIG = "/bucket/big";

    private static LatencyServer server;

    @BeforeAll
    static void start() {
        server = LatencyServer.start(LatencySettings.defaults()
                .withLaw(LatencyLaw.none())
                .withKeys(LatencySettings.BUCKET, KeySpace.deep(1000), 77)
                .withObject(LatencySettings.BUCKET, "big", SIZE)
                .withObject(LatencySettings.BUCKET, "empty", 0)
                .withObject(LatencySettings.BUCKET, "huge", 1L << 40)
                .withBucket("other"));
    }

    @AfterAll
    static void close() {
        server.close();
    }

    @Test
    void virtualObject_hasTheBytesItIsSaidToHave() throws IOException {
        Wire.Reply reply = Wire.get(server, BIG);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.headers()).containsEntry("content-length", Integer.toString(SIZE));
        assertThat(reply.body()).isEqualTo(VirtualContent.bytes("big", 0, SIZE));
        assertThat(VirtualContent.matches("big", 0, ByteBuffer.wrap(reply.body())))
                .isTrue();
    }

    @Test
    void oneWrongByte_isNoMatch() {
        byte[] bytes = VirtualContent.bytes("big", 5, 2_000_000);
        for (int at : new int[] {0, 1, 1_048_000, 1_048_583, 1_999_999}) {
            bytes[at] ^= 1;
            assertThat(VirtualContent.matches("big", 5, ByteBuffer.wrap(bytes))).isFalse();
            bytes[at] ^= 1;
        }
        ByteBuffer part = ByteBuffer.wrap(bytes).position(100);
        assertThat(VirtualContent.matches("big", 105, part)).isTrue();
        assertThat(part.position()).isEqualTo(100);
        assertThat(VirtualContent.matches("big", 104, part)).isFalse();
        assertThat(VirtualContent.matches("other", 105, part)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0-0, 0, 1",
        "0-99, 0, 100",
        "1048576-1048999, 1048576, 424",
        "700000-2900000, 700000, 2200001",
        "3000000-, 3000000, 1",
        "2999990-9999999, 2999990, 11",
        "-7, 2999994, 7",
        "-9999999, 0, 3000001"
    })
    void range_isThoseBytes(String range, int start, int length) throws IOException {
        Wire.Reply reply = Wire.get(server, BIG, "Range: bytes=" + range);
        assertThat(reply.status()).isEqualTo(206);
        assertThat(reply.headers())
                .containsEntry("content-range", "bytes " + start + "-" + (start + length - 1) + "/" + SIZE);
        assertThat(reply.body()).isEqualTo(VirtualContent.bytes("big", start, length));
    }

    @Test
    void rangeFarIntoAHugeObject_costsNothing() throws IOException {
        Wire.Reply reply = Wire.get(server, "/bucket/huge", "Range: bytes=999999999999-1000000000099");
        assertThat(reply.body()).isEqualTo(VirtualContent.bytes("huge", 999_999_999_999L, 101));
    }

    @ParameterizedTest
    @CsvSource({"big, 3000001-", "big, 9999999-9999999", "empty, 0-0", "empty, -5", "big, -0"})
    void rangeWithoutAByte_isNotSatisfiable(String key, String range) throws IOException {
        Wire.Reply reply = Wire.get(server, "/bucket/" + key, "Range: bytes=" + range);
        assertThat(reply.status()).isEqualTo(416);
        assertThat(reply.text()).contains("InvalidRange");
    }

    @ParameterizedTest
    @CsvSource({"'bytes=5-4'", "'bytes=-'", "'lines=0-1'", "'bytes=0-1,5-6'"})
    void rangeThatIsNone_isIgnored(String range) throws IOException {
        assertThat(Wire.get(server, BIG, "Range: " + range).status()).isEqualTo(200);
    }

    @Test
    void emptyObject_isEmpty() throws IOException {
        Wire.Reply reply = Wire.get(server, "/bucket/empty");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEmpty();
    }

    @Test
    void head_tellsWhatAGetTells_withoutBytes() throws IOException {
        try (Wire wire = new Wire(server)) {
            Wire.Reply get = wire.exchange("GET", BIG, new byte[0]);
            Wire.Reply head = wire.exchange("HEAD", BIG, new byte[0]);
            assertThat(head.headers()).containsEntry("content-length", Integer.toString(SIZE));
            assertThat(head.etag()).isEqualTo(get.etag()).isNotEmpty();
            assertThat(wire.exchange("HEAD", "/bucket/absent", new byte[0]).status())
                    .isEqualTo(404);
            assertThat(wire.exchange("HEAD", "/bucket", new byte[0]).status()).isEqualTo(200);
            assertThat(wire.exchange("HEAD", "/nobucket", new byte[0]).status()).isEqualTo(404);
            assertThat(wire.exchange("GET", "/bucket/absent", new byte[0]).text())
                    .contains("NoSuchKey");
            assertThat(wire.exchange("GET", "/nobucket/a", new byte[0]).text()).contains("NoSuchBucket");
            assertThat(wire.exchange("GET", "/other/big", new byte[0]).text()).contains("NoSuchKey");
        }
    }

    @Test
    void keysOfASpace_areObjects_andNoOthers() throws IOException {
        KeySpace space = KeySpace.deep(1000);
        Wire.Reply reply = Wire.get(server, "/bucket/" + space.key(123));
        assertThat(reply.body()).isEqualTo(VirtualContent.bytes(space.key(123), 0, 77));
        assertThat(Wire.get(server, "/bucket/" + space.key(123) + "0").status()).isEqualTo(404);
        assertThat(Wire.get(server, "/bucket/" + space.key(124)).etag()).isNotEqualTo(reply.etag());
    }

    @Test
    void conditions_areJudged() throws IOException {
        String etag = Wire.get(server, BIG).etag();
        assertThat(Wire.get(server, BIG, "If-Match: \"" + etag + '"').status()).isEqualTo(200);
        assertThat(Wire.get(server, BIG, "If-Match: \"x\"").status()).isEqualTo(412);
        assertThat(Wire.get(server, BIG, "If-Match: *").status()).isEqualTo(200);
        Wire.Reply same = Wire.get(server, BIG, "If-None-Match: \"" + etag + '"');
        assertThat(same.status()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(same.etag()).isEqualTo(etag);
        assertThat(Wire.get(server, BIG, "If-None-Match: \"x\", \"y\"").status())
                .isEqualTo(200);
        assertThat(Wire.get(server, BIG, "If-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT")
                        .status())
                .isEqualTo(304);
        assertThat(Wire.get(server, BIG, "If-Modified-Since: Sun, 31 Dec 2023 23:59:59 GMT")
                        .status())
                .isEqualTo(200);
        assertThat(Wire.get(server, BIG, "If-Unmodified-Since: Sun, 31 Dec 2023 23:59:59 GMT")
                        .status())
                .isEqualTo(412);
        assertThat(Wire.get(server, BIG, "If-Match: \"x\"", "Range: bytes=0-1").status())
                .isEqualTo(412);
    }

    @Test
    void requestsOnOneConnection_areAnsweredInTurn_alsoIfSentAhead() throws IOException {
        try (Wire wire = new Wire(server)) {
            for (int i = 0; i < 20; i++) {
                wire.send("GET", BIG, new byte[0], "Range: bytes=" + i + "-" + (i + 100_000));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(wire.reply(false).body()).isEqualTo(VirtualContent.bytes("big", i, 100_001));
            }
        }
    }

    @Test
    void whatIsNotKnown_isRefused() throws IOException {
        assertThat(Wire.get(server, BIG + "?versionId=1").status()).isEqualTo(501);
        assertThat(Wire.get(server, BIG + "?acl").status()).isEqualTo(501);
        assertThat(Wire.get(server, "/bucket").status()).isEqualTo(501);
        assertThat(Wire.get(server, "/bucket/%zz").status()).isEqualTo(400);
        assertThat(Wire.get(server, "/bucket/a%").status()).isEqualTo(400);
    }

    @Test
    void connectionClose_isKept() throws IOException {
        try (Wire wire = new Wire(server)) {
            Wire.Reply reply = wire.exchange("GET", BIG, new byte[0], "Connection: close");
            assertThat(reply.body()).hasSize(SIZE);
            assertThat(wire.end()).isEqualTo(Wire.End.CLOSED);
        }
    }

    @Test
    void partsOfOneObject_doNotLookAlike() {
        byte[] first = VirtualContent.bytes("k", 0, 64);
        for (long part : new long[] {1 << 20, 5 << 20, 8 << 20, 16 << 20, 1L << 30}) {
            assertThat(Arrays.equals(first, VirtualContent.bytes("k", part, 64)))
                    .isFalse();
        }
    }
}
