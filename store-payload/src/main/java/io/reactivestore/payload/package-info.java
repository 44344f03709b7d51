/**
 * Payloads under the hash of the input that they were made from: {@link io.reactivestore.payload.PayloadStore} keeps them in any {@link
 * io.reactivestore.Store}, checks their bytes on every lookup, and {@link io.reactivestore.payload.DependencyIndex} drops those whose
 * files have changed.
 */
@NullMarked
package io.reactivestore.payload;

import org.jspecify.annotations.NullMarked;
