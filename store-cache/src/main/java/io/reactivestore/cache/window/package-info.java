/**
 * A write-back cache for windowed values, with keys and values as Kafka Streams lays them out: {@link
 * io.reactivestore.cache.window.CachingWindowStore}.
 */
@NullMarked
package io.reactivestore.cache.window;

import org.jspecify.annotations.NullMarked;
