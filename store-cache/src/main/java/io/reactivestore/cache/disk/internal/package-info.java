/**
 * The log of the disk tier: segments of records in files, and an index of them in memory. It blocks, has no threads of its own, and
 * knows nothing of stores, fences and flights. Not for users.
 */
@NullMarked
package io.reactivestore.cache.disk.internal;

import org.jspecify.annotations.NullMarked;
