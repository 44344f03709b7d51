package io.reactivestore.cache;

import io.reactivestore.Content;
import io.reactivestore.Keys;
import io.reactivestore.ReadOptions;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.StoreCorruptException;
import java.util.Objects;
import java.util.regex.Pattern;
import reactor.core.publisher.Mono;

/**
 * The results of operations, under the digest of what went into them: computed once, found again as long as they are kept.
 *
 * <p>An artifact is named by its operation, any text without {@code /}, and a digest of 64 lower-case hex digits. In the chain it lies under
 * {@code operation/ab/ab12…}, as the codec writes it. Closing is the chain's.
 *
 * @param <T> what the artifacts are
 */
public final class ArtifactStore<T> {

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    /** An artifact is in memory before and after, however large it is. */
    private static final ReadOptions WHOLE = ReadOptions.defaults().withMaxBufferedBytes(Integer.MAX_VALUE - 8);

    private final ChainStore chain;
    private final ArtifactCodec<T> codec;

    private ArtifactStore(ChainStore chain, ArtifactCodec<T> codec) {
        this.chain = chain;
        this.codec = codec;
    }

    /**
     * Artifacts in a chain.
     *
     * @param chain where they are kept; may have other objects too, and is not closed by this store
     * @param codec writes them as bytes
     */
    public static <T> ArtifactStore<T> of(ChainStore chain, ArtifactCodec<T> codec) {
        return new ArtifactStore<>(
                Objects.requireNonNull(chain, "ArtifactStore: chain is null"),
                Objects.requireNonNull(codec, "ArtifactStore: codec is null"));
    }

    /**
     * The artifact, or empty when there is none.
     *
     * @fails {@link StoreCorruptException} if the codec cannot read what is stored
     */
    public Mono<T> get(String operation, String digest) {
        return read("get", key("get", operation, digest));
    }

    /**
     * The artifact.
     *
     * @fails {@link ObjectNotFoundException} if there is none, and as {@link #get}
     */
    public Mono<T> require(String operation, String digest) {
        String key = key("require", operation, digest);
        return read("require", key).switchIfEmpty(Mono.error(() -> new ObjectNotFoundException("require", key)));
    }

    /** Whether there is such an artifact. */
    public Mono<Boolean> exists(String operation, String digest) {
        return chain.exists(key("exists", operation, digest));
    }

    /**
     * Keeps an artifact, in the place of an older one. It is encoded on subscription.
     *
     * @fails {@link IllegalArgumentException}, before any store is written to, if the codec cannot encode it; and as {@link
     *     io.reactivestore.Store#put}
     */
    public Mono<Void> put(String operation, String digest, T artifact) {
        String key = key("put", operation, digest);
        Keys.requireNonNull("put", "artifact", artifact);
        return Mono.fromSupplier(() -> Content.bytes(encode(key, artifact)))
                .flatMap(content -> chain.put(key, content))
                .then();
    }

    /** Deletes an artifact. An absent one is fine. */
    public Mono<Void> delete(String operation, String digest) {
        return chain.delete(key("delete", operation, digest));
    }

    /** What the chain has done, for this store and for others. */
    public ChainStats stats() {
        return chain.stats();
    }

    @Override
    public String toString() {
        return "ArtifactStore[" + chain + "]";
    }

    /** Without a slash in the operation, and with digests of one length, no two artifacts have the same key. */
    private static String key(String method, String operation, String digest) {
        Keys.requireNonNull(method, "operation", operation);
        Keys.requireNonNull(method, "digest", digest);
        if (operation.isEmpty() || operation.contains("/")) {
            throw new IllegalArgumentException(
                    method + ": the operation must be a text without '/', was \"" + operation + "\"");
        }
        if (!DIGEST.matcher(digest).matches()) {
            throw new IllegalArgumentException(
                    method + ": the digest must be 64 lower-case hex digits, was \"" + digest + "\"");
        }
        return Keys.requireKey(method, operation + "/" + digest.substring(0, 2) + "/" + digest);
    }

    private Mono<T> read(String method, String key) {
        return chain.get(key, WHOLE).flatMap(object -> object.byteArray()).map(bytes -> decode(method, key, bytes));
    }

    private byte[] encode(String key, T artifact) {
        try {
            return Objects.requireNonNull(codec.encode(artifact), "the codec returned null");
        } catch (Exception refused) {
            throw new IllegalArgumentException(
                    "put " + key + ": the codec cannot encode the artifact: " + refused, refused);
        }
    }

    private T decode(String method, String key, byte[] bytes) {
        try {
            return Objects.requireNonNull(codec.decode(bytes), "the codec returned null");
        } catch (Exception malformed) {
            throw new StoreCorruptException(
                    method, key, "the codec cannot decode what is stored: " + malformed, false, malformed);
        }
    }
}
