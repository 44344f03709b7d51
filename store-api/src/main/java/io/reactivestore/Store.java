package io.reactivestore;

import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.internal.Arguments;
import java.nio.ByteBuffer;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A flat, non-blocking map from keys to objects. The package documentation says what holds for every operation.
 *
 * <p>Questions may come back empty: {@code get} and {@code head} of an absent object are an empty {@code Mono}. Orders may not: what
 * they cannot do is an error.
 *
 * <p>The methods with a body here only compose the others, at the same cost; a store need not override them.
 */
public interface Store {

    /**
     * Asks for one object, or a range of it. The bytes flow when {@link StoredObject#body()} is subscribed to.
     *
     * @param key the object
     * @param options range, conditions, limits
     * @return the answer, or empty when there is no such object (or no such version)
     * @fails {@link io.reactivestore.error.RangeNotSatisfiableException} if the range starts past the end; {@link
     *     PreconditionFailedException} if {@code ifMatch} or {@code ifUnmodifiedSince} does not hold
     * @source RFC 9110, sections 13 (conditions) and 14 (ranges)
     */
    Mono<StoredObject> get(String key, ReadOptions options);

    /**
     * Reads several ranges of one version of an object. They may overlap and repeat; near ones may share a request.
     *
     * @param key the object
     * @param ranges any number
     * @param options conditions and limits; no range, no {@code ifRange}, no {@code ifNoneMatch}, no {@code ifModifiedSince}
     * @return one element per range, as they complete, each with the index of its range
     * @fails {@link ObjectNotFoundException} if there is no such object; {@link io.reactivestore.error.StoreRejectedException} if
     *     one range is longer than {@code maxBufferedBytes}; and as {@link #get}
     */
    Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options);

    /**
     * Asks for the facts about an object.
     *
     * @param key the object
     * @param options version and mode, {@code ifMatch} and {@code ifUnmodifiedSince}; the rest does not matter here
     * @return the facts, with attributes, or empty when there is no such object
     * @fails {@link PreconditionFailedException} if {@code ifMatch} or {@code ifUnmodifiedSince} does not hold
     */
    Mono<ObjectInfo> head(String key, ReadOptions options);

    /**
     * Writes an object, as a whole or not at all: no reader ever sees a part of it.
     *
     * @param key the object
     * @param content its bytes
     * @param options conditions and attributes
     * @return the facts about what was written
     * @fails {@link PreconditionFailedException} if a condition does not hold; {@link
     *     io.reactivestore.error.StoreCorruptException} if the content is not as long as it announced; {@link
     *     io.reactivestore.error.StoreUnsupportedException}, before anything is sent, if the store cannot enforce a condition or
     *     encrypt; an error of the content's own publisher or file as it is. After a {@link io.reactivestore.error.StoreTimeoutException} or a cancel it may have been written
     *     or not.
     */
    Mono<ObjectInfo> put(String key, Content content, WriteOptions options);

    /**
     * Deletes an object. An absent one is fine.
     *
     * @param key the object
     * @param options condition and version
     * @return completes when it is gone
     * @fails {@link PreconditionFailedException} if {@code ifMatch} does not hold
     */
    Mono<Void> delete(String key, DeleteOptions options);

    /**
     * Deletes many objects. One failure does not end it.
     *
     * @param keys their keys; an error of this publisher ends the result, after the results of the keys before it
     * @return one result per key, in the order of the keys; a malformed key is a failed result too
     * @demand keys are asked for in bounded batches; a batch does not wait for more keys longer than 20 ms
     */
    Flux<DeleteResult> deleteAll(Publisher<String> keys);

    /**
     * Deletes every object with a prefix, a plain string prefix; the empty one empties the store. Not atomic: objects written
     * meanwhile may stay or go.
     *
     * @param prefix any string, may be empty
     * @return how many objects were deleted
     */
    Mono<Long> deletePrefix(String prefix);

    /**
     * Lists objects, in the order that {@link StoreCapabilities#listOrder()} says, each key at most once.
     *
     * @param options prefix and bounds; a store with no use for {@link ListOptions#withParallelism(int)} ignores it
     * @return facts without attributes
     * @demand pages are asked for as they are consumed; those of a parallel listing while there is demand
     */
    Flux<ObjectInfo> list(ListOptions options);

    /**
     * Lists one level of a directory: the objects right under it, and its sub-prefixes, each once. {@code a} and {@code a/} mean the
     * same directory.
     *
     * @param prefix a directory, or the empty string for the root
     * @return entries in the order of {@link #list} by their names
     */
    Flux<ListEntry> listDirectory(String prefix);

    /**
     * Copies an object within the store.
     *
     * @param from the object; onto itself only with new attributes
     * @param to the copy
     * @param options conditions on {@code to}; attributes, if other than those of the source
     * @return the facts about the copy
     * @fails {@link ObjectNotFoundException} if there is no such object; {@link PreconditionFailedException} if a condition does not
     *     hold
     */
    Mono<ObjectInfo> copy(String from, String to, WriteOptions options);

    /**
     * What this store can do: known before {@link #open()}. What is found out by asking the server is final after it, or after the first
     * operation that needs it; such an operation then fails as if it had been known before.
     */
    StoreCapabilities capabilities();

    /** Does the I/O of opening, once. Implied by the first operation; a failed one is tried again by the next. */
    Mono<Void> open();

    /**
     * Closes the store: what its builder made is closed, what was passed in is not. Open bodies end with {@link
     * io.reactivestore.error.StoreClosedException}, and so does every later operation. Closing twice is harmless.
     */
    Mono<Void> close();

    /** {@link #get(String, ReadOptions)} of the whole object. */
    default Mono<StoredObject> get(String key) {
        return get(key, ReadOptions.defaults());
    }

    /** The bytes of an object of at most 16 MiB, or empty when there is no such object. */
    default Mono<ByteBuffer> getBytes(String key) {
        Keys.requireKey("getBytes", key);
        return get(key).flatMap(StoredObject::bytes);
    }

    /** The bytes of an object of at most 16 MiB in an array of the caller's own, or empty when there is no such object. */
    default Mono<byte[]> getByteArray(String key) {
        Keys.requireKey("getByteArray", key);
        return get(key).flatMap(StoredObject::byteArray);
    }

    /** An object of at most 16 MiB as text in UTF-8, or empty when there is no such object. */
    default Mono<String> getText(String key) {
        Keys.requireKey("getText", key);
        return get(key).flatMap(StoredObject::text);
    }

    /** The bytes of a range of at most 16 MiB, or empty when there is no such object. */
    default Mono<ByteBuffer> getRange(String key, ByteRange range) {
        Keys.requireKey("getRange", key);
        Keys.requireNonNull("getRange", "range", range);
        return get(key, ReadOptions.defaults().withRange(range)).flatMap(StoredObject::bytes);
    }

    /**
     * Asks for many objects at a time.
     *
     * @param keys their keys
     * @param concurrency how many to ask for at once
     * @return the answers in the order of the keys; absent objects are left out
     */
    default Flux<StoredObject> getAll(Publisher<String> keys, int concurrency) {
        Keys.requireNonNull("getAll", "keys", keys);
        if (concurrency < 1) {
            throw new IllegalArgumentException("getAll: need a concurrency of 1 or more, was " + concurrency);
        }
        return Flux.from(keys).flatMapSequential(this::get, concurrency, 1);
    }

    /** {@link #read(String, ReadOptions)} of the whole object. */
    default Flux<ByteBuffer> read(String key) {
        return read(key, ReadOptions.defaults());
    }

    /**
     * Reads the bytes of an object, or of a range of it, in order and without gaps.
     *
     * @param key the object
     * @param options range, limits, {@code ifMatch} and {@code ifUnmodifiedSince}
     * @return {@code 0..n} buffers of {@code 1..chunkBytes} bytes each
     * @fails {@link ObjectNotFoundException} if there is no such object, and as {@link #get}
     * @demand one buffer per {@code request(1)}
     */
    default Flux<ByteBuffer> read(String key, ReadOptions options) {
        Keys.requireKey("read", key);
        Arguments.requireBytes("read", options);
        return get(key, options)
                .switchIfEmpty(Mono.error(() -> new ObjectNotFoundException("read", key)))
                .flatMapMany(StoredObject::body);
    }

    /** Whether there is such an object. */
    default Mono<Boolean> exists(String key) {
        Keys.requireKey("exists", key);
        return head(key, ReadOptions.defaults()).hasElement();
    }

    /** {@link #head(String, ReadOptions)} of the newest version. */
    default Mono<ObjectInfo> head(String key) {
        return head(key, ReadOptions.defaults());
    }

    /** The bytes of an object by number, or empty when there is no such object. */
    default Mono<Long> size(String key) {
        Keys.requireKey("size", key);
        return head(key).map(ObjectInfo::size);
    }

    /** The sum of the sizes of all objects with a prefix. Lists them. */
    default Mono<Long> sizeOf(String prefix) {
        Keys.requirePrefix("sizeOf", prefix);
        return list(prefix).map(ObjectInfo::size).reduce(0L, Long::sum);
    }

    /** Whether there is no object with a prefix. */
    default Mono<Boolean> isEmpty(String prefix) {
        Keys.requirePrefix("isEmpty", prefix);
        return list(prefix).hasElements().map(any -> !any);
    }

    /** Writes an object without attributes over whatever is there. */
    default Mono<ObjectInfo> put(String key, Content content) {
        return put(key, content, WriteOptions.defaults());
    }

    /** Writes an object if there is none yet. That there is one already is an answer, not an error. */
    default Mono<PutResult> putIfAbsent(String key, Content content) {
        Keys.requireKey("putIfAbsent", key);
        Keys.requireNonNull("putIfAbsent", "content", content);
        return put(key, content, WriteOptions.defaults().withIfAbsent())
                .map(PutResult::new)
                .onErrorResume(PreconditionFailedException.class, e -> PutResult.ofRefusal(key, e));
    }

    /** Writes an object over one with this etag. That it has another one, or is gone, is an answer, not an error. */
    default Mono<PutResult> putIfMatch(String key, String etag, Content content) {
        Keys.requireKey("putIfMatch", key);
        Keys.requireNonNull("putIfMatch", "etag", etag);
        Keys.requireNonNull("putIfMatch", "content", content);
        return put(key, content, WriteOptions.defaults().withIfMatch(etag))
                .map(PutResult::new)
                .onErrorResume(PreconditionFailedException.class, e -> PutResult.ofRefusal(key, e));
    }

    /** Deletes an object whatever it is. */
    default Mono<Void> delete(String key) {
        return delete(key, DeleteOptions.defaults());
    }

    /** Lists every object with a prefix. */
    default Flux<ObjectInfo> list(String prefix) {
        return list(ListOptions.prefix(prefix));
    }

    /** Copies an object with its attributes over whatever is there. */
    default Mono<ObjectInfo> copy(String from, String to) {
        return copy(from, to, WriteOptions.defaults());
    }

    /**
     * Copies an object, then deletes the old one. Not atomic: in between there are both, a failure in between leaves both, and what is
     * written to the old key in between is lost.
     *
     * @return the facts about the new object
     */
    default Mono<ObjectInfo> rename(String from, String to) {
        Keys.requireKey("rename", from);
        Keys.requireKey("rename", to);
        if (from.equals(to)) {
            throw new IllegalArgumentException("rename: " + from + " onto itself");
        }
        return copy(from, to).flatMap(info -> delete(from).thenReturn(info));
    }
}
