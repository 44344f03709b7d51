package io.reactivestore.cache.disk.internal;

import java.io.IOException;

/** Is shown entries. */
public interface EntryVisitor {

    void entry(String key, Place place) throws IOException;
}
