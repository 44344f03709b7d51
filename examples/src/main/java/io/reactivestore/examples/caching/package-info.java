/** The programs of the guide to caching. */
@NullMarked
package io.reactivestore.examples.caching;

import org.jspecify.annotations.NullMarked;
