package io.reactivestore.local;

import static io.reactivestore.local.Given.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.WriteOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/** Attributes in extended attributes and in side files. */
class AttributesTest {

    private static final Attributes ALL = Attributes.none()
            .withContentType("text/plain; charset=utf-8")
            .withCacheControl("max-age=60, x=\"y\"")
            .withExpires(Instant.parse("2030-01-02T03:04:05Z"))
            .withContentEncoding("gzip")
            .withContentDisposition("attachment; filename=\"ä=😀.txt\"")
            .withContentLanguage("de, en")
            .withUserMetadata("a", "")
            .withUserMetadata("content-type", "=a=b=")
            .withUserMetadata("user.x", "ünï")
            .withUserMetadata("z", " spaced ");

    @TempDir
    Path root;

    private LocalStore store;

    @AfterEach
    void close() {
        store.close().block(PATIENCE);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void attributes_comeBackFromGetHeadAndPut_butNotFromList(boolean xattrs) {
        open(xattrs);
        ObjectInfo put = put("dir/x", "bytes", ALL);
        assertThat(put.attributes()).isEqualTo(ALL);
        assertThat(store.head("dir/x").block(PATIENCE)).isEqualTo(put);
        assertThat(store.get("dir/x").block(PATIENCE).info()).isEqualTo(put);
        assertThat(store.list("").blockFirst(PATIENCE).attributes()).isNull();
        assertThat(Given.text(store, "dir/x")).isEqualTo("bytes");
        assertThat(sideFiles()).hasSize(xattrs ? 0 : 1);
        store.close().block(PATIENCE);

        open(xattrs);
        assertThat(store.head("dir/x").block(PATIENCE)).isEqualTo(put);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void objectWithoutAttributes_hasNone_alsoOverOneThatHadSome(boolean xattrs) {
        open(xattrs);
        put("x", "one", ALL);
        assertThat(put("x", "two", Attributes.none()).attributes()).isEqualTo(Attributes.none());
        assertThat(store.head("x").block(PATIENCE).attributes()).isEqualTo(Attributes.none());
        assertThat(sideFiles()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void attributes_goWithTheObject_whenItIsMovedAside(boolean xattrs) {
        open(xattrs);
        put("x", "one", ALL);
        put("x/y", "two", Attributes.none());
        assertThat(store.head("x").block(PATIENCE).attributes()).isEqualTo(ALL);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void copy_keepsAttributes_orTakesNewOnes(boolean xattrs) {
        open(xattrs);
        put("x", "one", ALL);
        Attributes other = Attributes.none().withContentType("a/b");
        assertThat(store.copy("x", "y").block(PATIENCE).attributes()).isEqualTo(ALL);
        assertThat(store.copy("x", "x", WriteOptions.defaults().withAttributes(other))
                        .block(PATIENCE)
                        .attributes())
                .isEqualTo(other);
        assertThat(store.head("y").block(PATIENCE).attributes()).isEqualTo(ALL);
        assertThat(store.head("x").block(PATIENCE).attributes()).isEqualTo(other);
        assertThat(Given.text(store, "x")).isEqualTo("one");
        assertThat(Given.text(store, "y")).isEqualTo("one");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void attributesOfAFailedPut_leaveNothing(boolean xattrs) {
        open(xattrs);
        put("x", "one", Attributes.none());
        WriteOptions absent = WriteOptions.defaults().withAttributes(ALL).withIfAbsent();
        assertThat(store.put("x", Content.text("two"), absent).onErrorComplete().block(PATIENCE))
                .isNull();
        assertThat(sideFiles()).isEmpty();
        assertThat(store.head("x").block(PATIENCE).attributes()).isEqualTo(Attributes.none());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void concurrentReaders_neverSeeAttributesOfAnotherVersion(boolean xattrs) {
        open(xattrs);
        put("x", "0", Attributes.none().withUserMetadata("v", "1"));
        var writes = Flux.range(1, 400)
                .concatMap(i -> store.put(
                        "x",
                        Content.text("0".repeat(i)),
                        WriteOptions.defaults().withAttributes(Attributes.none().withUserMetadata("v", "" + i))));
        var reads = Flux.range(0, 3000)
                .flatMap(i -> store.head("x"), 4)
                .doOnNext(info ->
                        assertThat(info.attributes().userMetadata().get("v")).isEqualTo("" + info.size()));
        Flux.merge(writes, reads).then().block(PATIENCE);
        assertThat(sideFiles()).hasSize(xattrs ? 0 : 1);
    }

    @Test
    void extendedAttribute_isOne_andReadable() throws IOException {
        open(true);
        put("x", "one", Attributes.none().withContentType("a/b").withUserMetadata("k", "v"));
        var view = Files.getFileAttributeView(root.resolve("x"), UserDefinedFileAttributeView.class);
        assertThat(view.list()).containsExactly("reactivestore.attributes");
        ByteBuffer value = ByteBuffer.allocate(100);
        view.read("reactivestore.attributes", value);
        assertThat(new String(value.array(), 0, value.position(), StandardCharsets.UTF_8))
                .isEqualTo("1\ncontent-type=a/b\nuser.k=v\n");
    }

    @Test
    void attributesTooLargeForTheFileSystem_areInASideFile() {
        open(true);
        Attributes large = Attributes.none().withUserMetadata("large", "x".repeat(200_000));
        put("x", "one", large);
        assertThat(sideFiles()).hasSize(1);
        assertThat(store.head("x").block(PATIENCE).attributes()).isEqualTo(large);
        store.delete("x").block(PATIENCE);
        assertThat(sideFiles()).isEmpty();
    }

    @Test
    void sideFile_tellsOnlyOfTheFileItWasMadeFor() throws IOException {
        open(false);
        put("x", "one", ALL);
        Path file = root.resolve("x");
        FileTime time = Files.getLastModifiedTime(file);

        Files.setLastModifiedTime(file, FileTime.fromMillis(1));
        assertThat(store.head("x").block(PATIENCE).attributes())
                .as("another time")
                .isEqualTo(Attributes.none());
        Files.setLastModifiedTime(file, time);
        assertThat(store.head("x").block(PATIENCE).attributes()).isEqualTo(ALL);

        Files.writeString(file, "longer");
        Files.setLastModifiedTime(file, time);
        assertThat(store.head("x").block(PATIENCE).attributes())
                .as("another size")
                .isEqualTo(Attributes.none());

        Path other = Files.writeString(root.resolve("other"), "two");
        Files.setLastModifiedTime(other, time);
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(store.head("x").block(PATIENCE).attributes())
                .as("another file")
                .isEqualTo(Attributes.none());
    }

    @Test
    void foreignExtendedAttribute_isNoAttributes() throws IOException {
        open(true);
        for (String text : List.of(
                "",
                "1",
                "2\na=b\n",
                "1\ncontent-type\n",
                "1\nx=y\n",
                "1\nexpires=z\n",
                "1\nuser. =y\n",
                "1\nexpires=99999999999999999\n")) {
            put("x", "one", ALL);
            Files.getFileAttributeView(root.resolve("x"), UserDefinedFileAttributeView.class)
                    .write("reactivestore.attributes", ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            assertThat(store.head("x").block(PATIENCE).attributes()).as(text).isEqualTo(Attributes.none());
        }
    }

    private void open(boolean xattrs) {
        store = LocalStore.builder(root).xattrs(xattrs).build();
    }

    private ObjectInfo put(String key, String text, Attributes attributes) {
        return store.put(key, Content.text(text), WriteOptions.defaults().withAttributes(attributes))
                .block(PATIENCE);
    }

    private List<Path> sideFiles() {
        Path directory = root.resolve("%store/attributes");
        try (Stream<Path> all = Files.exists(directory) ? Files.walk(directory) : Stream.of()) {
            return all.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
