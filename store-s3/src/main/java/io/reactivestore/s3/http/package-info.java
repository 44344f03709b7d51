/**
 * The transport below the AWS SDK: {@link io.reactivestore.s3.http.ReactorNettyAsyncHttpClient}, an HTTP client on Reactor Netty.
 *
 * <p>It can be used without the rest of this module, by any asynchronous client of the SDK.
 */
@NullMarked
package io.reactivestore.s3.http;

import org.jspecify.annotations.NullMarked;
