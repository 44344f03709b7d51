/**
 * An S3 server whose answers are as slow, and as broken, as the test wants. {@link
 * io.reactivestore.embeddeds3.latency.LatencyServer} is the way in.
 *
 * <p>It knows the requests that {@code S3Store} makes, in path style, and checks neither signatures nor checksums. It costs little
 * itself: bodies are slices of one shared buffer, and what waits is a timer and not a thread.
 */
@NullMarked
package io.reactivestore.embeddeds3.latency;

import org.jspecify.annotations.NullMarked;
