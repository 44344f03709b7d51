package io.reactivestore.s3.http;

import io.reactivestore.Keys;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.ConnectionProvider;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/**
 * The AWS SDK's HTTP, made by Reactor Netty, so that an application on WebFlux has one Netty, one group of event loops, and one kind
 * of connection pool.
 *
 * <p>What can be relied on:
 *
 * <ul>
 *   <li>A request goes out as it is given: no header is added but {@code Host} and what frames the body, the path is not encoded
 *       again, a header with a line break is refused. An answer comes in as it is: nothing is decompressed, no redirect followed.
 *   <li>Demand is honoured both ways. The buffers of a request are not moved. Each piece of a body is an array of its own.
 *   <li>A body that is cut short is an error as soon as the connection is closed, and an answer that does not come, or does not go
 *       on while somebody asks for more, is one after the read timeout. A slow reader is none.
 *   <li>A body that is cancelled, or not read, costs its connection only if more than {@code maxDrainBytes} of it are left.
 *   <li>A {@code GET}, {@code HEAD} or {@code OPTIONS} that meets a kept connection which the server has just closed is made again,
 *       once. Other requests are so only if nothing of them was sent: whoever made them must learn of an attempt without an answer.
 *   <li>What may be better the next time is an {@link java.io.IOException}, which the SDK tries again.
 *   <li>{@code Expect: 100-continue} is waited for, but not longer than a second.
 * </ul>
 */
public final class ReactorNettyAsyncHttpClient implements SdkAsyncHttpClient {

    /** What metrics call it. */
    static final String NAME = "ReactorNetty";

    private final Endpoints endpoints;
    private final TransportSettings settings;
    private final @Nullable ConnectionProvider owned;
    private final Counts counts = new Counts();
    private final AtomicBoolean closed = new AtomicBoolean();

    ReactorNettyAsyncHttpClient(Endpoints endpoints, TransportSettings settings, @Nullable ConnectionProvider owned) {
        this.endpoints = endpoints;
        this.settings = settings;
        this.owned = owned;
    }

    /** A client with the SDK's defaults, on Reactor Netty's shared event loops. */
    public static ReactorNettyAsyncHttpClient create() {
        return builder().build();
    }

    /** A client to be set up. */
    public static ReactorNettyAsyncHttpClientBuilder builder() {
        return new ReactorNettyAsyncHttpClientBuilder();
    }

    /**
     * @fails with an {@link IllegalArgumentException} if the request cannot be sent as it is, with an {@link java.io.IOException} if
     *     the network fails; the handler is told first
     * @cancel ending the future leaves the line for a connection, or ends the exchange
     */
    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
        Keys.requireNonNull("execute", "request", request);
        try {
            if (closed.get()) {
                throw new IllegalStateException("the HTTP client is closed");
            }
            String path = path(request.request());
            return new Exchange(endpoints.of(request.request()), request, path, settings, counts).run();
        } catch (RuntimeException e) {
            request.responseHandler().onError(e);
            return CompletableFuture.failedFuture(e);
        }
    }

    private static String path(SdkHttpRequest request) {
        String path = request.encodedPath();
        String whole = request.encodedQueryParameters()
                .map(query -> (path.isEmpty() ? "/" : path) + "?" + query)
                .orElse(path.isEmpty() ? "/" : path);
        if (whole.charAt(0) != '/') {
            throw new IllegalArgumentException("path: need one that begins with a slash, was " + whole);
        }
        for (int i = 0; i < whole.length(); i++) {
            char c = whole.charAt(i);
            if (c <= ' ' || c == 0x7f) {
                throw new IllegalArgumentException("path: has the character " + (int) c + ", which must be encoded");
            }
        }
        return whole;
    }

    @Override
    public String clientName() {
        return NAME;
    }

    /** What it is doing, and has done. */
    public TransportStats stats() {
        return counts.stats();
    }

    /**
     * Refuses further requests, and closes idle connections now, those in use when they are free; not those of a client or pool that
     * was passed in.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true) && owned != null) {
            owned.dispose();
        }
    }

    @Override
    public String toString() {
        return "ReactorNettyAsyncHttpClient[" + settings + "]";
    }
}
