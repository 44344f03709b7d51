package io.reactivestore.cache;

import io.reactivestore.cache.disk.internal.SegmentFacts;
import java.util.List;

/** Decides which segment of the log goes next: the oldest, or one before it that is mostly dead. */
final class Victims {

    /** There is none to choose from. */
    static final long NONE = -1;

    /** Of a segment, that is still of use: less is not worth the room that the rest takes. */
    private static final double MOSTLY_DEAD = 0.25;

    private Victims() {}

    /** @param segments the oldest first */
    static long choose(List<SegmentFacts> segments) {
        SegmentFacts oldest = null;
        SegmentFacts emptiest = null;
        for (SegmentFacts segment : segments) {
            if (!segment.sealed()) {
                continue;
            }
            if (oldest == null) {
                oldest = segment;
            } else if (segment.recovered()
                    && !segment.damaged()
                    && (emptiest == null || useful(segment) < useful(emptiest))) {
                emptiest = segment;
            }
        }
        if (oldest == null) {
            return NONE;
        }
        if (emptiest != null
                && useful(emptiest) < MOSTLY_DEAD * emptiest.fileBytes()
                && useful(emptiest) < oldest.liveBytes()) {
            return emptiest.number();
        }
        return oldest.number();
    }

    /** The oldest that can go. */
    static long oldest(List<SegmentFacts> segments) {
        return segments.stream()
                .filter(SegmentFacts::sealed)
                .mapToLong(SegmentFacts::number)
                .findFirst()
                .orElse(NONE);
    }

    /** What would be lost, or written again, if it were recycled before the oldest. */
    private static long useful(SegmentFacts segment) {
        return segment.liveBytes() + segment.removalBytes();
    }
}
