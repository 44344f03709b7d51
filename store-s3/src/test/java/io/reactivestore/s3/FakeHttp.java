package io.reactivestore.s3;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/**
 * A transport below the SDK that answers as a test says, on threads of its own, and remembers every request. It is as unkind as a
 * transport may be: it empties the buffers it is given, and its bodies can be read once. It does not compare lengths.
 */
final class FakeHttp implements SdkAsyncHttpClient {

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final Function<Request, Reply> server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "fake-http");
        thread.setDaemon(true);
        return thread;
    });

    FakeHttp(Function<Request, Reply> server) {
        this.server = server;
    }

    /** All requests so far, as {@code METHOD path?query}, without the bucket. */
    List<String> log() {
        return requests.stream().map(Request::toString).toList();
    }

    List<Request> requests() {
        return requests;
    }

    long count(Predicate<Request> which) {
        return requests.stream().filter(which).count();
    }

    /** How many requests were given up by the SDK before they were answered. */
    int cancelled() {
        return cancelled.get();
    }

    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest execution) {
        CompletableFuture<Void> future = new CompletableFuture<>();
        future.whenComplete((nothing, error) -> {
            if (future.isCancelled()) {
                cancelled.incrementAndGet();
            }
        });
        collect(execution)
                .whenComplete((bytes, error) -> threads.execute(() -> {
                    Request request = Request.of(execution, bytes);
                    requests.add(request);
                    answer(execution, server.apply(request), future);
                }));
        return future;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private static CompletableFuture<byte[]> collect(AsyncExecuteRequest execution) {
        CompletableFuture<byte[]> all = new CompletableFuture<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        execution.requestContentPublisher().subscribe(new Subscriber<>() {
            @Override
            public void onSubscribe(Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(ByteBuffer buffer) {
                byte[] chunk = new byte[buffer.remaining()];
                buffer.get(chunk);
                bytes.writeBytes(chunk);
            }

            @Override
            public void onError(Throwable error) {
                all.completeExceptionally(error);
            }

            @Override
            public void onComplete() {
                all.complete(bytes.toByteArray());
            }
        });
        return all;
    }

    private static void answer(AsyncExecuteRequest execution, Reply reply, CompletableFuture<Void> future) {
        if (reply.silent || future.isDone()) {
            return;
        }
        if (reply.lost) {
            IOException error = new IOException("connection reset by the test");
            execution.responseHandler().onError(error);
            future.completeExceptionally(error);
            return;
        }
        var response = SdkHttpResponse.builder().statusCode(reply.status);
        reply.headers.forEach(response::appendHeader);
        execution.responseHandler().onHeaders(response.build());
        execution.responseHandler().onStream(reply.publisher(future));
    }

    /** One request, with its body as S3 understands it: without the framing of a checksum trailer. */
    record Request(
            String method,
            String path,
            Map<String, List<String>> query,
            Map<String, List<String>> headers,
            byte[] body) {

        static Request of(AsyncExecuteRequest execution, byte[] body) {
            var http = execution.request();
            String path = http.encodedPath().replaceFirst("^/bucket", "");
            return new Request(http.method().name(), path, http.rawQueryParameters(), http.headers(), body);
        }

        String header(String name) {
            return headers.entrySet().stream()
                    .filter(entry -> entry.getKey().equalsIgnoreCase(name))
                    .map(entry -> entry.getValue().get(0))
                    .findFirst()
                    .orElse(null);
        }

        /** The same without these headers. */
        Request without(String... names) {
            Map<String, List<String>> rest = new LinkedHashMap<>(headers);
            rest.keySet().removeIf(name -> List.of(names).stream().anyMatch(name::equalsIgnoreCase));
            return new Request(method, path, query, rest, body);
        }

        boolean has(String parameter) {
            return query.containsKey(parameter);
        }

        String parameter(String name) {
            return query.containsKey(name) ? query.get(name).get(0) : null;
        }

        boolean is(String method, String parameter) {
            return this.method.equals(method) && has(parameter);
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            List<String> parameters = new ArrayList<>();
            query.forEach((name, values) -> parameters.add(
                    values.get(0) == null || values.get(0).isEmpty() ? name : name + "=" + values.get(0)));
            String range = header("Range");
            return method + " " + path + (parameters.isEmpty() ? "" : "?" + String.join("&", parameters))
                    + (range == null ? "" : " " + range);
        }
    }

    /** What the server answers, or does not. */
    static final class Reply {

        private final int status;
        private final Map<String, String> headers = new LinkedHashMap<>();
        private byte[] body = new byte[0];
        private int sent = Integer.MAX_VALUE;
        private boolean breaks;
        private boolean hangs;
        private boolean silent;
        private boolean lost;

        private Reply(int status) {
            this.status = status;
        }

        static Reply of(int status) {
            return new Reply(status);
        }

        static Reply xml(String xml) {
            return of(200).header("Content-Type", "application/xml").body(xml.getBytes(StandardCharsets.UTF_8));
        }

        static Reply error(int status, String code) {
            Reply reply = of(status).header("x-amz-request-id", "id");
            return code.isEmpty()
                    ? reply
                    : reply.header("Content-Type", "application/xml")
                            .body(("<Error><Code>" + code + "</Code><Message>secret words</Message></Error>")
                                    .getBytes(StandardCharsets.UTF_8));
        }

        /** The connection fails after the server has done what it was asked for. */
        static Reply lost() {
            Reply reply = of(0);
            reply.lost = true;
            return reply;
        }

        /** No answer, ever. */
        static Reply silent() {
            Reply reply = of(0);
            reply.silent = true;
            return reply;
        }

        Reply header(String name, String value) {
            headers.put(name, value);
            return this;
        }

        Reply without(String name) {
            headers.remove(name);
            return this;
        }

        Reply body(byte[] bytes) {
            body = bytes;
            headers.put("Content-Length", Integer.toString(bytes.length));
            return this;
        }

        /** Sends so many bytes of the announced ones, and ends as if they were all. */
        Reply cutAfter(int bytes) {
            sent = bytes;
            return this;
        }

        /** Sends so many bytes, then the connection fails. */
        Reply breakAfter(int bytes) {
            sent = bytes;
            breaks = true;
            return this;
        }

        /** Sends so many bytes, then nothing more. */
        Reply hangAfter(int bytes) {
            sent = bytes;
            hangs = true;
            return this;
        }

        private Publisher<ByteBuffer> publisher(CompletableFuture<Void> future) {
            int end = Math.min(sent, body.length);
            Flux<ByteBuffer> chunks = Flux.range(0, (end + 9_999) / 10_000)
                    .map(i -> ByteBuffer.wrap(body, i * 10_000, Math.min(10_000, end - i * 10_000))
                            .slice());
            Flux<ByteBuffer> ending = breaks
                    ? Flux.error(new IOException("connection broken by the test"))
                    : hangs ? Flux.never() : Flux.empty();
            AtomicBoolean subscribed = new AtomicBoolean();
            return Flux.defer(() -> subscribed.compareAndSet(false, true)
                            ? chunks.concatWith(ending)
                            : Flux.error(new IllegalStateException("read twice")))
                    .doOnComplete(() -> future.complete(null))
                    .doOnError(future::completeExceptionally)
                    .doOnCancel(() -> future.cancel(false));
        }
    }
}
