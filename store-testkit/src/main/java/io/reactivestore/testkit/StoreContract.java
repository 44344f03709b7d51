package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.Keys;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.testkit.leak.BlockingCheck;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Signal;
import reactor.test.StepVerifier;

/**
 * What every contract suite needs: the store under test, the words to set up and to observe, and the few things about a backend
 * that its store does not tell. Only {@link #store()} must be given.
 *
 * <p>Each case also fails if the store blocks a thread that must not block ({@link BlockingCheck}), or leaves open files, threads or
 * dropped errors behind ({@link io.reactivestore.testkit.leak.LeakCheck}).
 * For that the JVM of the tests is started with {@code -XX:+AllowRedefinitionToAddDeleteMethods}, and the cases of all stores in it
 * run one after the other.
 */
@ExtendWith({BlockingCheck.class, ContractExtension.class})
public interface StoreContract {

    /** The key of most cases. */
    String KEY = "a/b.bin";

    /**
     * The store under test. It is empty when a test begins, the same all through a test, and may be closed by it. JUnit makes a new
     * test instance for each test, so a field that is set where it is declared does. What lies behind it (a bucket, a directory)
     * may be shared by many tests that run one after the other, if {@link #release()} empties it.
     */
    Store store();

    /**
     * Where the objects of a test are put before the store under test is asked for them. Default: the store under test. A store
     * that cannot write gives the one it reads from; so may a cache, to start cold.
     */
    default Store backing() {
        return store();
    }

    /** How long to wait for a signal before the test fails. Default: 10 s. */
    default Duration patience() {
        return Duration.ofSeconds(10);
    }

    /** How many cases a test with random data tries. Default: 300; fewer for a store that pays for each with a request. */
    default int randomCases() {
        return 300;
    }

    /** The longest key that this store takes. Default: {@link Keys#MAX_BYTES}; less for one that makes keys longer. */
    default int maxKeyBytes() {
        return Keys.MAX_BYTES;
    }

    /** What the server behind this store is known to do wrong. Default: nothing. */
    default List<Deviation> deviations() {
        return List.of();
    }

    /**
     * How the names of threads begin that may outlive a test, because what runs on them is shared: a client, a server. Everything
     * else that a test leaves behind fails it: open files, threads, signals that Reactor had to drop. Default: none.
     */
    default List<String> lastingThreads() {
        return List.of();
    }

    /**
     * Runs after each test, also after those that closed the store. Default: closes it. Where tests share what lies behind their
     * stores, this must empty it too, through another store.
     */
    default void release() {
        done(store().close());
    }

    /** Not to be overridden: JUnit would no longer see the annotation. */
    @AfterEach
    default void releaseAfterEachTest() {
        release();
    }

    /** Sets up an object of so many bytes, none of them like its neighbours. */
    default ObjectInfo given(String key, int size) {
        return given(key, Content.bytes(Samples.bytes(size)));
    }

    /** Sets up an object with this text. */
    default ObjectInfo given(String key, String text) {
        return given(key, Content.text(text));
    }

    /** Sets up an object. */
    default ObjectInfo given(String key, Content content) {
        return one(backing().put(key, content));
    }

    /** Sets up an object of one byte under each of these keys. */
    default void givenKeys(String... keys) {
        done(Flux.fromArray(keys).flatMap(key -> backing().put(key, Content.text("x")), 8));
    }

    /** Writes an object over one that the store under test may have read already: through it, if it can write. */
    default ObjectInfo replaced(String key, String text) {
        Store writer = store().capabilities().writes() ? store() : backing();
        return one(writer.put(key, Content.text(text)));
    }

    /** Takes away an object that the store under test may have read already. */
    default void removed(String key) {
        Store writer = store().capabilities().deletes() ? store() : backing();
        done(writer.delete(key));
    }

    /** The text of an object now, which must exist. */
    default String textOf(String key) {
        return one(store().getText(key));
    }

    /** The keys in the store now, in the order in which it lists them. */
    default List<String> keys() {
        return all(store().list("").map(ObjectInfo::key));
    }

    /** Waits for the one value of this. */
    default <T> T one(Mono<T> mono) {
        List<T> values = all(mono);
        assertThat(values).as("one value").hasSize(1);
        return values.get(0);
    }

    /** Waits for the end of this, which must come without a value. */
    default void none(Publisher<?> publisher) {
        assertThat(all(publisher)).as("no value").isEmpty();
    }

    /** Waits for the end of this, whatever comes before it. */
    default void done(Publisher<?> publisher) {
        all(publisher);
    }

    /** Waits for all values of this. */
    default <T> List<T> all(Publisher<T> publisher) {
        Signal<List<T>> end = end(publisher);
        if (end.isOnError()) {
            throw new AssertionError("failed, but should have completed: " + end.getThrowable(), end.getThrowable());
        }
        return Objects.requireNonNull(end.get());
    }

    /** Waits for this to fail, and tells how. */
    default <E extends Throwable> E failure(Class<E> type, Publisher<?> publisher) {
        Signal<?> end = end(publisher);
        assertThat(end.isOnError())
                .as("should have failed with %s, but completed with %s", type.getSimpleName(), end.get())
                .isTrue();
        assertThat(end.getThrowable()).isInstanceOf(type);
        return type.cast(Objects.requireNonNull(end.getThrowable()));
    }

    private <T> Signal<List<T>> end(Publisher<T> publisher) {
        AtomicReference<Signal<List<T>>> end = new AtomicReference<>();
        StepVerifier.create(Flux.from(publisher).collectList().materialize())
                .consumeNextWith(end::set)
                .expectComplete()
                .verify(patience());
        return Objects.requireNonNull(end.get());
    }
}
