package io.reactivestore.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.cache.window.CachingWindowStore;
import io.reactivestore.cache.window.WindowKeySchema;
import io.reactivestore.cache.window.WindowedEntry;
import io.reactivestore.cache.window.WindowedKey;
import io.reactivestore.cache.writeback.RecordContext;
import io.reactivestore.embeddeds3.EmbeddedS3;
import io.reactivestore.s3.S3Dialect;
import io.reactivestore.s3.S3Store;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;

/** Windows behind a write-back cache over a bucket: what is read is what was written, flushed or not, and in the order of the bytes. */
class WindowsInS3Test {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Each begins with the one before it. */
    private static final List<String> KEYS = List.of("a", "a\0", "a\0b", "ab");

    private static final int WINDOWS = 6;

    private final S3Store bucket = S3Store.builder(EmbeddedS3.shared().newBucket())
            .endpoint(EmbeddedS3.shared().endpoint())
            .dialect(S3Dialect.aws().withPathStyle(true))
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .build();

    /** By their store keys, in the order of the bytes. */
    private final Map<String, String> written = new TreeMap<>();

    @AfterEach
    void close() {
        done(bucket.close());
    }

    @Test
    void windows_areReadAsTheyWereWritten_beforeAndAfterTheyAreInTheBucket() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        CachingWindowStore windows = CachingWindowStore.builder(bucket).build();
        for (int i = 0; i < 120; i++) {
            WindowedKey key = WindowedKey.of(KEYS.get(random.nextInt(KEYS.size())), random.nextInt(WINDOWS));
            RecordContext context = new RecordContext("topic", 0, i, i);
            if (random.nextInt(4) == 0) {
                done(windows.delete(key, context));
                written.remove(storeKey(key));
            } else {
                done(windows.put(key, ByteBuffer.wrap(("v" + i).getBytes(UTF_8)), context));
                written.put(storeKey(key), "v" + i);
            }
            if (i % 50 == 30) {
                all(windows.flush());
                assertThat(values(windows.all())).as("seed %s", seed).containsExactlyElementsOf(written.values());
            }
        }
        for (String key : KEYS) {
            List<String> expected = written.entrySet().stream()
                    .filter(entry -> isOf(key, entry.getKey()))
                    .map(Map.Entry::getValue)
                    .toList();
            assertThat(values(windows.fetch(ByteBuffer.wrap(key.getBytes(UTF_8)), 0, WINDOWS)))
                    .as("windows of %s, seed %s", key.replace('\0', '0'), seed)
                    .isEqualTo(expected);
        }
        done(windows.close());

        CachingWindowStore reopened = CachingWindowStore.builder(bucket).build();
        assertThat(values(reopened.all())).as("seed %s", seed).containsExactlyElementsOf(written.values());
        done(reopened.close());
    }

    private static String storeKey(WindowedKey key) {
        ByteBuffer storeKey = WindowKeySchema.toStoreKey(key);
        byte[] bytes = new byte[storeKey.remaining()];
        storeKey.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static boolean isOf(String key, String storeKey) {
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(storeKey));
        return WindowKeySchema.fromStoreKey(bytes).key().equals(ByteBuffer.wrap(key.getBytes(UTF_8)));
    }

    private static List<String> values(Flux<WindowedEntry> entries) {
        return all(entries.map(entry -> UTF_8.decode(entry.value()).toString()));
    }

    private static <T> List<T> all(Flux<T> flux) {
        return Objects.requireNonNull(flux.collectList().block(PATIENCE));
    }

    private static void done(Mono<Void> mono) {
        mono.block(PATIENCE);
    }
}
