package io.reactivestore.cache.disk.internal;

import java.io.IOException;

/** A record needs a new segment, and there is none: one must be recycled first. */
public final class NoFreeSegmentException extends IOException {

    private static final long serialVersionUID = 1;

    NoFreeSegmentException() {
        super("no free segment");
    }
}
