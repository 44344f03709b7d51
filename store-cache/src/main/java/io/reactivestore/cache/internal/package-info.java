/** What several packages of this module share; not for users. */
@NullMarked
package io.reactivestore.cache.internal;

import org.jspecify.annotations.NullMarked;
