/**
 * A store that acknowledges writes in memory and sends them on later: {@link io.reactivestore.cache.writeback.WriteBackStore}.
 */
@NullMarked
package io.reactivestore.cache.writeback;

import org.jspecify.annotations.NullMarked;
