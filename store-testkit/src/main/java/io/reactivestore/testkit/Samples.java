package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.ByteRange;
import io.reactivestore.Keys;
import io.reactivestore.Span;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities.ListOrder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.awaitility.core.ThrowingRunnable;

/** Data for the suites, and ways to look at what comes back. */
final class Samples {

    /** Instead of bytes, where a range starts past the end. */
    static final String NOT_SATISFIABLE = "not satisfiable";

    private Samples() {}

    /** Bytes in which every cut, swap or repetition shows. */
    static byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 37 + (i >> 8) * 11 + 1);
        }
        return bytes;
    }

    /** What a range of these bytes must give, in hexadecimal, or {@link #NOT_SATISFIABLE}. */
    static String slice(byte[] whole, ByteRange range) {
        Span span = range.clip(whole.length);
        return span == null ? NOT_SATISFIABLE : hex(Arrays.copyOfRange(whole, (int) span.start(), (int) span.end()));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** What remains in these buffers, one after the other; the buffers are not moved. */
    static byte[] join(Collection<ByteBuffer> buffers) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        buffers.forEach(buffer -> all.writeBytes(array(buffer)));
        return all.toByteArray();
    }

    /** What remains in a buffer, which is not moved. */
    static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    /** What remains in a buffer, which is not moved, as text. */
    static String text(ByteBuffer buffer) {
        return text(array(buffer));
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Waits for other threads to make an assertion hold. */
    static void eventually(StoreContract contract, ThrowingRunnable assertion) {
        await().atMost(contract.patience()).pollInterval(Duration.ofMillis(2)).untilAsserted(assertion);
    }

    /** Runs a test that draws on chance; a failure names the seed. */
    static void seeded(Consumer<Random> test) {
        long seed = Long.getLong("reactivestore.seed", System.nanoTime());
        try {
            test.accept(new Random(seed));
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ", again with -Dreactivestore.seed=" + seed + ": " + e, e);
        }
    }

    /** Checks names that a store listed: just these, and in the order that it promises. */
    static void assertListed(Store store, List<String> listed, String... expected) {
        List<String> wanted = new ArrayList<>(List.of(expected));
        ListOrder order = store.capabilities().listOrder();
        if (order == ListOrder.NONE) {
            assertThat(listed).containsExactlyInAnyOrderElementsOf(wanted);
        } else {
            wanted.sort(comparator(order));
            assertThat(listed).containsExactlyElementsOf(wanted);
        }
    }

    static Comparator<String> comparator(ListOrder order) {
        return order == ListOrder.UTF16 ? Comparator.naturalOrder() : Keys.UTF8_ORDER;
    }
}
