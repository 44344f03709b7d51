package io.reactivestore.decorate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteResult;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

class PrefixedStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Store inner = MemoryStore.create();
    private final Store store = PrefixedStore.of(inner, "tenant/");

    @Test
    void object_liesUnderThePrefixAndIsToldWithoutIt() {
        ObjectInfo put = store.put("a", Content.text("hello")).block(PATIENCE);
        assertThat(put.key()).isEqualTo("a");
        assertThat(inner.getText("tenant/a").block(PATIENCE)).isEqualTo("hello");
        assertThat(store.getText("a").block(PATIENCE)).isEqualTo("hello");
        assertThat(store.get("a").block(PATIENCE).info()).isEqualTo(put);
        assertThat(store.head("a").block(PATIENCE)).isEqualTo(put);
        assertThat(store.copy("a", "b").block(PATIENCE).key()).isEqualTo("b");
        assertThat(inner.exists("tenant/b").block(PATIENCE)).isTrue();
        store.delete("a").block(PATIENCE);
        assertThat(innerKeys()).containsExactly("tenant/b");
    }

    @Test
    void list_seesOnlyWhatIsUnderThePrefix() {
        given("a", "tenant", "tenant/", "tenant/a", "tenant/b/c", "tenant/b/d", "tenant/e", "tenant0", "z");
        assertThat(keys(ListOptions.defaults())).containsExactly("a", "b/c", "b/d", "e");
        assertThat(keys(ListOptions.prefix("b/"))).containsExactly("b/c", "b/d");
        assertThat(keys(ListOptions.defaults().withStartAfter("b/c"))).containsExactly("b/d", "e");
        assertThat(keys(ListOptions.defaults().withEndBefore("b/d"))).containsExactly("a", "b/c");
        assertThat(keys(ListOptions.defaults().withStartAfter("").withEndBefore("b")))
                .containsExactly("a");
        assertThat(keys(ListOptions.defaults().withEndBefore(""))).isEmpty();
        assertThat(store.isEmpty("x").block(PATIENCE)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tenant/", "tenant", "some/tenant-", ""})
    void listDirectory_tellsNamesWithoutThePrefix(String prefix) {
        for (String key : List.of("a", "b/c", "b/d", "b/e/f", "g")) {
            inner.put(prefix + key, Content.empty()).block(PATIENCE);
        }
        if (!prefix.isEmpty()) {
            given(prefix, "other", "some/other", "zzz/b/c");
        }
        Store view = PrefixedStore.of(inner, prefix);
        assertThat(names(view.listDirectory(""))).containsExactly("a", "b/", "g");
        assertThat(names(view.listDirectory("b"))).containsExactly("b/c", "b/d", "b/e/");
        assertThat(names(view.listDirectory("b/"))).containsExactly("b/c", "b/d", "b/e/");
        assertThat(names(view.listDirectory("absent"))).isEmpty();
        assertThat(view.listDirectory("").blockFirst(PATIENCE).info().key()).isEqualTo("a");
        assertThat(view.listDirectory("").blockLast(PATIENCE).info().key()).isEqualTo("g");
    }

    @Test
    void deletePrefixOfNothing_deletesOnlyUnderThePrefix() {
        given("a", "tenant", "tenant/a", "tenant/b", "tenant0");
        assertThat(store.deletePrefix("").block(PATIENCE)).isEqualTo(2);
        assertThat(innerKeys()).containsExactly("a", "tenant", "tenant0");
    }

    @Test
    void deleteAll_tellsOneResultPerKeyInOrder() {
        given("tenant/", "tenant/a", "tenant/b", "a");
        String tooLong = "x".repeat(1020);
        List<DeleteResult> results = store.deleteAll(Flux.just("a", "", "absent", tooLong, "\uD800", "b"))
                .collectList()
                .block(PATIENCE);
        assertThat(results).extracting(DeleteResult::key).containsExactly("a", "", "absent", tooLong, "\uD800", "b");
        assertThat(results).extracting(DeleteResult::deleted).containsExactly(true, false, true, false, false, true);
        assertThat(results.get(1).error())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("deleteAll: the key is empty");
        assertThat(results.get(3).error())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "deleteAll: the key has 1020 bytes of UTF-8, more than 1017, which the prefix tenant/ leaves of 1024");
        assertThat(results.get(4).error())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("deleteAll: the key has an unpaired surrogate at index 0");
        assertThat(innerKeys()).containsExactly("a", "tenant/");
    }

    @Test
    void deleteAll_asksForKeysAsTheInnerStoreDoes_andPassesTheirErrorOn() {
        given("tenant/a");
        TestPublisher<String> keys = TestPublisher.create();
        IllegalStateException own = new IllegalStateException("meant");
        StepVerifier.create(store.deleteAll(keys))
                .then(() -> keys.assertMaxRequested(1).next("a"))
                .assertNext(result -> assertThat(result).isEqualTo(new DeleteResult("a", null)))
                .then(() -> keys.error(own))
                .expectErrorSatisfies(e -> assertThat(e).isSameAs(own))
                .verify(PATIENCE);
    }

    @Test
    void failedDelete_isToldOfTheKeyWithoutPrefix() {
        PrefixedStore failing = PrefixedStore.of(ReadOnlyDeletes.of(inner), "tenant/");
        DeleteResult result = failing.deleteAll(Flux.just("a")).blockFirst(PATIENCE);
        assertThat(result.key()).isEqualTo("a");
        assertThat(result.error()).hasMessage("delete a: the store is read-only");
    }

    @Test
    void error_isToldOfTheKeyWithoutPrefix() {
        given("tenant/a");
        StepVerifier.create(store.getRanges("absent", List.of(ByteRange.from(0)), ReadOptions.defaults()))
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(ObjectNotFoundException.class)
                        .hasMessage("getRanges absent: no such object")
                        .hasRootCauseMessage("getRanges tenant/absent: no such object"))
                .verify(PATIENCE);
        StepVerifier.create(
                        store.put("a", Content.empty(), WriteOptions.defaults().withIfAbsent()))
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOf(PreconditionFailedException.class)
                        .hasMessageStartingWith("put a: "))
                .verify(PATIENCE);
        StepVerifier.create(store.copy("absent", "b"))
                .expectErrorSatisfies(e -> assertThat(e).hasMessage("copy absent: no such object"))
                .verify(PATIENCE);
        StepVerifier.create(store.getRange("a", ByteRange.of(7, 9)))
                .expectErrorSatisfies(e -> assertThat(e)
                        .isInstanceOfSatisfying(
                                RangeNotSatisfiableException.class,
                                range -> assertThat(range.size()).isEqualTo(2))
                        .hasMessageStartingWith("get a: "))
                .verify(PATIENCE);
    }

    @Test
    void errorOfABody_isToldOfTheKeyWithoutPrefix() {
        given("tenant/a");
        Flux<?> body = store.get("a").block(PATIENCE).body();
        inner.close().block(PATIENCE);
        StepVerifier.create(body)
                .expectErrorSatisfies(e ->
                        assertThat(e).isInstanceOf(StoreClosedException.class).hasMessage("get a: the store is closed"))
                .verify(PATIENCE);
    }

    @Test
    void errorOfTheCallersOwnContent_isPassedOnAsItIs() {
        Content content = Content.publisher(inner.read("tenant/absent"));
        StepVerifier.create(store.put("a", content))
                .expectErrorSatisfies(e -> assertThat(e).hasMessage("read tenant/absent: no such object"))
                .verify(PATIENCE);
    }

    @Test
    void storeThatListsForeignKeys_isCorrupt() {
        Store rogue = new ForwardingStore(inner) {
            @Override
            public Flux<ObjectInfo> list(ListOptions options) {
                return super.list(ListOptions.defaults());
            }
        };
        given("foreign");
        StepVerifier.create(PrefixedStore.of(rogue, "tenant/").list(""))
                .expectError(StoreCorruptException.class)
                .verify(PATIENCE);
    }

    @Test
    void keyThatIsTooLongWithThePrefix_isRefusedAtTheCall() {
        String longest = "x".repeat(1017);
        store.put(longest, Content.empty()).block(PATIENCE);
        assertThat(keys(ListOptions.prefix(longest))).containsExactly(longest);
        assertThatThrownBy(() -> store.get(longest + "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "get: the key has 1018 bytes of UTF-8, more than 1017, which the prefix tenant/ leaves of 1024");
        assertThatThrownBy(() -> store.head("\u20AC".repeat(340)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("head: the key has 1020 bytes");
        assertThatThrownBy(() -> store.list(ListOptions.defaults().withStartAfter(longest + "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("list: the startAfter has 1018 bytes");
        assertThatThrownBy(() -> store.copy("a", longest + "x")).hasMessageStartingWith("copy: the key has 1018 bytes");
    }

    @Test
    void malformedKey_isRefusedAtTheCall() {
        assertThatThrownBy(() -> store.get("")).hasMessage("get: the key is empty");
        assertThatThrownBy(() -> store.delete((String) null)).hasMessage("delete: key is null");
        assertThatThrownBy(() -> store.copy("a", "a")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void prefixWithoutRoomForAKey_isRefused() {
        PrefixedStore.of(inner, "x".repeat(1023)).put("a", Content.empty()).block(PATIENCE);
        assertThatThrownBy(() -> PrefixedStore.of(inner, "x".repeat(1024)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("decorate: the prefix has 1024 bytes, no key fits behind it");
    }

    @Test
    void prefixOfAPrefix_addsUp() {
        PrefixedStore.of(store, "deep/").put("a", Content.empty()).block(PATIENCE);
        assertThat(innerKeys()).containsExactly("tenant/deep/a");
    }

    private void given(String... keys) {
        for (String key : keys) {
            inner.put(key, Content.text("xy")).block(PATIENCE);
        }
    }

    private List<String> innerKeys() {
        return inner.list("").map(ObjectInfo::key).collectList().block(PATIENCE);
    }

    private List<String> keys(ListOptions options) {
        return store.list(options).map(ObjectInfo::key).collectList().block(PATIENCE);
    }

    private static List<String> names(Flux<ListEntry> entries) {
        return entries.map(ListEntry::name).collectList().block(PATIENCE);
    }

    /** Fails each delete of a bulk delete, as a store without permission does. */
    private static final class ReadOnlyDeletes {

        static Store of(Store inner) {
            Store readOnly = ReadOnlyStore.of(inner);
            return new ForwardingStore(inner) {
                @Override
                public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
                    return Flux.from(keys)
                            .concatMap(key -> readOnly.delete(key)
                                    .thenReturn(new DeleteResult(key, null))
                                    .onErrorResume(e -> Mono.just(new DeleteResult(key, e))));
                }
            };
        }
    }
}
