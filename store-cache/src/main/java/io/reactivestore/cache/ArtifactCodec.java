package io.reactivestore.cache;

/**
 * How an {@link ArtifactStore} writes its artifacts as bytes. Both methods are called by any thread, many at a time, and must not block.
 *
 * @param <T> what the artifacts are
 */
public interface ArtifactCodec<T> {

    /**
     * The bytes of an artifact.
     *
     * @throws Exception if it cannot be written as bytes: nothing is stored then
     */
    byte[] encode(T artifact) throws Exception;

    /**
     * The artifact with these bytes.
     *
     * @param bytes the codec's to keep
     * @throws Exception if they are not those of an artifact
     */
    T decode(byte[] bytes) throws Exception;
}
