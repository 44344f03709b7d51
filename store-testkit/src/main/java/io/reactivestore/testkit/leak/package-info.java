/** What a test must not leave behind: threads, files, permits and buffers, signals that nobody took, blocked threads. */
@NullMarked
package io.reactivestore.testkit.leak;

import org.jspecify.annotations.NullMarked;
