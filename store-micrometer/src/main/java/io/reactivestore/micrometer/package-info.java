/**
 * Micrometer Observations of stores: {@link io.reactivestore.micrometer.ObservedStore} makes one for each operation, {@link
 * io.reactivestore.micrometer.ObservedLoads} one for each load that readers of a cache share.
 */
@NullMarked
package io.reactivestore.micrometer;

import org.jspecify.annotations.NullMarked;
