package io.reactivestore.embeddeds3;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The few requests that the tests need. */
final class Http {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Http() {}

    static HttpResponse<String> get(URI uri) throws Exception {
        return CLIENT.send(request(uri).build(), BodyHandlers.ofString());
    }

    static HttpResponse<String> put(URI uri, String body) throws Exception {
        return putAsync(uri, body).get();
    }

    static CompletableFuture<HttpResponse<String>> putAsync(URI uri, String body) {
        return CLIENT.sendAsync(request(uri).PUT(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    /** Completes with the status. */
    static CompletableFuture<Integer> putIfAbsent(URI uri, String body) {
        HttpRequest put = request(uri)
                .header("If-None-Match", "*")
                .PUT(BodyPublishers.ofString(body))
                .build();
        return CLIENT.sendAsync(put, BodyHandlers.discarding()).thenApply(HttpResponse::statusCode);
    }

    private static HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30));
    }
}
