package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.Content;
import io.reactivestore.WriteOptions;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** What a caller says about an object comes back as it was said. */
@Needs({Need.WRITES, Need.ATTRIBUTES})
public interface AttributesContract extends StoreContract {

    @Test
    default void contentType_isKept() {
        assertKept(Attributes.none().withContentType("application/json"));
    }

    @Test
    default void contentTypeWithParameter_isKept() {
        assertKept(Attributes.none().withContentType("text/plain; charset=utf-8"));
    }

    @Test
    default void cacheControl_isKept() {
        assertKept(Attributes.none().withContentType("a/b").withCacheControl("public, max-age=3600"));
    }

    @Test
    default void expires_isKept() {
        assertKept(Attributes.none().withContentType("a/b").withExpires(Instant.parse("2031-02-03T04:05:06Z")));
    }

    @Test
    default void contentEncoding_isKept_andTheBytesAreLeftAlone() {
        assertKept(Attributes.none().withContentType("a/b").withContentEncoding("gzip"));
        assertThat(textOf(KEY)).isEqualTo("text");
    }

    @Test
    default void contentDisposition_isKept() {
        assertKept(
                Attributes.none().withContentType("a/b").withContentDisposition("attachment; filename=\"a file.txt\""));
    }

    @Test
    default void contentLanguage_isKept() {
        assertKept(Attributes.none().withContentType("a/b").withContentLanguage("de-CH, en"));
    }

    @Test
    default void userMetadata_isKept() {
        assertKept(Attributes.none()
                .withContentType("a/b")
                .withUserMetadata("colour", "dark blue")
                .withUserMetadata("x-2", "two"));
    }

    @Test
    default void userMetadataNames_areInLowerCase() {
        done(store().put(
                        KEY,
                        Content.text("text"),
                        attributes(Attributes.none().withUserMetadata("MixedCase", "Value"))));
        assertThat(headed().userMetadata()).isEqualTo(Map.of("mixedcase", "Value"));
    }

    @Test
    default void userMetadataBeyondAscii_isKept() {
        assertKept(Attributes.none().withContentType("a/b").withUserMetadata("city", "Zürich, 東京"));
    }

    @Test
    default void userMetadataWithOddValues_isKept() {
        assertKept(Attributes.none()
                .withContentType("a/b")
                .withUserMetadata("quotes", "\"a\" 'b' =?utf-8?q?x?= %41 +")
                .withUserMetadata("empty", ""));
    }

    @Test
    default void allAttributesTogether_areKept() {
        assertKept(everything());
    }

    @Test
    default void allAttributesOfAStreamedObject_areKept() {
        Flux<ByteBuffer> bytes = Flux.just(ByteBuffer.wrap(new byte[10]), ByteBuffer.wrap(new byte[10]));
        done(store().put(KEY, Content.publisher(bytes), attributes(everything())));
        assertThat(headed()).isEqualTo(everything());
    }

    @Test
    default void noAttributes_areNoneButADefaultType() {
        done(store().put(KEY, Content.text("text")));
        assertThat(headed().withContentType(null)).isEqualTo(Attributes.none());
        assertThat(headed().contentType()).isIn(null, "application/octet-stream", "binary/octet-stream");
    }

    @Test
    default void putWithoutAttributes_dropsTheOldOnes() {
        done(store().put(KEY, Content.text("text"), attributes(everything())));
        assertThat(headed()).isEqualTo(everything());
        done(store().put(KEY, Content.text("text")));
        assertThat(headed().withContentType(null)).isEqualTo(Attributes.none());
    }

    @Test
    default void putWithOtherAttributes_replacesAllOfThem() {
        done(store().put(KEY, Content.text("text"), attributes(everything())));
        Attributes other = Attributes.none().withContentType("text/html");
        done(store().put(KEY, Content.text("text"), attributes(other)));
        assertThat(headed()).isEqualTo(other);
    }

    @Test
    default void listing_tellsNoAttributes() {
        done(store().put(KEY, Content.text("text"), attributes(everything())));
        assertThat(one(store().list("").single()).attributes()).isNull();
    }

    @Test
    default void httpHeaders_tellTheAttributes() {
        done(store().put(KEY, Content.text("text"), attributes(everything())));
        var headers = new TreeMap<String, String>();
        one(store().get(KEY)).httpHeaders(headers::put);
        assertThat(headers)
                .containsEntry("Content-Type", "text/plain")
                .containsEntry("Cache-Control", "no-cache")
                .containsEntry("Content-Encoding", "br")
                .containsEntry("Content-Disposition", "inline")
                .containsEntry("Content-Language", "fr")
                .containsEntry("Expires", "Mon, 03 Feb 2031 04:05:06 GMT");
    }

    private void assertKept(Attributes attributes) {
        done(store().put(KEY, Content.text("text"), attributes(attributes)));
        assertThat(headed()).as("of a head").isEqualTo(attributes);
        assertThat(one(store().get(KEY)).info().attributes()).as("of a get").isEqualTo(attributes);
    }

    private Attributes headed() {
        return Objects.requireNonNull(one(store().head(KEY)).attributes());
    }

    private static WriteOptions attributes(Attributes attributes) {
        return WriteOptions.defaults().withAttributes(attributes);
    }

    private static Attributes everything() {
        return Attributes.none()
                .withContentType("text/plain")
                .withCacheControl("no-cache")
                .withExpires(Instant.parse("2031-02-03T04:05:06Z"))
                .withContentEncoding("br")
                .withContentDisposition("inline")
                .withContentLanguage("fr")
                .withUserMetadata("owner", "me");
    }
}
