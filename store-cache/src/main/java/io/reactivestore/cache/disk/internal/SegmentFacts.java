package io.reactivestore.cache.disk.internal;

/**
 * A segment at some moment.
 *
 * @param number later ones have higher numbers
 * @param sealed whether nothing is appended to it any more
 * @param fileBytes what its file takes
 * @param recovered whether its records are known; before, the next six say nothing
 * @param recordBytes of all its records
 * @param payloadBytes of its entries and blocks, the objects' own bytes
 * @param liveBytes of those records that the index points at
 * @param readBytes of those of them that were read since they were written
 * @param removalBytes of its tombstones and prefix fences: unless it is the oldest, recycling it writes them again
 * @param damaged whether some of it cannot be read: it is recycled only as the oldest
 */
public record SegmentFacts(
        long number,
        boolean sealed,
        long fileBytes,
        boolean recovered,
        long recordBytes,
        long payloadBytes,
        long liveBytes,
        long readBytes,
        long removalBytes,
        boolean damaged) {}
