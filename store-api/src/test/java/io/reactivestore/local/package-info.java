/** Tests of the store in a directory. */
@NullMarked
package io.reactivestore.local;

import org.jspecify.annotations.NullMarked;
