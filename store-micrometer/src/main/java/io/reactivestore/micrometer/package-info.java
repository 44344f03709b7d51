/**
 * Micrometer Observations of stores: {@link io.reactivestore.micrometer.ObservedStore} makes one for each operation, {@link
 * io.reactivestore.micrometer.ObservedLoads} one for each load that readers of a cache share. {@link
 * io.reactivestore.micrometer.CacheMeters} are meters of what a cache does.
 */
@NullMarked
package io.reactivestore.micrometer;

import org.jspecify.annotations.NullMarked;
