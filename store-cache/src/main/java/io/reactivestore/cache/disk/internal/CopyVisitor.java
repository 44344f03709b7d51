package io.reactivestore.cache.disk.internal;

import java.io.IOException;

/** Is shown entries and blocks, and how many bytes of its object each has. */
public interface CopyVisitor {

    void copy(String key, Place place, int payloadBytes) throws IOException;
}
