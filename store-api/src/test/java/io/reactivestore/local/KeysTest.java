package io.reactivestore.local;

import static io.reactivestore.local.Given.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Any legal key is an object of its own. */
class KeysTest {

    @TempDir
    Path root;

    private LocalStore store;

    @BeforeEach
    void open() {
        store = LocalStore.create(root);
    }

    @AfterEach
    void close() {
        store.close().block(PATIENCE);
    }

    @Test
    void nastyKeys_keepTheirOwnBytes_andLeaveNothingWhenDeleted() {
        Set<String> keys = NastyKeys.of(1, 800);
        Flux.fromIterable(keys)
                .flatMap(key -> store.put(key, Content.text("is " + key)), 16)
                .blockLast(PATIENCE);

        List<String> wrong = Flux.fromIterable(keys)
                .filterWhen(
                        key -> store.getText(key)
                                .map(("is " + key)::equals)
                                .defaultIfEmpty(false)
                                .map(same -> !same),
                        16)
                .collectList()
                .block(PATIENCE);
        assertThat(wrong).isEmpty();

        Flux.fromIterable(keys).flatMap(store::delete, 16).blockLast(PATIENCE);
        assertThat(Given.paths(root)).isEmpty();
    }

    @Test
    void keysOfOneCaseOnly_areTwoObjects_inNamesThatDifferWithoutCase() {
        Given.put(store, "readme", "small");
        Given.put(store, "README", "large");
        Given.put(store, "ReadMe", "mixed");

        assertThat(Given.text(store, "readme")).isEqualTo("small");
        assertThat(Given.text(store, "README")).isEqualTo("large");
        assertThat(Given.paths(root)).hasSize(3).allMatch(path -> path.equals(path.toLowerCase(Locale.ROOT)));
    }

    @Test
    void literalKey_isAFileOfItsName_withItsBytes() throws IOException {
        Given.put(store, "ab/ab12.payload", "bytes");
        assertThat(Given.paths(root)).containsExactly("ab", "ab/ab12.payload");
        assertThat(root.resolve("ab/ab12.payload")).hasContent("bytes");
        store.close().block(PATIENCE);
        try (var all = Files.list(root)) {
            assertThat(all).containsExactly(root.resolve("ab"));
        }
    }

    @Test
    void objectUnderAnObject_movesItAside_andBothStay() {
        var first = Given.put(store, "a", "object");
        Given.put(store, "a/b/c", "below");
        Given.put(store, "a/b", "between");

        assertThat(Given.paths(root)).containsExactly("a", "a%_", "a/b", "a/b%_", "a/b/c");
        assertThat(Given.text(store, "a")).isEqualTo("object");
        assertThat(Given.text(store, "a/b")).isEqualTo("between");
        assertThat(Given.text(store, "a/b/c")).isEqualTo("below");
        assertThat(store.head("a").block(PATIENCE)).isEqualTo(first);
        assertThat(Given.keys(store)).containsExactly("a", "a/b", "a/b/c");
    }

    @Test
    void objectOverADirectory_isReplacedAndDeletedWhereItIs() {
        Given.put(store, "a/b", "below");
        Given.put(store, "a", "one");
        Given.put(store, "a", "two");
        assertThat(Given.text(store, "a")).isEqualTo("two");

        store.delete("a/b").block(PATIENCE);
        assertThat(Given.paths(root)).containsExactly("a%_");
        assertThat(Given.text(store, "a")).isEqualTo("two");
        Given.put(store, "a", "three");
        assertThat(Given.paths(root)).containsExactly("a%_");
        assertThat(Given.keys(store)).containsExactly("a");

        store.delete("a").block(PATIENCE);
        assertThat(Given.paths(root)).isEmpty();
        assertThat(Given.text(store, "a")).isNull();
    }

    @Test
    void longestKeys_moveAsideToo() {
        for (String name :
                List.of("n".repeat(255), "n".repeat(250), "n".repeat(240), "N".repeat(200), "n".repeat(600))) {
            Given.put(store, name, "object");
            Given.put(store, name + "/x", "below");
            assertThat(Given.text(store, name)).isEqualTo("object");
            assertThat(Given.text(store, name + "/x")).isEqualTo("below");
            assertThat(Given.keys(store)).containsExactly(name, name + "/x");
            store.deletePrefix("").block(PATIENCE);
            assertThat(Given.paths(root)).isEmpty();
        }
    }

    @Test
    void reservedNames_areOrdinaryKeys() {
        for (String key : List.of("%store", "%store/tmp/x", "%store/attributes/00/1")) {
            Given.put(store, key, key);
        }
        assertThat(Given.keys(store)).containsExactly("%store", "%store/attributes/00/1", "%store/tmp/x");
        assertThat(Given.paths(root)).contains("%25store/tmp/x");
        assertThat(store.deletePrefix("%store").block(PATIENCE)).isEqualTo(3);
    }

    @Test
    void putsAndDeletesThatMakeAndRemoveTheSameDirectories_neverFailAndNeverLoseAnObject() {
        Mono<Void> churn = Flux.range(0, 1200)
                .map(i -> i % 3 == 0 ? "d/e" : "d/e/f" + i % 5)
                .flatMap(key -> store.put(key, Content.text(key)).then(store.delete(key)), 16)
                .then();
        List<Mono<Void>> all =
                List.of(churn, putsAndDeletes("d"), putsAndDeletes("d/e/keep/k"), putsAndDeletes("d/e/keep"));
        Flux.merge(Flux.fromIterable(all), 4).then().block(PATIENCE);
        assertThat(Given.paths(root)).isEmpty();
    }

    private Mono<Void> putsAndDeletes(String key) {
        return Flux.range(0, 400)
                .concatMap(i -> store.put(key, Content.text("v" + i))
                        .then(store.getText(key))
                        .defaultIfEmpty("lost")
                        .doOnNext(text -> assertThat(text).isEqualTo("v" + i))
                        .then(store.delete(key)))
                .then();
    }
}
