package io.reactivestore.local;

import static io.reactivestore.local.Given.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

/** What others put below the root. */
class ForeignFilesTest {

    @TempDir
    Path directory;

    private Path root;
    private Path outside;
    private LocalStore store;

    @BeforeEach
    void open() throws IOException {
        root = Files.createDirectory(directory.resolve("root"));
        outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        store = LocalStore.create(root);
        store.open().block(PATIENCE);
    }

    @AfterEach
    void close() {
        store.close().block(PATIENCE);
        assertThat(outside.resolve("secret")).hasContent("secret");
    }

    @Test
    void foreignFile_isServedWithTheFactsOfTheFileSystem() throws IOException {
        Path file = Files.createDirectories(root.resolve("dir")).resolve("data.bin");
        Files.writeString(file, "foreign");
        Instant time = Instant.parse("2020-02-03T04:05:06.789012345Z");
        Files.setLastModifiedTime(file, FileTime.from(time));

        ObjectInfo info = store.head("dir/data.bin").block(PATIENCE);
        assertThat(info.size()).isEqualTo(7);
        assertThat(info.lastModified()).isEqualTo(time);
        assertThat(info.attributes()).isEqualTo(Attributes.none());
        assertThat(Given.text(store, "dir/data.bin")).isEqualTo("foreign");
        assertThat(store.list("").collectList().block(PATIENCE)).containsExactly(info.withAttributes(null));
    }

    @Test
    void foreignChange_changesTheEtag() throws IOException {
        Path file = root.resolve("x");
        Files.writeString(file, "one");
        String one = store.head("x").block(PATIENCE).etag();
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        String touched = store.head("x").block(PATIENCE).etag();
        Files.writeString(file, "three");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
        String longer = store.head("x").block(PATIENCE).etag();
        Path other = Files.writeString(root.resolve("y"), "three");
        Files.setLastModifiedTime(other, FileTime.fromMillis(1_000_000));
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        String replaced = store.head("x").block(PATIENCE).etag();
        assertThat(List.of(one, touched, longer, replaced)).doesNotHaveDuplicates();
    }

    @Test
    void namesThatNoKeyHas_areNotServed() throws IOException {
        for (String name : List.of("README", "a b", "%41x%", "%61", "%zz", "x%+", "\u00e4")) {
            Files.writeString(root.resolve(name), name);
        }
        Files.writeString(Files.createDirectories(root.resolve("Dir")).resolve("x"), "x");
        Files.writeString(Files.createDirectories(root.resolve("d%_")).resolve("x"), "x");
        assertThat(Given.keys(store)).isEmpty();
        assertThat(store.listDirectory("").collectList().block(PATIENCE)).isEmpty();
        assertThat(Given.text(store, "README")).isNull();
        assertThat(Given.text(store, "a")).isNull();
    }

    @Test
    void linkToAFile_isNoObject_andNotReplaced() throws IOException {
        Path link = Files.createSymbolicLink(root.resolve("link"), outside.resolve("secret"));

        assertThat(Given.text(store, "link")).isNull();
        assertThat(store.head("link").block(PATIENCE)).isNull();
        assertThat(Given.keys(store)).isEmpty();
        StepVerifier.create(store.put("link", Content.text("x")))
                .expectError(StoreAccessDeniedException.class)
                .verify(PATIENCE);
        StepVerifier.create(store.putIfAbsent("link", Content.text("x")))
                .expectError(StoreAccessDeniedException.class)
                .verify(PATIENCE);
        store.delete("link").block(PATIENCE);
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(Given.tempFiles(root)).isEmpty();
    }

    @Test
    void linkToADirectory_isNotEntered() throws IOException {
        Files.createSymbolicLink(root.resolve("dir"), outside);
        Files.createDirectory(root.resolve("real"));
        Files.createSymbolicLink(root.resolve("real/dir"), outside);

        for (String key : List.of("dir/secret", "real/dir/secret")) {
            assertThat(Given.text(store, key)).isNull();
            assertThat(store.head(key).block(PATIENCE)).isNull();
            StepVerifier.create(store.put(key, Content.text("x")))
                    .expectError(StoreAccessDeniedException.class)
                    .verify(PATIENCE);
            store.delete(key).block(PATIENCE);
            assertThat(store.list(key).collectList().block(PATIENCE)).isEmpty();
        }
        StepVerifier.create(store.put("dir/new", Content.text("x")))
                .expectError(StoreAccessDeniedException.class)
                .verify(PATIENCE);
        assertThat(Given.keys(store)).isEmpty();
        assertThat(store.list("dir/").collectList().block(PATIENCE)).isEmpty();
        assertThat(store.listDirectory("dir").collectList().block(PATIENCE)).isEmpty();
        assertThat(store.listDirectory("").collectList().block(PATIENCE)).isEmpty();
        assertThat(store.deletePrefix("").block(PATIENCE)).isZero();
        try (var all = Files.list(outside)) {
            assertThat(all).hasSize(1);
        }
    }

    @Test
    void fileThatBecomesALink_isNotReadFromThere() throws IOException {
        Given.put(store, "x", "secret");
        var object = store.get("x").block(PATIENCE);
        Files.delete(root.resolve("x"));
        Files.createSymbolicLink(root.resolve("x"), outside.resolve("secret"));
        StepVerifier.create(object.body())
                .expectError(ObjectChangedException.class)
                .verify(PATIENCE);
    }

    @Test
    void linkWhereTheReservedDirectoriesAre_isRefused() throws IOException {
        for (String name : List.of("%store", "%store/tmp", "%store/attributes")) {
            Path other = Files.createDirectory(directory.resolve("other" + name.length()));
            Files.createDirectories(other.resolve(name).getParent());
            Files.createSymbolicLink(other.resolve(name), outside);
            StepVerifier.create(LocalStore.create(other).open())
                    .expectErrorSatisfies(e -> assertThat(e)
                            .isInstanceOf(StoreUnavailableException.class)
                            .hasMessageContaining("symbolic link"))
                    .verify(PATIENCE);
        }
        try (var all = Files.list(outside)) {
            assertThat(all).hasSize(1);
        }
    }

    @Test
    void whatTheStoreMakes_isForItsOwnerOnly() throws IOException {
        Given.put(store, "dir/sub/x", "x");
        store.put(
                        "y",
                        Content.text("y"),
                        io.reactivestore.WriteOptions.defaults().withIfAbsent())
                .block(PATIENCE);
        try (var all = Files.walk(root)) {
            for (Path path : all.filter(path -> !path.equals(root)).toList()) {
                String expected = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? "rwx------" : "rw-------";
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .as(path.toString())
                        .isEqualTo(expected);
            }
        }
        Path made = directory.resolve("made/by/us");
        LocalStore other = LocalStore.create(made);
        other.open().block(PATIENCE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rwx------");
        other.close().block(PATIENCE);
    }
}
