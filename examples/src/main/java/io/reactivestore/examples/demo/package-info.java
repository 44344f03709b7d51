/** The demo: real files, from an S3 bucket, through memory and disk, with the calls counted. */
@NullMarked
package io.reactivestore.examples.demo;

import org.jspecify.annotations.NullMarked;
