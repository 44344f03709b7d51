package io.reactivestore.internal;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreRejectedException;
import java.nio.ByteBuffer;

/** Cuts ranges out of an object that is held whole. */
public final class Ranges {

    private Ranges() {}

    /** One of several ranges, tagged with its place in the request. */
    public static RangedObject slice(
            ObjectInfo info, ByteBuffer whole, int index, ByteRange range, ReadOptions options) {
        Span span = clip(info, range, options);
        return new RangedObject(index, span, whole.slice((int) span.start(), (int) span.length()));
    }

    /** What one of several ranges covers of an object; fails if it starts past the end, or is too long to be held. */
    public static Span clip(ObjectInfo info, ByteRange range, ReadOptions options) {
        Span span = range.clip(info.size());
        if (span == null) {
            throw new RangeNotSatisfiableException("getRanges", info.key(), range.toString(), info.size(), null);
        }
        if (span.length() > options.maxBufferedBytes()) {
            throw new StoreRejectedException(
                    "getRanges",
                    info.key(),
                    "the " + span.length() + " bytes of " + range + " are more than the maxBufferedBytes of "
                            + options.maxBufferedBytes(),
                    false,
                    null);
        }
        return span;
    }
}
