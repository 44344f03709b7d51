package io.reactivestore.embeddeds3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Makes and finds buckets by plain http: S3Mock wants no signature. */
final class Buckets {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(PATIENCE)
            .build();

    private Buckets() {}

    static void create(URI endpoint, String bucket) {
        try {
            HttpResponse<String> response = send("PUT", endpoint, bucket);
            if (response.statusCode() != 200) {
                throw new IllegalStateException(
                        "PUT " + response.uri() + ": " + response.statusCode() + " " + response.body());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("PUT " + endpoint.resolve("/" + bucket) + ": no answer", e);
        }
    }

    /** Whether an S3 server answers there. */
    static boolean answers(URI endpoint) {
        try {
            return send("GET", endpoint, "").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a server listens there and has this bucket. */
    static boolean exists(URI endpoint, String bucket) {
        try {
            return send("HEAD", endpoint, bucket).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static HttpResponse<String> send(String method, URI endpoint, String bucket) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(endpoint.resolve("/" + bucket))
                .method(method, BodyPublishers.noBody())
                .timeout(PATIENCE)
                .build();
        try {
            return CLIENT.send(request, BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(method + " " + request.uri() + ": interrupted", e);
        }
    }
}
