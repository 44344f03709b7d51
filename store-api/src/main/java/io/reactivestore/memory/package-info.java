/** A store in the memory of the process: the reference that other stores are compared with. */
@NullMarked
package io.reactivestore.memory;

import org.jspecify.annotations.NullMarked;
