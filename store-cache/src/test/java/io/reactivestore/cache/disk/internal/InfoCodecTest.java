package io.reactivestore.cache.disk.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InfoCodecTest {

    private static final Instant AT = Instant.parse("2030-01-01T00:00:00.123Z");

    static Stream<ObjectInfo> infos() {
        Attributes some = Attributes.none()
                .withContentType("text/plain")
                .withUserMetadata(Map.of("a", "ascii", "umlaut", "\u00e4\u20ac", "pair", "\ud83d\ude00x"));
        Attributes all = some.withCacheControl("no-cache")
                .withContentEncoding("gzip")
                .withContentDisposition("inline")
                .withContentLanguage("de")
                .withExpires(Instant.ofEpochSecond(1_900_000_000));
        return Stream.of(
                new ObjectInfo("k", 0, "", null, AT, null),
                new ObjectInfo("k", 1, "etag-\u00fc", "version", AT, Attributes.none()),
                new ObjectInfo("k", 2, "e", null, AT, some),
                new ObjectInfo("k", 3, "e", "v", AT, all));
    }

    @ParameterizedTest
    @MethodSource("infos")
    void whatWasEncoded_isDecoded_andItsLengthIsKnownBefore(ObjectInfo info) {
        byte[] bytes = InfoCodec.encode(info);
        assertThat(InfoCodec.decode("k", ByteBuffer.wrap(bytes))).isEqualTo(info);
        assertThat(InfoCodec.length(info)).isEqualTo(bytes.length);
    }
}
