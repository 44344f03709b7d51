/**
 * An S3 server for tests: Adobe S3Mock in a JVM of its own. {@link io.reactivestore.embeddeds3.EmbeddedS3} is the way in.
 *
 * <p>Nothing of S3Mock is on the class path of a test, and a server never outlives the build or the JVM that owns it.
 */
@NullMarked
package io.reactivestore.embeddeds3;

import org.jspecify.annotations.NullMarked;
