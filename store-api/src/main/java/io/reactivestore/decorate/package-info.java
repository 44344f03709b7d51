/**
 * Stores around a store. Each adds one thing and hands on the rest, so they can be stacked in any order that makes sense.
 *
 * <p>What was passed in is not closed: closing a decorator ends what goes through the decorator, and leaves the store inside open.
 */
@NullMarked
package io.reactivestore.decorate;

import org.jspecify.annotations.NullMarked;
