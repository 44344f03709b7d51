package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CopyFactsTest {

    private static final Instant MODIFIED = Instant.parse("2030-01-02T03:04:05.006Z");
    private static final Instant FILLED = Instant.parse("2031-01-02T03:04:05.006Z");
    private static final Attributes ATTRIBUTES =
            Attributes.none().withContentType("text/plain").withUserMetadata(Map.of("colour", "red"));

    @Test
    void factsOfOurs_comeBackAsTheyWere_underTheTiersOwnInfo() {
        ObjectInfo source = new ObjectInfo("k", 3, "\"e-1\"", "v7", MODIFIED, ATTRIBUTES);
        CopyFacts written = new CopyFacts("p-1", source, FILLED, "abc");
        ObjectInfo inTier = new ObjectInfo("k", 3, "tier-etag", null, FILLED, written.toAttributes());
        CopyFacts read = CopyFacts.of(inTier);
        assertThat(read).isEqualTo(written);
        assertThat(read.info().attributes().userMetadata()).containsOnlyKeys("colour");
    }

    @Test
    void copyOfSomebodyElse_hasTheTiersOwnFacts() {
        ObjectInfo inTier = new ObjectInfo("k", 3, "tier-etag", null, MODIFIED, ATTRIBUTES);
        assertThat(CopyFacts.of(inTier)).isEqualTo(new CopyFacts(null, inTier, MODIFIED, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rs-generation", "rs-etag", "rs-modified", "rs-filled"})
    void oneFactMissing_countsAsSomebodyElses(String missing) {
        ObjectInfo source = new ObjectInfo("k", 3, "e", null, MODIFIED, ATTRIBUTES);
        Attributes written = new CopyFacts("p-1", source, FILLED, "abc").toAttributes();
        Map<String, String> user = new HashMap<>(written.userMetadata());
        assertThat(user.remove(missing)).isNotNull();
        CopyFacts read =
                CopyFacts.of(new ObjectInfo("k", 3, "tier-etag", null, FILLED, written.withUserMetadata(user)));
        assertThat(read.generation()).isNull();
        assertThat(read.info().etag()).isEqualTo("tier-etag");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rs-modified", "rs-filled"})
    void oneFactMalformed_countsAsSomebodyElses(String malformed) {
        ObjectInfo source = new ObjectInfo("k", 3, "e", null, MODIFIED, ATTRIBUTES);
        Attributes written = new CopyFacts("p-1", source, FILLED, "abc").toAttributes();
        Map<String, String> user = new HashMap<>(written.userMetadata());
        user.put(malformed, "yesterday");
        CopyFacts read =
                CopyFacts.of(new ObjectInfo("k", 3, "tier-etag", null, FILLED, written.withUserMetadata(user)));
        assertThat(read.generation()).isNull();
        assertThat(read.info().etag()).isEqualTo("tier-etag");
    }

    @Test
    void metadataOfTheSourceUnderOurPrefix_collides() {
        Attributes theirs = Attributes.none().withUserMetadata(Map.of("rs-etag", "x"));
        assertThat(CopyFacts.collides(new ObjectInfo("k", 3, "e", null, MODIFIED, theirs)))
                .isTrue();
        assertThat(CopyFacts.collides(new ObjectInfo("k", 3, "e", null, MODIFIED, ATTRIBUTES)))
                .isFalse();
    }

    @Test
    void checksum_tellsOneWrongBit_andDoesNotMoveTheBuffer() {
        byte[] bytes = new byte[1000];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        String right = CopyFacts.checksumOf(buffer);
        assertThat(buffer.remaining()).isEqualTo(1000);
        bytes[500] ^= 1;
        assertThat(CopyFacts.checksumOf(buffer)).isNotEqualTo(right);
    }
}
