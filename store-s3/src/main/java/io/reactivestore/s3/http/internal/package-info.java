/** What the store and its transport know of each other; not for users. */
@NullMarked
package io.reactivestore.s3.http.internal;

import org.jspecify.annotations.NullMarked;
