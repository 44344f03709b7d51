package io.reactivestore.embeddeds3.latency;

import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps rendered pages by the request that they answer; those that were not asked for the longest time go first. */
final class PageCache {
    /*
     *   state           written by      guard   seen by others
     *   pages, bytes    any request     this    at once
     *
     * The cache holds one reference to each page, and each answer that sends it another.
     */

    /** @param count objects and common prefixes on it */
    record Page(ByteBuf bytes, int count) {}

    private final long maxBytes;
    private final Map<String, Page> pages = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    PageCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A page for the caller to release, or null. */
    synchronized @Nullable Page get(String request) {
        Page page = pages.get(request);
        if (page != null) {
            page.bytes.retain();
        }
        return page;
    }

    /** Keeps a page that stays the caller's too. */
    synchronized void put(String request, Page page) {
        if (page.bytes.capacity() > maxBytes || pages.containsKey(request)) {
            return;
        }
        page.bytes.retain();
        pages.put(request, page);
        bytes += page.bytes.capacity();
        var oldest = pages.values().iterator();
        while (bytes > maxBytes) {
            ByteBuf gone = oldest.next().bytes;
            oldest.remove();
            bytes -= gone.capacity();
            gone.release();
        }
    }

    synchronized void clear() {
        pages.values().forEach(page -> page.bytes.release());
        pages.clear();
        bytes = 0;
    }
}
