package io.reactivestore.embeddeds3.latency;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WriteTest {

    private final LatencyServer server = LatencyServer.start(LatencySettings.defaults()
            .withLaw(LatencyLaw.none())
            .withMaxStoredBytes(1 << 20)
            .withKeys(LatencySettings.BUCKET, KeySpace.deep(100), 50)
            .withThreads(2));

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void put_isReadBack_withWhatWasSaidAboutIt() throws IOException {
        Wire.Reply put = Wire.put(
                server,
                "/bucket/a%20b",
                "hello",
                "Content-Type: text/plain",
                "Cache-Control: no-store",
                "Content-Encoding: aws-chunked, gzip",
                "x-amz-meta-owner: me",
                "x-amz-other: not kept");
        assertThat(put.status()).isEqualTo(200);
        assertThat(put.etag()).isEqualTo("5d41402abc4b2a76b9719d911017c592"); // MD5 of hello
        Wire.Reply get = Wire.get(server, "/bucket/a%20b");
        assertThat(get.text()).isEqualTo("hello");
        assertThat(get.etag()).isEqualTo(put.etag());
        assertThat(get.headers())
                .containsEntry("content-type", "text/plain")
                .containsEntry("cache-control", "no-store")
                .containsEntry("content-encoding", "gzip")
                .containsEntry("x-amz-meta-owner", "me")
                .doesNotContainKey("x-amz-other")
                .containsKey("last-modified");
        assertThat(Wire.get(server, "/bucket/a%20b", "Range: bytes=1-3").text()).isEqualTo("ell");
    }

    @Test
    void chunkedUpload_losesItsFraming_howeverItIsCut() throws IOException {
        String framed = "5;chunk-signature=abc\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";
        for (int cut = 0; cut <= framed.length(); cut += 7) {
            try (Wire wire = new Wire(server)) {
                wire.sendRaw(("PUT /bucket/c HTTP/1.1\r\nContent-Length: " + framed.length()
                                + "\r\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n\r\n"
                                + framed.substring(0, cut))
                        .getBytes(StandardCharsets.US_ASCII));
                wire.sendRaw(framed.substring(cut).getBytes(StandardCharsets.US_ASCII));
                assertThat(wire.reply(false).status()).isEqualTo(200);
            }
            assertThat(Wire.get(server, "/bucket/c").text()).isEqualTo("hello world");
        }
        assertThat(server.counters().bytesStored()).isEqualTo(11);
    }

    @Test
    void malformedFraming_isRefused_andHoldsNothing() throws IOException {
        String hash = "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER";
        assertThat(Wire.put(server, "/bucket/c", "5\r\nhello\r\n", hash).status())
                .isEqualTo(400);
        assertThat(Wire.put(server, "/bucket/c", "zz\r\nhello", hash).status()).isEqualTo(400);
        assertThat(Wire.get(server, "/bucket/c").status()).isEqualTo(404);
        assertThat(server.counters().bytesStored()).isZero();
    }

    @Test
    void transferEncodingChunked_isTaken() throws IOException {
        try (Wire wire = new Wire(server)) {
            wire.sendRaw(("PUT /bucket/t HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(wire.reply(false).status()).isEqualTo(200);
        }
        assertThat(Wire.get(server, "/bucket/t").text()).isEqualTo("abcde");
    }

    @Test
    void expectContinue_isAnsweredBeforeTheBody() throws IOException {
        try (Wire wire = new Wire(server)) {
            wire.sendRaw("PUT /bucket/e HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(wire.reply(false).status()).isEqualTo(100);
            wire.sendRaw("abc".getBytes(StandardCharsets.US_ASCII));
            assertThat(wire.reply(false).status()).isEqualTo(200);
        }
        assertThat(Wire.get(server, "/bucket/e").text()).isEqualTo("abc");
    }

    @Test
    void conditionsOfWrites_areJudged() throws IOException {
        assertThat(Wire.put(server, "/bucket/a", "1", "If-Match: \"x\"").status())
                .isEqualTo(404);
        assertThat(Wire.put(server, "/bucket/a", "1", "If-None-Match: *").status())
                .isEqualTo(200);
        assertThat(Wire.put(server, "/bucket/a", "2", "If-None-Match: *").status())
                .isEqualTo(412);
        String etag = Wire.get(server, "/bucket/a").etag();
        assertThat(Wire.put(server, "/bucket/a", "3", "If-Match: \"x\"").status())
                .isEqualTo(412);
        assertThat(Wire.put(server, "/bucket/a", "3", "If-Match: \"" + etag + '"')
                        .status())
                .isEqualTo(200);
        assertThat(delete("/bucket/a", "If-Match: \"" + etag + '"').status()).isEqualTo(412);
        assertThat(Wire.get(server, "/bucket/a").text()).isEqualTo("3");
        assertThat(server.counters().bytesStored()).isEqualTo(1);
    }

    @Test
    void manyWhoPutIfAbsent_haveOneWinner() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 20; round++) {
                String target = "/bucket/race-" + round;
                Callable<Integer> put =
                        () -> Wire.put(server, target, "x", "If-None-Match: *").status();
                int winners = 0;
                for (Future<Integer> status : threads.invokeAll(
                        IntStream.range(0, 8).mapToObj(i -> put).toList())) {
                    winners += status.get() == 200 ? 1 : 0;
                }
                assertThat(winners).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void delete_removesWrittenAndComputed_andAbsentIsFine() throws IOException {
        String computed = "/bucket/" + KeySpace.deep(100).key(42);
        assertThat(Wire.get(server, computed).status()).isEqualTo(200);
        assertThat(delete(computed).status()).isEqualTo(204);
        assertThat(Wire.get(server, computed).status()).isEqualTo(404);
        assertThat(delete(computed).status()).isEqualTo(204);
        Wire.put(server, computed, "mine");
        assertThat(Wire.get(server, computed).text()).isEqualTo("mine");
        delete(computed);
        assertThat(Wire.get(server, computed).status()).isEqualTo(404);
        assertThat(server.counters().bytesStored()).isZero();
        assertThat(server.counters().objectsStored()).isZero();
    }

    @Test
    void bulkDelete_removesAllItNames() throws IOException {
        Wire.put(server, "/bucket/a&b", "1");
        Wire.put(server, "/bucket/c", "1");
        String computed = KeySpace.deep(100).key(7);
        Wire.Reply loud = post(
                "/bucket?delete",
                "<Delete><Object><Key>a&amp;b</Key></Object><Object><Key>" + computed + "</Key></Object></Delete>");
        assertThat(loud.text()).contains("<Deleted><Key>a&amp;b</Key></Deleted>");
        Wire.Reply quiet = post("/bucket?delete", "<Delete><Quiet>true</Quiet><Object><Key>c</Key></Object></Delete>");
        assertThat(quiet.text()).doesNotContain("Deleted>");
        assertThat(Wire.get(server, "/bucket/a&b").status()).isEqualTo(404);
        assertThat(Wire.get(server, "/bucket/c").status()).isEqualTo(404);
        assertThat(Wire.get(server, "/bucket/" + computed).status()).isEqualTo(404);
        assertThat(post("/bucket?delete", "<Delete><Object>").status()).isEqualTo(400);
    }

    @Test
    void copy_takesBytesAndFacts() throws IOException {
        Wire.Reply put = Wire.put(server, "/bucket/a", "hello", "Content-Type: text/plain", "x-amz-meta-m: 1");
        Wire.Reply copy = Wire.put(server, "/bucket/b", "", "x-amz-copy-source: bucket/a");
        assertThat(copy.text()).contains("CopyObjectResult", put.etag());
        Wire.Reply get = Wire.get(server, "/bucket/b");
        assertThat(get.text()).isEqualTo("hello");
        assertThat(get.headers()).containsEntry("content-type", "text/plain").containsEntry("x-amz-meta-m", "1");
        Wire.put(
                server,
                "/bucket/c",
                "",
                "x-amz-copy-source: /bucket/a",
                "x-amz-metadata-directive: REPLACE",
                "Content-Type: text/html");
        get = Wire.get(server, "/bucket/c");
        assertThat(get.headers()).containsEntry("content-type", "text/html").doesNotContainKey("x-amz-meta-m");
        String computed = KeySpace.deep(100).key(3);
        Wire.put(server, "/bucket/v", "", "x-amz-copy-source: bucket/" + computed);
        assertThat(Wire.get(server, "/bucket/v").body()).isEqualTo(VirtualContent.bytes(computed, 0, 50));
        assertThat(Wire.put(server, "/bucket/d", "", "x-amz-copy-source: bucket/absent")
                        .status())
                .isEqualTo(404);
        assertThat(Wire.put(server, "/bucket/d", "", "x-amz-copy-source: bucket/a", "x-amz-copy-source-if-match: \"x\"")
                        .status())
                .isEqualTo(412);
        assertThat(Wire.put(server, "/bucket/b", "", "x-amz-copy-source: bucket/a", "If-None-Match: *")
                        .status())
                .isEqualTo(412);
        assertThat(server.counters().bytesStored()).isEqualTo(15);
        assertThat(server.counters().requests(Operation.COPY_OBJECT)).isEqualTo(6);
    }

    @Test
    void uploadInParts_isJoinedInTheOrderOfTheNumbers() throws IOException {
        Wire.put(server, "/bucket/source", "0123456789");
        String id = create("/bucket/m", "Content-Type: text/plain");
        String two = Wire.put(server, "/bucket/m?partNumber=2&uploadId=" + id, "world")
                .etag();
        String one = Wire.put(server, "/bucket/m?partNumber=1&uploadId=" + id, "hello ")
                .etag();
        Wire.put(server, "/bucket/m?partNumber=9&uploadId=" + id, "unused");
        Wire.Reply copied = Wire.put(
                server,
                "/bucket/m?partNumber=3&uploadId=" + id,
                "",
                "x-amz-copy-source: bucket/source",
                "x-amz-copy-source-range: bytes=2-4");
        String three = copied.text().replaceAll("(?s).*&quot;(.*)&quot;.*", "$1");
        assertThat(server.counters().uploadsOpen()).isEqualTo(1);
        assertThat(server.counters().bytesStored()).isEqualTo(30);
        assertThat(complete("/bucket/m", id, one, two, "wrong").text()).contains("InvalidPart");
        Wire.Reply completed = complete("/bucket/m", id, one, two, three);
        assertThat(completed.text()).contains("-3&quot;");
        Wire.Reply get = Wire.get(server, "/bucket/m");
        assertThat(get.text()).isEqualTo("hello world234");
        assertThat(get.headers()).containsEntry("content-type", "text/plain");
        assertThat(Wire.get(server, "/bucket/m", "Range: bytes=4-12").text()).isEqualTo("o world23");
        assertThat(server.counters().uploadsOpen()).isZero();
        assertThat(server.counters().bytesStored()).isEqualTo(24);
        assertThat(complete("/bucket/m", id, one).text()).contains("NoSuchUpload");
    }

    @Test
    void abortedUpload_leavesNothing() throws IOException {
        String id = create("/bucket/m");
        Wire.put(server, "/bucket/m?partNumber=1&uploadId=" + id, "hello");
        Wire.put(server, "/bucket/m?partNumber=1&uploadId=" + id, "again!");
        assertThat(server.counters().bytesStored()).isEqualTo(6);
        assertThat(delete("/bucket/m?uploadId=" + id).status()).isEqualTo(204);
        assertThat(delete("/bucket/m?uploadId=" + id).status()).isEqualTo(404);
        assertThat(Wire.put(server, "/bucket/m?partNumber=1&uploadId=" + id, "late")
                        .text())
                .contains("NoSuchUpload");
        assertThat(server.counters().bytesStored()).isZero();
        assertThat(server.counters().uploadsOpen()).isZero();
    }

    @Test
    void moreThanTheMemory_isRefused_andWhatIsThereStays() throws IOException {
        String half = "x".repeat(600_000);
        assertThat(Wire.put(server, "/bucket/a", half).status()).isEqualTo(200);
        Wire.Reply second = Wire.put(server, "/bucket/b", half);
        assertThat(second.text()).contains("EntityTooLarge");
        assertThat(Wire.get(server, "/bucket/a").body()).hasSize(600_000);
        assertThat(server.counters().bytesStored()).isEqualTo(600_000);
        delete("/bucket/a");
        assertThat(Wire.put(server, "/bucket/b", half).status()).isEqualTo(200);
    }

    private String create(String target, String... headers) throws IOException {
        Wire.Reply reply = Wire.once(server, "POST", target + "?uploads", new byte[0], headers);
        return reply.text().replaceAll("(?s).*<UploadId>(.*)</UploadId>.*", "$1");
    }

    private Wire.Reply complete(String target, String id, String... etags) throws IOException {
        StringBuilder parts = new StringBuilder();
        for (int i = 0; i < etags.length; i++) {
            parts.append("<Part><ETag>\"" + etags[i] + "\"</ETag><PartNumber>" + (i + 1) + "</PartNumber></Part>");
        }
        return post(target + "?uploadId=" + id, "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>");
    }

    private Wire.Reply post(String target, String body) throws IOException {
        return Wire.once(server, "POST", target, body.getBytes(StandardCharsets.UTF_8));
    }

    private Wire.Reply delete(String target, String... headers) throws IOException {
        return Wire.once(server, "DELETE", target, new byte[0], headers);
    }
}
