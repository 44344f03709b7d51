package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.CountingStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Artifacts by operation and digest, on a chain of two stores in memory. */
class ArtifactStoreTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String DIGEST = "ab12" + "0".repeat(60);
    private static final String KEY = "resize/ab/" + DIGEST;

    private final CountingStore first = CountingStore.over(MemoryStore.create());
    private final MemoryStore last = MemoryStore.create();
    private final CountingStore countedLast = CountingStore.over(last);
    private final ChainStore chain = ChainStore.of(first, countedLast);
    private final ArtifactStore<String> artifacts = ArtifactStore.of(chain, new TextCodec());

    /** Text in UTF-8; some cannot be encoded. */
    private static final class TextCodec implements ArtifactCodec<String> {

        final AtomicInteger encoded = new AtomicInteger();

        @Override
        public byte[] encode(String artifact) throws IOException {
            encoded.incrementAndGet();
            if (artifact.equals("null")) {
                return null;
            }
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(java.nio.CharBuffer.wrap(artifact));
            byte[] array = new byte[bytes.remaining()];
            bytes.get(array);
            return array;
        }

        @Override
        public String decode(byte[] bytes) throws CharacterCodingException {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.equals("null") ? null : text;
        }
    }

    private void put(String operation, String digest, String artifact) {
        artifacts.put(operation, digest, artifact).block(PATIENCE);
    }

    private String get(String operation, String digest) {
        return artifacts.get(operation, digest).block(PATIENCE);
    }

    @Test
    void artifactThatWasPut_isFound() {
        put("resize", DIGEST, "text");

        assertThat(get("resize", DIGEST)).isEqualTo("text");
        assertThat(artifacts.require("resize", DIGEST).block(PATIENCE)).isEqualTo("text");
        assertThat(artifacts.exists("resize", DIGEST).block(PATIENCE)).isTrue();
    }

    @Test
    void artifact_liesUnderOperation_firstTwoDigits_andDigest() {
        put("resize", DIGEST, "text");

        assertThat(last.list("").map(ObjectInfo::key).collectList().block(PATIENCE))
                .containsExactly(KEY);
        assertThat(last.getText(KEY).block(PATIENCE)).isEqualTo("text");
    }

    @Test
    void emptyArtifact_isFound() {
        put("resize", DIGEST, "");

        assertThat(get("resize", DIGEST)).isEmpty();
    }

    @Test
    void largerArtifactThanIsBufferedByDefault_isFound() {
        String large = "x".repeat((16 << 20) + 1);
        put("resize", DIGEST, large);

        assertThat(get("resize", DIGEST)).isEqualTo(large);
    }

    @Test
    void secondPut_takesThePlaceOfTheFirst() {
        put("resize", DIGEST, "one");
        put("resize", DIGEST, "two");

        assertThat(get("resize", DIGEST)).isEqualTo("two");
    }

    @Test
    void absentArtifact_isEmpty() {
        assertThat(get("resize", DIGEST)).isNull();
        assertThat(artifacts.exists("resize", DIGEST).block(PATIENCE)).isFalse();
    }

    @Test
    void absentArtifactThatIsRequired_failsWithOperationAndDigest() {
        artifacts
                .require("resize", DIGEST)
                .as(StepVerifier::create)
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(ObjectNotFoundException.class)
                        .hasMessage("require resize/ab/" + DIGEST + ": no such object"))
                .verify(PATIENCE);
    }

    @Test
    void deletedArtifact_isGone() {
        put("resize", DIGEST, "text");

        artifacts.delete("resize", DIGEST).block(PATIENCE);

        assertThat(get("resize", DIGEST)).isNull();
    }

    @Test
    void otherOperationOrDigest_isAnotherArtifact() {
        String other = "ab13" + "0".repeat(60);
        put("resize", DIGEST, "one");
        put("rotate", DIGEST, "two");
        put("resize", other, "three");

        assertThat(get("resize", DIGEST)).isEqualTo("one");
        assertThat(get("rotate", DIGEST)).isEqualTo("two");
        assertThat(get("resize", other)).isEqualTo("three");
        assertThat(get("rotate", other)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", " ", "a b", "ab:12", "resize\u00e9", "RESIZE", "a\\b", "%2F", ".reactivestore"})
    void oddOperation_hasArtifactsOfItsOwn(String operation) {
        put("resize", DIGEST, "other");
        put(operation, DIGEST, "text");

        assertThat(get(operation, DIGEST)).isEqualTo("text");
        assertThat(get("resize", DIGEST)).isEqualTo("other");
    }

    // Bad input

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ab12",
                "AB12000000000000000000000000000000000000000000000000000000000000",
                "ab1200000000000000000000000000000000000000000000000000000000000",
                "ab120000000000000000000000000000000000000000000000000000000000000",
                "gb12000000000000000000000000000000000000000000000000000000000000",
                "ab120000000000000000000000000000000000000000000000000000000000/0",
                "ab12000000000000000000000000000000000000000000000000000000000000\n",
                "\u0661b12000000000000000000000000000000000000000000000000000000000000"
            })
    void digestOtherThan64LowerCaseHex_isRefused(String digest) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> artifacts.get("resize", digest))
                .withMessageStartingWith("get: the digest must be 64 lower-case hex digits");
        assertThatIllegalArgumentException().isThrownBy(() -> artifacts.require("resize", digest));
        assertThatIllegalArgumentException().isThrownBy(() -> artifacts.exists("resize", digest));
        assertThatIllegalArgumentException().isThrownBy(() -> artifacts.put("resize", digest, "text"));
        assertThatIllegalArgumentException().isThrownBy(() -> artifacts.delete("resize", digest));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a/b", "a/", "/a", "\ud800"})
    void operationThatIsNoName_isRefused(String operation) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> artifacts.get(operation, DIGEST))
                .withMessageStartingWith("get: ");
        assertThatIllegalArgumentException().isThrownBy(() -> artifacts.require(operation, DIGEST));
        assertThatIllegalArgumentException().isThrownBy(() -> artifacts.exists(operation, DIGEST));
        assertThatIllegalArgumentException().isThrownBy(() -> artifacts.put(operation, DIGEST, "text"));
        assertThatIllegalArgumentException().isThrownBy(() -> artifacts.delete(operation, DIGEST));
    }

    @Test
    void operationTooLongForAKey_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> artifacts.get("x".repeat(1024 - 67), DIGEST));
        put("x".repeat(1024 - 68), DIGEST, "text");
    }

    @Test
    void nulls_areRefused() {
        assertThatNullPointerException()
                .isThrownBy(() -> artifacts.get(null, DIGEST))
                .withMessage("get: operation is null");
        assertThatNullPointerException()
                .isThrownBy(() -> artifacts.get("resize", null))
                .withMessage("get: digest is null");
        assertThatNullPointerException()
                .isThrownBy(() -> artifacts.put("resize", DIGEST, null))
                .withMessage("put: artifact is null");
        assertThatNullPointerException().isThrownBy(() -> ArtifactStore.of(null, new TextCodec()));
        assertThatNullPointerException().isThrownBy(() -> ArtifactStore.of(chain, null));
    }

    // The codec

    @ParameterizedTest
    @ValueSource(strings = {"\ud800", "null"})
    void artifactThatCannotBeEncoded_isRefused_beforeAnyStoreIsAsked(String artifact) {
        put("resize", DIGEST, "old");
        chain.settled().block(PATIENCE);
        first.reset();
        countedLast.reset();

        artifacts
                .put("resize", DIGEST, artifact)
                .as(StepVerifier::create)
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("put " + KEY + ": the codec cannot encode the artifact")
                        .hasCauseInstanceOf(Exception.class))
                .verify(PATIENCE);
        chain.settled().block(PATIENCE);

        assertThat(first.calls()).isZero();
        assertThat(countedLast.calls()).isZero();
        assertThat(get("resize", DIGEST)).isEqualTo("old");
        assertThat(artifacts.stats().puts()).isEqualTo(1);
    }

    @Test
    void artifact_isEncodedOncePerSubscription_notBefore() {
        TextCodec codec = new TextCodec();
        Mono<Void> put = ArtifactStore.of(chain, codec).put("resize", DIGEST, "text");
        assertThat(codec.encoded).hasValue(0);

        put.block(PATIENCE);
        put.block(PATIENCE);

        assertThat(codec.encoded).hasValue(2);
    }

    @Test
    void bytesThatCannotBeDecoded_areCorrupt_withTheirKey() {
        last.put(KEY, Content.bytes(new byte[] {(byte) 0xff})).block(PATIENCE);

        artifacts
                .get("resize", DIGEST)
                .as(StepVerifier::create)
                .expectErrorSatisfies(error -> {
                    assertThat(error)
                            .isInstanceOf(StoreCorruptException.class)
                            .hasMessageStartingWith("get " + KEY + ": the codec cannot decode what is stored")
                            .hasCauseInstanceOf(CharacterCodingException.class);
                    assertThat(((StoreCorruptException) error).key()).isEqualTo(KEY);
                    assertThat(((StoreCorruptException) error).retryable()).isFalse();
                })
                .verify(PATIENCE);
    }

    @Test
    void bytesDecodedToNothing_areCorrupt() {
        last.put(KEY, Content.text("null")).block(PATIENCE);

        artifacts
                .require("resize", DIGEST)
                .as(StepVerifier::create)
                .expectError(StoreCorruptException.class)
                .verify(PATIENCE);
    }

    // The chain

    @Test
    void requests_areCountedOnceEach() {
        put("resize", DIGEST, "text");
        get("resize", DIGEST);
        artifacts.require("resize", DIGEST).block(PATIENCE);
        artifacts.exists("resize", DIGEST).block(PATIENCE);
        get("rotate", DIGEST);
        artifacts.exists("rotate", DIGEST).block(PATIENCE);
        artifacts.require("rotate", DIGEST).onErrorComplete().block(PATIENCE);
        artifacts.delete("resize", DIGEST).block(PATIENCE);

        assertThat(artifacts.stats()).isEqualTo(new ChainStats(3, 3, 1, 0));
    }

    @Test
    void artifactInLast_isPromoted_andServedFromThere() {
        last.put(KEY, Content.text("text")).block(PATIENCE);
        get("resize", DIGEST);
        chain.settled().block(PATIENCE);

        assertThat(get("resize", DIGEST)).isEqualTo("text");

        assertThat(countedLast.calls()).isEqualTo(1);
    }

    @Test
    void lastThatFailsAPut_failsThePut() {
        ChainStage stage = new ChainStage();
        StoreUnavailableException down = ChainStage.down();
        stage.last.fail(GatedStore.Op.PUT, down);
        ArtifactStore<String> failing = ArtifactStore.of(stage.chain, new TextCodec());

        Throwable error =
                stage.await(failing.put("resize", DIGEST, "text").materialize()).getThrowable();
        stage.settle();

        assertThat(error).isSameAs(down);
        assertThat(stage.first.keys()).doesNotContain(KEY);
        assertThat(stage.await(failing.get("resize", DIGEST))).isNull();
    }

    @Test
    void toString_namesTheChain() {
        assertThat(artifacts).asString().startsWith("ArtifactStore[ChainStore[");
    }
}
