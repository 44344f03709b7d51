/**
 * A store on Amazon S3 and on servers that speak its protocol: {@link io.reactivestore.s3.S3Store}.
 *
 * <p>What differs between servers is a {@link io.reactivestore.s3.S3Dialect}.
 */
@NullMarked
package io.reactivestore.s3;

import org.jspecify.annotations.NullMarked;
