package io.reactivestore.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What a client asks for besides whole objects is a read too: found out if it is older than a write. */
class HistoryClientTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String KEY = "a/k";
    private static final String OTHER = "a/l";
    private static final List<ByteRange> RANGES = List.of(ByteRange.of(0, 50), ByteRange.from(40));
    private static final List<String> KEYS = List.of(KEY, OTHER, "b/k");

    private final History history = History.of(() -> 0, Duration.ofNanos(100));
    private final Store source = history.appliedOrder().around(MemoryStore.create(), StoreRuntime.system());
    private final Frozen frozen = new Frozen(source);
    private final HistoryClient writer = history.client("w", source);
    private final HistoryClient client = history.client("c", frozen);

    @Test
    void rightAnswers_areFine() {
        does(writer.put(KEY, 100));
        asksEverything(client);
        does(writer.put(KEY, 100));
        does(writer.delete(OTHER));
        asksEverything(client);
        history.verify();
        assertThat(history.reads()).isEqualTo(2 * (4 + 3 + 2 + 2));
    }

    @Test
    void oldFacts_areFound() {
        does(writer.put(KEY, 100));
        frozen.freeze();
        does(writer.put(KEY, 100));
        does(client.head(KEY));
        isWrong("got #1, which in the order of the source is older than what");
    }

    @Test
    void oldListing_isFound() {
        does(writer.put(KEY, 100));
        frozen.freeze();
        does(writer.delete(KEY));
        does(client.list(ListOptions.prefix("a/"), KEYS));
        isWrong("got #1, which in the order of the source is older than what");
    }

    @Test
    void listingWithoutAnObjectThatIsThere_isFound() {
        frozen.freeze();
        does(writer.put(OTHER, 100));
        does(client.listDirectory("a/", KEYS));
        isWrong("got nothing");
    }

    @Test
    void keyOutOfTheBounds_isNotMissed_butFailsIfListed() {
        does(writer.put(KEY, 100));
        does(writer.put(OTHER, 100));
        does(client.list(ListOptions.prefix("a/").withStartAfter(KEY), KEYS));
        does(client.list(ListOptions.prefix("a/").withEndBefore(OTHER), KEYS));
        history.verify();
        StepVerifier.create(client.list(ListOptions.prefix("a/"), List.of(KEY)))
                .expectErrorMatches(e -> e.getMessage().startsWith("listed twice, or though it was not asked for"))
                .verify(PATIENCE);
    }

    @Test
    void oldRanges_areFound() {
        does(writer.put(KEY, 100));
        frozen.freeze();
        does(writer.put(KEY, 100));
        does(client.readRanges(KEY, RANGES));
        isWrong("got #1, which in the order of the source is older than what");
    }

    @Test
    void rangesOfTwoWrites_areFound() {
        does(writer.put(KEY, 100));
        RangedObject first = range();
        does(writer.put(KEY, 100));
        history.read("c", KEY).returned(List.of(first, range()));
        isWrong("got damaged bytes: parts of #1 and of #2");
    }

    @Test
    void oldAnswerThatNothingHasChanged_isFound() {
        does(writer.put(KEY, 100));
        does(client.head(KEY));
        String etag = client.lastEtag(KEY);
        assertThat(etag).isNotNull();
        does(client.read(KEY, ReadOptions.defaults().withIfNoneMatch(etag)));
        history.verify();
        frozen.freeze();
        does(writer.put(KEY, 100));
        does(client.read(KEY, ReadOptions.defaults().withIfNoneMatch(etag)));
        isWrong("got #1, which in the order of the source is older than what");
    }

    @Test
    void refusedConditions_haveNotBeenApplied() {
        does(client.put(KEY, 100));
        String first = client.lastEtag(KEY);
        does(writer.put(KEY, 100));
        refused(client.put(KEY, 100, WriteOptions.defaults().withIfAbsent()));
        refused(client.delete(KEY, DeleteOptions.defaults().withIfMatch(first)));
        does(client.put(OTHER, 100));
        refused(client.copy(OTHER, KEY, WriteOptions.defaults().withIfAbsent()));
        does(client.read(KEY));
        history.verify();
    }

    private void asksEverything(HistoryClient asking) {
        for (String key : List.of(KEY, OTHER)) {
            does(asking.head(key));
            does(asking.readRanges(key, List.of(ByteRange.of(0, 50))));
        }
        does(asking.list(ListOptions.defaults(), KEYS));
        does(asking.listDirectory("a/", KEYS));
        does(asking.read(KEY, ReadOptions.defaults().withIfNoneMatch(asking.lastEtag(KEY))));
        does(asking.read(OTHER));
    }

    private RangedObject range() {
        return source.getRanges(KEY, List.of(ByteRange.of(0, 50)), ReadOptions.defaults())
                .blockFirst(PATIENCE);
    }

    private static void does(Mono<Void> operation) {
        StepVerifier.create(operation).expectComplete().verify(PATIENCE);
    }

    private static void refused(Mono<Void> operation) {
        StepVerifier.create(operation)
                .expectError(PreconditionFailedException.class)
                .verify(PATIENCE);
    }

    private void isWrong(String what) {
        assertThat(history.violations()).hasSize(1);
        assertThat(history.violations().get(0).toString()).contains(what);
    }

    /** Goes on answering with what there was when it froze: at least about the one key, and the two ranges. */
    private static final class Frozen extends ForwardingStore {

        private @Nullable Past past;

        private record Past(
                Mono<StoredObject> notModified,
                Flux<RangedObject> ranges,
                Mono<ObjectInfo> head,
                Flux<ObjectInfo> listing) {}

        Frozen(Store inner) {
            super(inner);
        }

        void freeze() {
            Mono<ObjectInfo> head = now(inner().head(KEY));
            past = new Past(
                    now(head.flatMap(
                            info -> inner().get(KEY, ReadOptions.defaults().withIfNoneMatch(info.etag())))),
                    now(head.flatMap(info -> inner().getRanges(KEY, RANGES, ReadOptions.defaults())
                                    .collectList()))
                            .flatMapIterable(all -> all),
                    head,
                    now(inner().list(ListOptions.defaults()).collectList()).flatMapIterable(all -> all));
        }

        private static <T> Mono<T> now(Mono<T> answer) {
            return Mono.justOrEmpty(answer.block(PATIENCE));
        }

        @Override
        public Mono<StoredObject> get(String key, ReadOptions options) {
            return past == null ? super.get(key, options) : past.notModified;
        }

        @Override
        public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
            return past == null ? super.getRanges(key, ranges, options) : past.ranges;
        }

        @Override
        public Mono<ObjectInfo> head(String key, ReadOptions options) {
            return past == null ? super.head(key, options) : past.head;
        }

        @Override
        public Flux<ObjectInfo> list(ListOptions options) {
            return past == null ? super.list(options) : past.listing;
        }

        @Override
        public Flux<ListEntry> listDirectory(String prefix) {
            return past == null
                    ? super.listDirectory(prefix)
                    : past.listing.map(info -> new ListEntry(info.key(), info));
        }
    }
}
