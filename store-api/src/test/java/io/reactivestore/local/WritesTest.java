package io.reactivestore.local;

import static io.reactivestore.local.Given.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.PutResult;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreUnsupportedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.util.retry.Retry;

class WritesTest {

    @TempDir
    Path root;

    private LocalStore store;

    @BeforeEach
    void open() {
        store = LocalStore.create(root);
        store.open().block(PATIENCE);
    }

    @AfterEach
    void close() {
        store.close().block(PATIENCE);
        assertThat(root.resolve(KeyPaths.RESERVED)).doesNotExist();
        assertThat(Given.descriptors(root)).isZero();
    }

    @Test
    void put_isInvisibleUntilItIsComplete() {
        Given.put(store, "x", "old");
        Sinks.Many<ByteBuffer> bytes = Sinks.many().unicast().onBackpressureBuffer(new ArrayDeque<>());
        CountDownLatch done = new CountDownLatch(1);
        store.put("x", Content.publisher(bytes.asFlux()))
                .doFinally(end -> done.countDown())
                .subscribe();
        bytes.tryEmitNext(ByteBuffer.wrap("new".getBytes()));
        Given.eventually(
                "the first buffer is written", () -> Given.tempFiles(root).size() == 1);

        assertThat(Given.text(store, "x")).isEqualTo("old");
        assertThat(Given.keys(store)).containsExactly("x");
        bytes.tryEmitComplete();
        Given.eventually("the put is done", () -> done.getCount() == 0);
        assertThat(Given.text(store, "x")).isEqualTo("new");
        assertThat(Given.tempFiles(root)).isEmpty();
    }

    @Test
    void failedContent_failsAsItIs_andLeavesNothing() {
        Given.put(store, "x", "old");
        IOException own = new IOException("own");
        Flux<ByteBuffer> bytes = Flux.concat(Flux.just(ByteBuffer.allocate(10)), Flux.error(own));
        StepVerifier.create(store.put("x", Content.publisher(bytes)))
                .expectErrorMatches(e -> e == own)
                .verify(PATIENCE);
        StepVerifier.create(store.put(
                        "x",
                        Content.publisher(Flux.just(ByteBuffer.allocate(3))).withLength(4)))
                .expectError(StoreCorruptException.class)
                .verify(PATIENCE);
        assertThat(Given.tempFiles(root)).isEmpty();
        assertThat(Given.text(store, "x")).isEqualTo("old");
    }

    @Test
    void cancelledPut_leavesNothing_andCancelsItsContent() {
        AtomicInteger subscribed = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();
        for (int i = 0; i < 200; i++) {
            Sinks.Many<ByteBuffer> bytes = Sinks.many().unicast().onBackpressureBuffer(new ArrayDeque<>());
            Flux<ByteBuffer> content = bytes.asFlux()
                    .doOnSubscribe(s -> subscribed.incrementAndGet())
                    .doOnCancel(cancelled::incrementAndGet);
            Disposable put = store.put("x", Content.publisher(content)).subscribe(info -> {}, e -> {});
            for (int n = 0; n < i % 5; n++) {
                bytes.tryEmitNext(ByteBuffer.allocate(100_000));
            }
            put.dispose();
        }
        Given.eventually("no temp file is left", () -> Given.tempFiles(root).isEmpty());
        Given.eventually("no temp file is open", () -> Given.descriptors(root.resolve("%store/tmp")) <= 1);
        assertThat(subscribed).hasValue(200);
        assertThat(cancelled).hasValue(200);
        assertThat(Given.keys(store)).isEmpty();
    }

    @Test
    void putCancelledAtAnyTime_leavesTheOldOrTheNewObject() {
        Given.put(store, "x", "old");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 400; i++) {
            Disposable put = store.put("x", Content.text("new" + i)).subscribe(info -> {}, e -> {});
            LockSupport.parkNanos(i * 1000L);
            put.dispose();
            // What was under way may still come into effect between the get and its body.
            String text = store.getText("x")
                    .retryWhen(Retry.indefinitely().filter(ObjectChangedException.class::isInstance))
                    .block(PATIENCE);
            assertThat(text).matches("old|new\\d+");
            seen.add(text);
        }
        Given.eventually("no temp file is left", () -> Given.tempFiles(root).isEmpty());
        assertThat(seen).hasSizeGreaterThan(1);
    }

    @Test
    void concurrentReaders_seeOneVersionOrTheOther() {
        int size = 300_000;
        Given.put(store, "x", "0".repeat(size));
        Mono<Void> writes = Flux.range(1, 150)
                .concatMap(i -> store.put("x", Content.text(("" + i % 10).repeat(size + i))))
                .then();
        Mono<Long> reads = Flux.range(0, 300)
                .flatMap(
                        i -> store.getText("x")
                                .doOnNext(text -> assertThat(text)
                                        .isEqualTo(("" + (text.length() - size) % 10).repeat(text.length())))
                                .retryWhen(Retry.indefinitely().filter(ObjectChangedException.class::isInstance)),
                        4)
                .count();
        assertThat(Mono.zip(writes.thenReturn(0), reads).block(PATIENCE).getT2())
                .isEqualTo(300);
    }

    @Test
    void etag_changesWithEachPut_alsoWithinOneTickOfTheClock() {
        var frozen = new FixedRuntime(Clock.fixed(Instant.parse("2024-01-01T00:00:00Z"), ZoneOffset.UTC));
        LocalStore other = LocalStore.builder(root).runtime(frozen).build();
        List<String> etags = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            ObjectInfo put = Given.put(other, "x", "same");
            assertThat(other.head("x").block(PATIENCE)).isEqualTo(put);
            etags.add(put.etag());
        }
        assertThat(etags).doesNotHaveDuplicates();
        other.close().block(PATIENCE);
    }

    @Test
    void lastModified_isTheClockOfTheRuntime() {
        Instant time = Instant.parse("2001-02-03T04:05:06.000000789Z");
        LocalStore other = LocalStore.builder(root)
                .runtime(new FixedRuntime(Clock.fixed(time, ZoneOffset.UTC)))
                .build();
        assertThat(Given.put(other, "x", "1").lastModified()).isEqualTo(time);
        assertThat(Given.put(other, "x", "2").lastModified()).isEqualTo(time.plusNanos(1));
        other.close().block(PATIENCE);
    }

    @Test
    void manyPutsIfAbsent_haveOneWinner() {
        for (int round = 0; round < 40; round++) {
            String key = round % 2 == 0 ? "k" + round : "d" + round + "/K";
            List<PutResult> results = Flux.range(0, 20)
                    .flatMap(i -> store.putIfAbsent(key, Content.text("" + i)), 20)
                    .collectList()
                    .block(PATIENCE);
            List<PutResult> won = results.stream().filter(PutResult::stored).toList();
            assertThat(won).hasSize(1);
            assertThat(store.head(key).block(PATIENCE)).isEqualTo(won.get(0).info());
        }
    }

    @Test
    void manyPutsIfAbsent_ofTwoStoresOnOneRoot_haveOneWinner() {
        LocalStore other = LocalStore.create(root);
        for (int round = 0; round < 40; round++) {
            String key = "k" + round;
            Long won = Flux.range(0, 20)
                    .flatMap(i -> (i % 2 == 0 ? store : other).putIfAbsent(key, Content.text("" + i)), 20)
                    .filter(PutResult::stored)
                    .count()
                    .block(PATIENCE);
            assertThat(won).isEqualTo(1);
        }
        other.close().block(PATIENCE);
    }

    @Test
    void manyPutsIfMatch_haveOneWinnerEach() {
        ObjectInfo first = Given.put(store, "n", "0");
        for (int round = 0; round < 40; round++) {
            String etag = first.etag();
            List<PutResult> won = Flux.range(0, 20)
                    .flatMap(i -> store.putIfMatch("n", etag, Content.text("0")), 20)
                    .filter(PutResult::stored)
                    .collectList()
                    .block(PATIENCE);
            assertThat(won).hasSize(1);
            first = won.get(0).info();
        }
    }

    @Test
    void incrementsUnderIfMatch_loseNone() {
        Given.put(store, "n", "0");
        Mono<Boolean> increment = store.get("n")
                .flatMap(object -> object.text()
                        .flatMap(text -> store.putIfMatch(
                                "n", object.info().etag(), Content.text("" + (Integer.parseInt(text) + 1)))))
                .onErrorReturn(ObjectChangedException.class, new PutResult(null))
                .map(PutResult::stored);
        Flux.range(0, 60)
                .flatMap(i -> increment.repeat().takeUntil(stored -> stored).then(), 6)
                .blockLast(PATIENCE);
        assertThat(Given.text(store, "n")).isEqualTo("60");
    }

    @Test
    void deleteIfMatch_deletesThatVersionOnly() {
        String old = Given.put(store, "x", "1").etag();
        String now = Given.put(store, "x", "2").etag();
        StepVerifier.create(store.delete("x", DeleteOptions.defaults().withIfMatch(old)))
                .expectError(PreconditionFailedException.class)
                .verify(PATIENCE);
        StepVerifier.create(store.delete("x", DeleteOptions.defaults().withVersion("v")))
                .expectError(StoreUnsupportedException.class)
                .verify(PATIENCE);
        assertThat(Given.text(store, "x")).isEqualTo("2");
        store.delete("x", DeleteOptions.defaults().withIfMatch(now)).block(PATIENCE);
        store.delete("x", DeleteOptions.defaults().withIfMatch(now)).block(PATIENCE);
        assertThat(Given.text(store, "x")).isNull();
    }

    @Test
    void failedCondition_leavesTheObjectAndNoTempFile() {
        Given.put(store, "x", "old");
        StepVerifier.create(store.put(
                        "x", Content.text("new"), WriteOptions.defaults().withIfAbsent()))
                .expectError(PreconditionFailedException.class)
                .verify(PATIENCE);
        StepVerifier.create(store.put(
                        "y", Content.text("new"), WriteOptions.defaults().withIfMatch("e")))
                .expectError(PreconditionFailedException.class)
                .verify(PATIENCE);
        assertThat(Given.text(store, "x")).isEqualTo("old");
        assertThat(Given.keys(store)).containsExactly("x");
        assertThat(Given.tempFiles(root)).isEmpty();
    }

    @Test
    void copy_isWhole_andFailsForAnAbsentObject() {
        String text = "0123456789".repeat(100_000);
        Given.put(store, "from", text);
        ObjectInfo copy = store.copy("from", "to/B").block(PATIENCE);
        assertThat(copy.key()).isEqualTo("to/B");
        assertThat(Given.text(store, "to/B")).isEqualTo(text);
        assertThat(store.head("to/B").block(PATIENCE)).isEqualTo(copy);
        StepVerifier.create(store.copy("none", "to"))
                .expectError(ObjectNotFoundException.class)
                .verify(PATIENCE);
        StepVerifier.create(store.copy("from", "to/B", WriteOptions.defaults().withIfAbsent()))
                .expectError(PreconditionFailedException.class)
                .verify(PATIENCE);
        assertThat(Given.tempFiles(root)).isEmpty();
    }

    @Test
    void fsync_changesNothingThatCanBeSeen(@TempDir Path other) {
        LocalStore safe = LocalStore.builder(other).fsync(true).xattrs(false).build();
        WriteOptions options = WriteOptions.defaults()
                .withIfAbsent()
                .withAttributes(Attributes.none().withContentType("a/b"));
        Given.put(safe, "a/b/c", "1");
        safe.put("a/b", Content.text("2"), options).block(PATIENCE);
        Given.put(safe, "x", "3");
        Given.put(safe, "x/y", "4");
        assertThat(Given.keys(safe)).containsExactly("a/b", "a/b/c", "x", "x/y");
        assertThat(safe.deletePrefix("").block(PATIENCE)).isEqualTo(4);
        assertThat(Given.paths(other)).isEmpty();
        safe.close().block(PATIENCE);
    }

    @Test
    void deletePrefix_isAPlainStringPrefix_andCounts() {
        for (String key : List.of("fo", "foo", "foo/bar", "foo/baz/x", "fop", "f")) {
            Given.put(store, key, key);
        }
        assertThat(store.deletePrefix("foo").block(PATIENCE)).isEqualTo(3);
        assertThat(Given.keys(store)).containsExactly("f", "fo", "fop");
        assertThat(store.deletePrefix("").block(PATIENCE)).isEqualTo(3);
        assertThat(store.deletePrefix("").block(PATIENCE)).isZero();
        assertThat(Given.paths(root)).isEmpty();
    }

    @Test
    void deleteAll_tellsEachKeyInOrder_alsoMalformedOnes() {
        Flux.range(0, 100).concatMap(i -> store.put("k" + i, Content.text("x"))).blockLast(PATIENCE);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            keys.add("k" + i);
        }
        keys.add(50, "x".repeat(1025));
        var results = store.deleteAll(Flux.fromIterable(keys)).collectList().block(PATIENCE);
        assertThat(results).extracting(result -> result.key()).isEqualTo(keys);
        assertThat(results.stream().filter(result -> !result.deleted()))
                .singleElement()
                .satisfies(result -> assertThat(result.error()).isInstanceOf(IllegalArgumentException.class));
        assertThat(Given.keys(store)).isEmpty();
    }
}
