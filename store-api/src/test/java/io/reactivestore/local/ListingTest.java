package io.reactivestore.local;

import static io.reactivestore.local.Given.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.Keys;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.internal.Directory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class ListingTest {

    @TempDir
    static Path root;

    /** Few levels deep: a thousand levels are slow to make, and KeysTest has them. */
    private static final List<String> SORTED = NastyKeys.of(2, 2200).stream()
            .filter(key -> key.chars().filter(c -> c == '/').count() < 20)
            .sorted(Keys.UTF8_ORDER)
            .toList();

    private static LocalStore store;

    @BeforeAll
    static void open() {
        store = LocalStore.create(root);
        Flux.fromIterable(SORTED)
                .flatMap(key -> store.put(key, Content.text("x")), 16)
                .blockLast(PATIENCE);
    }

    @AfterAll
    static void close() {
        store.close().block(PATIENCE);
    }

    @Test
    void list_givesEveryKeyInUtf8Order_withItsFacts() {
        assertThat(Given.keys(store)).isEqualTo(SORTED);
        List<ObjectInfo> all = store.list("").collectList().block(PATIENCE);
        for (int i = 0; i < all.size(); i += 97) {
            ObjectInfo info = all.get(i);
            assertThat(store.head(info.key()).block(PATIENCE).withAttributes(null))
                    .isEqualTo(info);
        }
    }

    @Test
    void bounds_cutTheSameOrder() {
        Random random = new Random(9);
        for (int i = 0; i < 150; i++) {
            String prefix = i % 4 == 0 ? "" : someStart(random);
            String after = random.nextBoolean() ? null : someStart(random);
            String before = random.nextBoolean() ? null : someStart(random);
            List<String> expected = SORTED.stream()
                    .filter(key -> key.startsWith(prefix))
                    .filter(key -> after == null || Keys.UTF8_ORDER.compare(key, after) > 0)
                    .filter(key -> before == null || Keys.UTF8_ORDER.compare(key, before) < 0)
                    .toList();
            ListOptions options =
                    ListOptions.prefix(prefix).withStartAfter(after).withEndBefore(before);
            assertThat(store.list(options).map(ObjectInfo::key).collectList().block(PATIENCE))
                    .as(options.toString())
                    .isEqualTo(expected);
        }
    }

    @Test
    void listDirectory_isOneLevelOfTheListing() {
        TreeSet<String> directories = new TreeSet<>(List.of("", "none", "none/"));
        Random random = new Random(4);
        while (directories.size() < 150) {
            String key = SORTED.get(random.nextInt(SORTED.size()));
            int slash = key.lastIndexOf('/');
            if (slash > 0) {
                directories.add(key.substring(0, slash + random.nextInt(2)));
            }
        }
        for (String directory : directories) {
            List<ListEntry> expected =
                    Directory.list(directory, store::list).collectList().block(PATIENCE);
            assertThat(store.listDirectory(directory).collectList().block(PATIENCE))
                    .as(directory)
                    .isEqualTo(expected);
        }
    }

    @Test
    void demand_isAllThatIsGiven_andCancelEndsIt() {
        StepVerifier.create(store.list("").map(ObjectInfo::key), 0)
                .thenRequest(1)
                .expectNext(SORTED.get(0))
                .thenRequest(3)
                .expectNext(SORTED.get(1), SORTED.get(2), SORTED.get(3))
                .expectNoEvent(Duration.ofMillis(50))
                .thenRequest(500)
                .expectNextCount(500)
                .thenCancel()
                .verify(PATIENCE);
        assertThat(store.list("")
                        .map(ObjectInfo::key)
                        .limitRate(7)
                        .collectList()
                        .block(PATIENCE))
                .isEqualTo(SORTED);
        assertThat(store.list("").take(10).count().block(PATIENCE)).isEqualTo(10);
    }

    @Test
    void twoListingsAtOnce_areEachTheirOwn() {
        Flux<ObjectInfo> list = store.list("a");
        var both = Flux.zip(list.map(ObjectInfo::key), list.map(ObjectInfo::key))
                .collectList()
                .block(PATIENCE);
        assertThat(both).isNotEmpty().allMatch(pair -> pair.getT1().equals(pair.getT2()));
    }

    @Test
    void whatVanishesUnderway_isLeftOut(@TempDir Path other) throws IOException {
        LocalStore small = LocalStore.create(other);
        for (String key : List.of("a", "b", "c/d", "c/e/f", "g")) {
            Given.put(small, key, key);
        }
        StepVerifier.create(small.list("").map(ObjectInfo::key), 1)
                .expectNext("a")
                .then(() -> small.delete("b").then(small.deletePrefix("c")).block(PATIENCE))
                .thenRequest(10)
                .expectNext("g")
                .expectComplete()
                .verify(PATIENCE);
        small.close().block(PATIENCE);
    }

    @Test
    void emptyDirectories_areNoSubPrefixes(@TempDir Path other) throws IOException {
        LocalStore small = LocalStore.create(other);
        Files.createDirectories(other.resolve("empty/more"));
        Files.createDirectories(other.resolve("foreign"));
        Files.writeString(other.resolve("foreign/README"), "x");
        Given.put(small, "full/deep/down/x", "x");
        Given.put(small, "/".repeat(300), "x");
        assertThat(small.listDirectory("").map(ListEntry::name).collectList().block(PATIENCE))
                .containsExactly("/", "full/");
        assertThat(small.listDirectory("full")
                        .map(ListEntry::name)
                        .collectList()
                        .block(PATIENCE))
                .containsExactly("full/deep/");
        assertThat(small.listDirectory("x".repeat(1024)).collectList().block(PATIENCE))
                .isEmpty();
        assertThat(Given.keys(small)).containsExactly("/".repeat(300), "full/deep/down/x");
        assertThat(small.deletePrefix("/").block(PATIENCE)).isEqualTo(1);
        small.close().block(PATIENCE);
    }

    @Test
    void keysDeeperThanAKeyMayBe_areLeftOut(@TempDir Path other) throws IOException {
        LocalStore small = LocalStore.create(other);
        Path deep = Files.createDirectories(other.resolve("d/".repeat(510) + "last"));
        Files.writeString(deep.resolve("x"), "fits not");
        Given.put(small, "ok", "x");
        assertThat(deep.resolve("x")).exists();
        assertThat(Given.keys(small)).containsExactly("ok");
        assertThat(small.listDirectory("").map(ListEntry::name).collectList().block(PATIENCE))
                .containsExactly("ok");
        small.close().block(PATIENCE);
    }

    @Test
    void deletingWhileListing_deletesAll(@TempDir Path other) {
        LocalStore small = LocalStore.create(other);
        Flux.fromIterable(SORTED)
                .take(800)
                .flatMap(key -> small.put(key, Content.text("x")), 16)
                .blockLast(PATIENCE);
        assertThat(small.list("")
                        .map(ObjectInfo::key)
                        .as(small::deleteAll)
                        .count()
                        .block(PATIENCE))
                .isEqualTo(800);
        assertThat(Given.paths(other)).isEmpty();
        small.close().block(PATIENCE);
    }

    private static String someStart(Random random) {
        String key = SORTED.get(random.nextInt(SORTED.size()));
        return key.substring(0, key.offsetByCodePoints(0, 1 + random.nextInt(key.codePointCount(0, key.length()))));
    }
}
