/**
 * Records what many clients did with a store, and checks that each read returned what it was allowed to: {@link
 * io.reactivestore.testkit.history.History}.
 */
@NullMarked
package io.reactivestore.testkit.history;

import org.jspecify.annotations.NullMarked;
