package io.reactivestore.payload;

import static io.reactivestore.payload.PayloadFixture.all;
import static io.reactivestore.payload.PayloadFixture.done;
import static io.reactivestore.payload.PayloadFixture.key;
import static io.reactivestore.payload.PayloadFixture.one;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.memory.MemoryStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Payloads that depend on files and on each other. */
class DependencyIndexTest {

    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    private final MemoryStore store = MemoryStore.create();
    private final PayloadStore payloads = PayloadStore.builder(store).build();
    private final DependencyIndex index = DependencyIndex.of(payloads);

    @TempDir
    Path directory;

    @Test
    void payloadWhoseFilesAreAsTheyWere_isServed() throws Exception {
        persist("a", root("one", "1"), root("two", "2"));
        assertThat(served("a")).isTrue();
        assertThat(served("a")).isTrue();
    }

    @Test
    void payloadWithoutFiles_isServed_andAnAbsentOneIsEmpty() {
        persist("a");
        assertThat(served("a")).isTrue();
        assertThat(served("never")).isFalse();
    }

    @Test
    void changedFile_dropsThePayload() throws Exception {
        persist("a", root("one", "1"), root("two", "2"));
        Files.writeString(directory.resolve("two"), "x");
        assertThat(served("a")).isFalse();
        assertThat(all(store.list(""))).isEmpty();
    }

    @Test
    void missingFileAndDirectory_areMismatches() throws Exception {
        persist("gone", root("one", "1"));
        Files.delete(directory.resolve("one"));
        assertThat(served("gone")).isFalse();

        persist("directory", new FileRoot(directory.toString(), key("x").hex()));
        assertThat(served("directory")).isFalse();

        persist("malformed", new FileRoot("\0", key("x").hex()));
        assertThat(served("malformed")).isFalse();
    }

    @Test
    void change_dropsAllThatWereMadeFromIt_butNoOthers() throws Exception {
        persist("tool", root("one", "1"));
        made("answer", "tool");
        made("summary", "answer", "other");
        made("ring", "summary", "ring");
        persist("other");
        made("apart", "other");
        Files.writeString(directory.resolve("one"), "changed");

        assertThat(served("tool")).isFalse();

        assertThat(all(payloads.entries()))
                .extracting(PayloadEntry::key)
                .containsExactlyInAnyOrder(key("other"), key("apart"));
    }

    @Test
    void newIndex_knowsWhatWasThereBefore() throws Exception {
        persist("tool", root("one", "1"));
        made("answer", "tool");
        DependencyIndex second = DependencyIndex.of(PayloadStore.builder(store).build());

        assertThat(one(second.invalidate(key("tool")))).isEqualTo(2);
        assertThat(all(store.list(""))).isEmpty();
    }

    @Test
    void removedAndEvictedPayloads_areNotDroppedAgain() {
        persist("tool");
        made("removed", "tool");
        done(payloads.remove(key("removed")));
        assertThat(one(index.invalidate(key("tool")))).isEqualTo(1);

        persist("tool");
        made("evicted", "tool");
        one(payloads.evictToCap(0));
        assertThat(one(index.invalidate(key("tool")))).isEqualTo(1);
    }

    @Test
    void persistedAgain_dependsOnItsNewUpstreamsOnly() {
        persist("tool");
        persist("other");
        made("answer", "tool");
        made("answer", "other");
        assertThat(one(index.invalidate(key("tool")))).isEqualTo(1);
        assertThat(served("answer")).isTrue();
        assertThat(one(index.invalidate(key("other")))).isEqualTo(2);
    }

    @Test
    void fileChangedBehindItsOldTime_isSeenByItsInodeTimes() throws Exception {
        Path file = directory.resolve("one");
        persist("a", root("one", "1"));
        Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
        assertThat(served("a")).as("hashed, and remembered").isTrue();

        Files.writeString(file, "2");
        Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));

        assertThat(served("a"))
                .as("the same size and time, but not the same change time")
                .isFalse();
    }

    @Test
    void youngFile_isHashedEachTime() throws Exception {
        persist("a", root("one", "1"));
        assertThat(served("a")).isTrue();
        Files.writeString(directory.resolve("one"), "2");
        assertThat(served("a")).isFalse();
    }

    private FileRoot root(String name, String text) throws Exception {
        Path file = Files.writeString(directory.resolve(name), text);
        return new FileRoot(file.toString(), key(text).hex());
    }

    private void persist(String input, FileRoot... roots) {
        one(payloads.persist(key(input), Content.text(input), "read", List.of(roots)));
    }

    private void made(String input, String... upstreams) {
        List<PayloadKey> keys =
                List.of(upstreams).stream().map(PayloadFixture::key).toList();
        one(payloads.persistWithUpstreams(key(input), Content.text(input), "llm", List.of(), keys));
    }

    private boolean served(String input) {
        return one(index.lookup(key(input)).hasElement());
    }
}
