package io.reactivestore.embeddeds3;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharedEmbeddedS3Test {

    private final EmbeddedS3 s3 = EmbeddedS3.shared();

    @Test
    void storedObject_isReadAndListed() throws Exception {
        URI bucket = s3.endpoint().resolve("/" + s3.newBucket() + "/");

        assertThat(Http.put(bucket.resolve("a/b.txt"), "hello").statusCode()).isEqualTo(200);

        assertThat(Http.get(bucket.resolve("a/b.txt")).body()).isEqualTo("hello");
        assertThat(Http.get(bucket.resolve("?list-type=2")).body()).contains("<Key>a/b.txt</Key>");
        assertThat(Http.get(bucket.resolve("a/c.txt")).statusCode()).isEqualTo(404);
    }

    @Test
    void keyWithEncodedSlashAndBackslash_isTaken() throws Exception {
        URI bucket = s3.endpoint().resolve("/" + s3.newBucket() + "/");

        assertThat(Http.put(bucket.resolve("a%2Fb"), "slash").statusCode()).isEqualTo(200);
        assertThat(Http.put(bucket.resolve("c%5Cd"), "backslash").statusCode()).isEqualTo(200);

        assertThat(Http.get(bucket.resolve("a/b")).body()).isEqualTo("slash");
        assertThat(Http.get(bucket.resolve("c%5Cd")).body()).isEqualTo("backslash");
    }

    @Test
    void racingCreations_haveOneWinner() {
        URI bucket = s3.endpoint().resolve("/" + s3.newBucket() + "/");
        for (int round = 0; round < 20; round++) {
            URI object = bucket.resolve("round-" + round);
            var writers = IntStream.range(0, 8)
                    .mapToObj(i -> Http.putIfAbsent(object, "writer " + i))
                    .toList();
            assertThat(writers.stream().map(CompletableFuture::join)).containsOnlyOnce(200);
        }
    }

    @Test
    void downloadDuringReplacements_carriesTheBytesOfItsEtag() throws Exception {
        URI object = s3.endpoint().resolve("/" + s3.newBucket() + "/a");
        Set<String> versions = new HashSet<>();
        for (String letter : List.of("a", "b")) {
            versions.add(Http.put(object, letter.repeat(5000))
                            .headers()
                            .firstValue("ETag")
                            .orElseThrow()
                    + letter);
        }
        CompletableFuture<?> writer = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 100; i++) {
                Http.putAsync(object, (i % 2 == 0 ? "a" : "b").repeat(5000)).join();
            }
        });
        while (!writer.isDone()) {
            HttpResponse<String> answer = Http.get(object);
            String letter = answer.body().substring(0, 1);
            assertThat(answer.body()).isEqualTo(letter.repeat(5000));
            assertThat(versions).contains(answer.headers().firstValue("ETag").orElseThrow() + letter);
        }
        writer.join();
    }

    @Test
    void connection_isKeptForMoreThan100Requests() throws Exception {
        String request = "HEAD /" + s3.newBucket() + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        try (Socket socket = new Socket(s3.endpoint().getHost(), s3.endpoint().getPort())) {
            for (int i = 0; i < 150; i++) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                assertThat(responseHead(socket)).startsWith("HTTP/1.1 200").doesNotContain("Connection: close");
            }
        }
    }

    private static String responseHead(Socket socket) throws Exception {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("next byte after: %s", head).isNotNegative();
            head.append((char) next);
        }
        return head.toString();
    }

    @Test
    void newBuckets_areDistinct() {
        assertThat(s3.newBucket()).isNotEqualTo(s3.newBucket());
    }

    @Test
    void secondCall_givesTheSameServer() {
        assertThat(EmbeddedS3.shared()).isSameAs(s3);
    }

    @Test
    void otherJvmOfTheBuild_joinsTheSameServer() throws Exception {
        long owner = Owner.ofThisBuild().pid();
        try (OtherJvm other = OtherJvm.start("shared", "-D" + Owner.PROPERTY + "=" + owner)) {
            assertThat(other.says()).isEqualTo(s3.endpoint().toString());
            assertThat(other.says()).isEqualTo(Long.toString(s3.process().pid()));
        }
    }

    @Test
    void close_leavesItRunning() throws Exception {
        s3.close();

        assertThat(Http.get(s3.endpoint()).statusCode()).isEqualTo(200);
    }

    @Test
    void server_listensOnLoopbackOnly() throws Exception {
        for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address :
                    network.inetAddresses().filter(a -> !a.isLoopbackAddress()).toList()) {
                assertThat(accepts(address)).as("%s", address).isFalse();
            }
        }
    }

    private boolean accepts(InetAddress address) {
        try (Socket socket = new Socket(address, s3.endpoint().getPort())) {
            return socket.isConnected();
        } catch (Exception e) {
            return false;
        }
    }

    @Test
    void log_isQuiet() throws Exception {
        assertThat(Files.readString(s3.log())).doesNotContain("INFO");
    }

    @Test
    void owner_livesAndIsOneAboveThisJvm_orItselfWhenNotUnderMaven() {
        ProcessHandle owner = Owner.ofThisBuild();
        boolean surefire = System.getProperty("basedir") != null;

        assertThat(owner.equals(ProcessHandle.current())).isNotEqualTo(surefire);

        assertThat(owner.isAlive()).isTrue();
        ProcessHandle ancestor = ProcessHandle.current();
        while (!ancestor.equals(owner)) {
            ancestor = ancestor.parent().orElseThrow();
        }
    }
}
