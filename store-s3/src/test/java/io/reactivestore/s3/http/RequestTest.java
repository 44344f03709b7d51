package io.reactivestore.s3.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.SdkHttpMethod;

/** What goes over the wire, and what comes back without a body. */
class RequestTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nx-a: 2\r\n\r\nok";

    private final ReactorNettyAsyncHttpClient client =
            ReactorNettyAsyncHttpClient.builder().noProxy().build();

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void get_sendsItsHeadersAndNothingElse_andReadsTheAnswer() throws Exception {
        try (ScriptedServer server = ScriptedServer.answering(OK)) {
            Call call = Call.run(
                    client,
                    Call.request(server.port(), "/a")
                            .appendHeader("Authorization", "x y")
                            .appendHeader("B", "1")
                            .appendHeader("B", "2"),
                    null,
                    Long.MAX_VALUE,
                    execute -> {});
            assertThat(call.text()).isEqualTo("ok");
            assertThat(call.status()).isEqualTo(200);
            assertThat(Call.await(call.head).statusText()).contains("OK");
            assertThat(Call.await(call.head).headers()).containsEntry("X-A", List.of("1", "2"));
            assertThat(server.heads().get(0).split("\r\n"))
                    .containsExactlyInAnyOrder(
                            "GET /a HTTP/1.1",
                            "Authorization: x y",
                            "B: 1",
                            "B: 2",
                            "Host: 127.0.0.1:" + server.port());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%2Fb%20c+d",
                "//a//b/",
                "/a/./b/../c",
                "/%C3%BC%E2%82%AC",
                "/~!$&'()*,;=:@",
                "/a%25%23%3F",
                "/?list-type",
                "/a?x"
            })
    void path_isSentAsItIs(String path) throws Exception {
        try (ScriptedServer server = ScriptedServer.answering(OK)) {
            assertThat(Call.get(client, server.port(), path).text()).isEqualTo("ok");
            assertThat(server.heads().get(0)).startsWith("GET " + path + " HTTP/1.1\r\n");
        }
    }

    @Test
    void givenHostHeader_isKept() throws Exception {
        try (ScriptedServer server = ScriptedServer.answering(OK)) {
            Call call = Call.run(
                    client,
                    Call.request(server.port(), "/").putHeader("Host", "bucket.example"),
                    null,
                    9,
                    execute -> {});
            assertThat(call.text()).isEqualTo("ok");
            assertThat(server.heads().get(0))
                    .contains("Host: bucket.example\r\n")
                    .doesNotContain("127.0.0.1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX: y", "a\nb", "a\rb", "a\r\n b", "a\u0000b"})
    void headerWithLineBreak_isRefused_andNoConnectionIsLost(String value) throws Exception {
        try (ScriptedServer server = ScriptedServer.answering(OK)) {
            Call refused =
                    Call.run(client, Call.request(server.port(), "/").putHeader("h", value), null, 9, execute -> {});
            assertThat(refused.failure()).isInstanceOf(IllegalArgumentException.class);
            assertThat(Call.await(refused.handlerError)).isInstanceOf(IllegalArgumentException.class);
            Call named = Call.run(
                    client, Call.request(server.port(), "/").putHeader("h" + value, "v"), null, 9, execute -> {});
            assertThat(named.failure()).isInstanceOf(IllegalArgumentException.class);
            assertThat(Call.get(client, server.port(), "/").text()).isEqualTo("ok");
            assertThat(server.heads()).hasSize(1);
            // Nothing was sent on those that were refused, so they are good for another request.
            assertThat(server.ended()).isZero();
            Awaitility.await().atMost(Call.PATIENCE).until(() -> client.stats().leased() == 0);
        }
    }

    @Test
    void pathWithLineBreak_isRefused() {
        Call refused = Call.get(client, 1, "/a\r\nX: y");
        assertThat(refused.failure()).isInstanceOf(IllegalArgumentException.class);
        assertThat(Call.await(refused.handlerError)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void answersWithoutBody_haveNoBytes_whateverTheirLengthSays_andTheConnectionIsKept() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            for (String status : List.of("200 OK", "204 No Content", "304 Not Modified", "200 OK")) {
                peer.readRequest();
                peer.write("HTTP/1.1 " + status + "\r\nContent-Length: " + (status.startsWith("204") ? 0 : 77)
                        + "\r\n\r\n");
            }
        })) {
            Call head = Call.run(
                    client, Call.request(server.port(), "/").method(SdkHttpMethod.HEAD), null, 9, execute -> {});
            assertThat(head.bytes()).isEmpty();
            assertThat(head.pieces).isEmpty();
            assertThat(Call.await(head.head).firstMatchingHeader("content-length"))
                    .contains("77");
            assertThat(Call.get(client, server.port(), "/").bytes()).isEmpty();
            assertThat(Call.get(client, server.port(), "/").bytes()).isEmpty();
            assertThat(Call.run(
                                    client,
                                    Call.request(server.port(), "/").method(SdkHttpMethod.HEAD),
                                    null,
                                    0,
                                    execute -> {})
                            .bytes())
                    .isEmpty();
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void compressedBodyAndRedirect_areHandedOutAsTheyAre() throws Exception {
        String answer = "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Encoding: gzip\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        try (ScriptedServer server = ScriptedServer.answering(answer)) {
            Call call = Call.get(client, server.port(), "/");
            assertThat(call.text()).isEqualTo("abcde");
            assertThat(call.status()).isEqualTo(307);
            assertThat(Call.get(client, server.port(), "/").text()).isEqualTo("abcde");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void bodyThatEndsWithTheConnection_isWhole() throws Exception {
        try (ScriptedServer server = new ScriptedServer(peer -> {
            peer.readRequest();
            peer.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it");
        })) {
            assertThat(Call.get(client, server.port(), "/").text()).isEqualTo("all of it");
            assertThat(Call.get(client, server.port(), "/").text()).isEqualTo("all of it");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void malformedAnswer_isAnIoError() throws Exception {
        try (ScriptedServer server = ScriptedServer.answering("HTTP/1.1 200 OK\r\nContent-Length: no\r\n\r\n")) {
            assertThat(Call.get(client, server.port(), "/").failure()).isInstanceOf(java.io.IOException.class);
        }
        try (ScriptedServer server = ScriptedServer.answering("\u0001\u0002\u0003\r\n\r\n")) {
            assertThat(Call.get(client, server.port(), "/").failure()).isInstanceOf(java.io.IOException.class);
        }
    }
}
