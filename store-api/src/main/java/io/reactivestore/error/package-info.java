/** What can go wrong: one type per kind of failure, the same for every backend. */
@NullMarked
package io.reactivestore.error;

import org.jspecify.annotations.NullMarked;
