package io.reactivestore.cache.writeback;

import io.reactivestore.Content;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** A write-back store over an inner store that the test steps through, on virtual time. */
final class Stage {

    static final Duration IN_DOUBT = Duration.ofSeconds(30);

    final Simulation simulation = Simulation.seeded(1);
    final HeldBackStore inner = new HeldBackStore(simulation.runtime("inner"));
    private final UnaryOperator<WriteBackStoreBuilder> settings;
    private MemoryFiles files = new MemoryFiles();
    SimulatedRuntime runtime = simulation.runtime("write-back");
    WriteBackStore store;

    Stage() {
        this(builder -> builder);
    }

    Stage(UnaryOperator<WriteBackStoreBuilder> settings) {
        this.settings = settings;
        this.store = build();
    }

    /** A store with a journal in small files, one write a file and more. */
    static Stage journaled(MemoryFiles files) {
        return journaled(files, builder -> builder);
    }

    static Stage journaled(MemoryFiles files, UnaryOperator<WriteBackStoreBuilder> settings) {
        Stage stage = new Stage(builder -> settings.apply(builder.journal(files, 300)));
        stage.files = files;
        return stage;
    }

    /** Kills the process, as by kill -9, and builds the store anew, which is not open yet. */
    void kill() {
        files.kill();
        runtime = runtime.reborn();
        store = build();
    }

    /** Builds another one, after the store was closed. */
    void rebuild() {
        store = build();
    }

    private WriteBackStore build() {
        return settings.apply(WriteBackStore.builder(inner).inDoubt(IN_DOUBT).runtime(runtime))
                .build();
    }

    void put(String key, String text) {
        simulation.await(store.put(key, Content.text(text)));
    }

    void delete(String key) {
        simulation.await(store.delete(key));
    }

    String read(String key) {
        String text = simulation.await(store.getText(key));
        return text == null ? "(none)" : text;
    }

    List<String> keys() {
        return simulation.await(store.list("").map(ObjectInfo::key).collectList());
    }

    /** "key=text" of a whole scan. */
    List<String> scan() {
        return scan(ListOptions.defaults());
    }

    List<String> scan(ListOptions options) {
        return simulation.await(store.scan(options).map(Stage::line).collectList());
    }

    static String line(ScannedObject object) {
        return object.key() + "=" + text(object.value());
    }

    static String text(ByteBuffer value) {
        return StandardCharsets.UTF_8.decode(value.duplicate()).toString();
    }

    /** "key=text" of what a flush has emitted. */
    static String line(DirtyEntry entry) {
        return entry.key() + "=" + (entry.value() == null ? "(none)" : text(entry.value()));
    }

    List<String> flush() {
        return simulation.await(store.flush().map(Stage::line).collectList());
    }

    <T> TestSubscriber<T> start(Publisher<T> publisher) {
        return start(publisher, Long.MAX_VALUE);
    }

    <T> TestSubscriber<T> start(Publisher<T> publisher, long demand) {
        TestSubscriber<T> subscriber =
                TestSubscriber.builder().initialRequest(demand).build();
        publisher.subscribe(subscriber);
        run();
        return subscriber;
    }

    TestSubscriber<String> startFlush() {
        return start(store.flush().map(Stage::line));
    }

    <T> T await(Mono<T> mono) {
        return simulation.await(mono);
    }

    /** Lets everything happen that needs no time and no answer. */
    void run() {
        simulation.runFor(Duration.ofMillis(1));
    }

    void run(Duration time) {
        simulation.runFor(time);
    }

    static StoreTimeoutException unanswered() {
        return new StoreTimeoutException("put", "k", "no answer", null);
    }

    static StoreAccessDeniedException refused() {
        return new StoreAccessDeniedException("put", "k", "not allowed", null);
    }
}
