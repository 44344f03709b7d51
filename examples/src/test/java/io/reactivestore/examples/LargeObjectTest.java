package io.reactivestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.CacheStore;
import io.reactivestore.s3.S3Dialect;
import io.reactivestore.s3.S3Store;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;

/** A large object goes through a cache in a JVM whose heap could never hold it. */
class LargeObjectTest {

    private static final long GIB = 1L << 30;
    private static final long BYTES = Boolean.getBoolean("reactivestore.slow") ? 5 * GIB : GIB;

    @Test
    void objectOfManyTimesTheHeap_streams() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:MaxDirectMemorySize=16m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Reader.class.getName(),
                        Long.toString(BYTES))
                .redirectErrorStream(true)
                .start();
        String said = new String(jvm.getInputStream().readAllBytes());

        assertThat(jvm.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(said).endsWith("read " + BYTES + " bytes\n");
        assertThat(jvm.exitValue()).isZero();
    }

    static final class Reader {

        private Reader() {}

        public static void main(String[] args) {
            long size = Long.parseLong(args[0]);
            S3Store bucket = S3Store.builder("bucket")
                    .dialect(S3Dialect.s3Compatible())
                    .endpoint(URI.create("http://bucket.test"))
                    .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
                    .transport(new LargeObject(size))
                    .build();
            CacheStore cache =
                    CacheStore.builder(bucket).memory(m -> m.maxBytes(4 << 20)).build();
            Long read = cache.read("large")
                    .reduce(0L, (at, chunk) -> {
                        int last = chunk.remaining() - 1;
                        if (chunk.get(0) != valueAt(at) || chunk.get(last) != valueAt(at + last)) {
                            throw new AssertionError("wrong bytes at " + at);
                        }
                        return at + chunk.remaining();
                    })
                    .block(Duration.ofMinutes(5));
            System.out.println("read " + read + " bytes");
            System.exit(0);
        }
    }

    private static byte valueAt(long offset) {
        return (byte) (offset >>> 16);
    }

    /** A bucket with one object whose bytes are made when they are asked for: the same value for 64 KiB, then the next. */
    private record LargeObject(long size) implements SdkAsyncHttpClient {

        private static final int BLOCK = 1 << 16;
        private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

        @Override
        public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
            Matcher range =
                    RANGE.matcher(request.request().firstMatchingHeader("Range").orElseThrow());
            range.matches();
            long start = Long.parseLong(range.group(1));
            long end = Math.min(size, Long.parseLong(range.group(2)) + 1);
            request.responseHandler()
                    .onHeaders(SdkHttpResponse.builder()
                            .statusCode(206)
                            .putHeader("Content-Length", Long.toString(end - start))
                            .putHeader("Content-Range", "bytes " + start + "-" + (end - 1) + "/" + size)
                            .putHeader("ETag", "\"etag\"")
                            .putHeader("Last-Modified", "Tue, 01 Jan 2030 00:00:00 GMT")
                            .build());
            CompletableFuture<Void> done = new CompletableFuture<>();
            request.responseHandler()
                    .onStream(Flux.<ByteBuffer, Long>generate(() -> start, (at, sink) -> {
                                if (at == end) {
                                    sink.complete();
                                    return at;
                                }
                                long next = Math.min(end, (at / BLOCK + 1) * BLOCK);
                                byte[] block = new byte[(int) (next - at)];
                                Arrays.fill(block, valueAt(at));
                                sink.next(ByteBuffer.wrap(block));
                                return next;
                            })
                            .doFinally(signal -> done.complete(null)));
            return done;
        }

        @Override
        public void close() {
            // holds nothing
        }
    }
}
