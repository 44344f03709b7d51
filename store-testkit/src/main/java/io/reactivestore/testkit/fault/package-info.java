/** Stores around a store that are slow, that fail, that lie behind a network, or that count. */
@NullMarked
package io.reactivestore.testkit.fault;

import org.jspecify.annotations.NullMarked;
