/**
 * A non-blocking object store: {@link io.reactivestore.Store}, its values, its options, its errors.
 *
 * <p>What holds for every operation unless its own documentation says otherwise:
 *
 * <ul>
 *   <li>Lazy; one subscription is one operation.
 *   <li>Arguments are checked at the call: {@code null} is a {@link java.lang.NullPointerException}, a malformed key, range or
 *       size an {@link java.lang.IllegalArgumentException}, both naming the operation. What depends on the world arrives by
 *       {@code onError} and is a {@link io.reactivestore.error.StoreException}; an error of a publisher that the caller passed in
 *       is handed on as it is.
 *   <li>Sizes are bytes, ranges half-open, times {@link java.time.Duration} or {@link java.time.Instant}.
 *   <li>Signals arrive on the caller's thread or on the store's own threads, and never block them. Each caller keeps its {@code
 *       Context}.
 *   <li>Demand is honoured. Cancel stops the work and frees what it held.
 *   <li>Buffers are read-only, on the heap, and belong to the subscriber: none is pooled, and no two share a position.
 * </ul>
 */
@NullMarked
package io.reactivestore;

import org.jspecify.annotations.NullMarked;
