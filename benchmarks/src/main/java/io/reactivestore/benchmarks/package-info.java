/** What ours costs beside the peers and the physical limit, in one run. */
@NullMarked
package io.reactivestore.benchmarks;

import org.jspecify.annotations.NullMarked;
