/** A store in a directory of the local file system. */
@NullMarked
package io.reactivestore.local;

import org.jspecify.annotations.NullMarked;
