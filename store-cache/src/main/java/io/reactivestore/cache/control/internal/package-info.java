/** The command {@code ./cachectl}, which looks at the directory of a disk tier from outside. */
@NullMarked
package io.reactivestore.cache.control.internal;

import org.jspecify.annotations.NullMarked;
