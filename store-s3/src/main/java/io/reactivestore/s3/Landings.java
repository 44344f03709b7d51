package io.reactivestore.s3;

import io.reactivestore.ObjectInfo;
import io.reactivestore.Span;

/** Says where parts go. */
interface Landings {

    /**
     * The head of an answer has come. Called on the thread of the transport, once for each attempt that gets so far.
     *
     * @param info of the object
     * @param span which of its bytes follow
     * @throws RuntimeException if they are not wanted, which fails the attempt
     */
    Landing begin(ObjectInfo info, Span span);
}
