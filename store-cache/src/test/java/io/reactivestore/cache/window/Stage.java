package io.reactivestore.cache.window;

import io.reactivestore.Store;
import io.reactivestore.cache.writeback.RecordContext;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

/** A window store over an inner store, and how a test reads and writes it. */
final class Stage {

    static final Duration PATIENCE = Duration.ofSeconds(10);
    static final RecordContext CONTEXT = new RecordContext("topic", 3, 42, 7);

    final Store inner;
    final CachingWindowStore store;

    Stage() {
        this(MemoryStore.create());
    }

    Stage(Store inner) {
        this(inner, settings -> settings);
    }

    Stage(Store inner, UnaryOperator<CachingWindowStoreBuilder> settings) {
        this.inner = inner;
        this.store = settings.apply(CachingWindowStore.builder(inner)).build();
    }

    void put(String key, long windowStart, String value) {
        await(store.put(WindowedKey.of(key, windowStart), bytes(value), CONTEXT));
    }

    void delete(String key, long windowStart) {
        await(store.delete(WindowedKey.of(key, windowStart), CONTEXT));
    }

    /** Straight into the inner store. */
    void putInner(String key, long windowStart, String value) {
        await(store.putInner(WindowedKey.of(key, windowStart), bytes(value), 1));
    }

    List<String> get(String key, long windowStart) {
        return lines(store.get(WindowedKey.of(key, windowStart)));
    }

    List<String> fetch(String key, long from, long to) {
        return lines(store.fetch(bytes(key), from, to));
    }

    List<String> fetchAll(long from, long to) {
        return lines(store.fetchAll(from, to));
    }

    List<String> all() {
        return lines(store.all());
    }

    /** What the inner store has: seen through a window store that holds nothing. */
    List<String> inner() {
        return new Stage(inner).all();
    }

    List<String> flush() {
        return await(store.flush().map(Stage::line));
    }

    static String line(DirtyWindow window) {
        WindowedEntry entry = window.entry();
        return entry == null ? line(window.key()) + " deleted" : line(entry);
    }

    static String line(WindowedEntry entry) {
        return line(entry.key()) + "=" + text(entry.value());
    }

    static String line(WindowedKey key) {
        return text(key.key()) + "@" + key.windowStart();
    }

    static List<String> lines(Publisher<WindowedEntry> entries) {
        return await(Flux.from(entries).map(Stage::line));
    }

    static <T> List<T> await(Publisher<T> publisher) {
        return Flux.from(publisher).collectList().block(PATIENCE);
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
    }

    static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
