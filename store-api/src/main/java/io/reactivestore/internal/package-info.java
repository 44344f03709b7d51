/** Shared by the stores of this module; not for users. */
@NullMarked
package io.reactivestore.internal;

import org.jspecify.annotations.NullMarked;
