package io.reactivestore.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Attributes;
import io.reactivestore.ByteRange;
import io.reactivestore.DeleteResult;
import io.reactivestore.ListEntry;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.WriteOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** What several stores share: directories, bulk deletes, checks of arguments. */
class SmallPartsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Test
    void directory_tellsEachSubPrefixOnce() {
        assertThat(directory("", "a", "b/", "b/c", "b/d/e", "b0", "c/d")).containsExactly("a", "b/", "b0", "c/");
        assertThat(directory("b", "b/", "b/c", "b/d/e", "b/d/f", "b/g")).containsExactly("b/", "b/c", "b/d/", "b/g");
        assertThat(directory("b/", "b//", "b//x", "b/c")).containsExactly("b//", "b/c");
        assertThat(directory("b")).isEmpty();
    }

    @Test
    void directory_givesTheFactsOfObjectsOnly() {
        List<ListEntry> entries = Directory.list("", options -> Flux.just(info("a"), info("b/c")))
                .collectList()
                .block(PATIENCE);
        assertThat(entries).containsExactly(new ListEntry("a", info("a")), new ListEntry("b/", null));
    }

    @Test
    void directoryOfTheLongestPrefix_isAsked() {
        String longest = "x".repeat(1024);
        StepVerifier.create(Directory.list(longest, options -> Flux.empty()))
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void bulkDelete_keepsTheOrderWhateverEndsFirst() {
        Sinks.Empty<Void> slow = Sinks.empty();
        StepVerifier.create(BulkDelete.each(Flux.just("slow", "bad", "", "fast"), 4, key -> switch (key) {
                    case "slow" -> slow.asMono();
                    case "bad" -> Mono.error(new IllegalStateException("meant"));
                    default -> Mono.empty();
                }))
                .then(slow::tryEmitEmpty)
                .expectNext(new DeleteResult("slow", null))
                .assertNext(result -> {
                    assertThat(result.key()).isEqualTo("bad");
                    assertThat(result.error()).hasMessage("meant");
                    assertThat(result.deleted()).isFalse();
                })
                .assertNext(result -> assertThat(result.error()).hasMessage("deleteAll: the key is empty"))
                .expectNext(new DeleteResult("fast", null))
                .expectComplete()
                .verify(PATIENCE);
    }

    @Test
    void bulkDelete_tellsAllResultsBeforeTheErrorOfTheKeys() {
        Sinks.Empty<Void> slow = Sinks.empty();
        TestPublisher<String> keys = TestPublisher.create();
        StepVerifier.create(BulkDelete.each(keys, 2, key -> slow.asMono()))
                .then(() -> keys.next("a").error(new IllegalStateException("meant")))
                .then(slow::tryEmitEmpty)
                .expectNext(new DeleteResult("a", null))
                .expectErrorMessage("meant")
                .verify(PATIENCE);
    }

    @Test
    void bulkDelete_asksForNoMoreKeysThanItDeletesAtOnce() {
        TestPublisher<String> keys = TestPublisher.create();
        StepVerifier.create(BulkDelete.each(keys, 3, key -> Mono.empty()), 0)
                .then(() -> keys.assertMinRequested(3).assertMaxRequested(3))
                .thenCancel()
                .verify(PATIENCE);
        keys.assertCancelled();
    }

    @Test
    void copyOntoItself_needsNewAttributes() {
        Arguments.requireCopy("a", "b", WriteOptions.defaults());
        Arguments.requireCopy("a", "a", WriteOptions.defaults().withAttributes(Attributes.none()));
        assertThatThrownBy(() -> Arguments.requireCopy("a", "a", WriteOptions.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("copy: a onto itself needs new attributes");
        assertThatThrownBy(() -> Arguments.requireCopy("a", "", WriteOptions.defaults()))
                .hasMessage("copy: the key is empty");
        assertThatThrownBy(() -> Arguments.requireCopy("a", "b", null)).hasMessage("copy: options is null");
    }

    @Test
    void ranges_areCopiedAndChecked() {
        List<ByteRange> given = new ArrayList<>(List.of(ByteRange.from(1)));
        List<ByteRange> checked = Arguments.requireRanges(given, ReadOptions.defaults());
        given.clear();
        assertThat(checked).containsExactly(ByteRange.from(1));
        ReadOptions any = ReadOptions.defaults();
        assertThatThrownBy(() -> Arguments.requireRanges(null, any)).hasMessage("getRanges: ranges is null");
        assertThatThrownBy(() -> Arguments.requireRanges(Arrays.asList((ByteRange) null), any))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("getRanges: a range is null");
        for (ReadOptions refused : List.of(
                any.withRange(ByteRange.from(1)), any.withIfNoneMatch("e"), any.withIfModifiedSince(Instant.EPOCH))) {
            assertThatThrownBy(() -> Arguments.requireRanges(List.of(), refused))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("getRanges: ");
        }
    }

    private static List<String> directory(String prefix, String... keys) {
        return Directory.list(
                        prefix,
                        options -> Flux.just(keys)
                                .filter(key -> key.startsWith(options.prefix()))
                                .map(SmallPartsTest::info))
                .map(ListEntry::name)
                .collectList()
                .block(PATIENCE);
    }

    private static ObjectInfo info(String key) {
        return new ObjectInfo(key, 0, "e", null, Instant.EPOCH, null);
    }
}
