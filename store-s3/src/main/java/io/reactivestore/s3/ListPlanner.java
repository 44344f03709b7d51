package io.reactivestore.s3;

import io.reactivestore.Keys;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Guesses how much is left of a segment, and where to cut it. A wrong guess costs pages, never keys. Not thread-safe. */
final class ListPlanner {
    /*
     * How it works. A segment is as dense as those of its latest keys that have as many places in common with the last one as its end has: the
     * distance between two directories says nothing of that between the keys in one. If its end is where the next one was found to begin, with no more room before
     * its first key than keys have there, what lies between is taken to be as dense, and is cut into segments of PAGES pages each, a little
     * less, so that the last page of each is full. Otherwise little is known, and one cut is tried at a time:
     *
     *   - where the segment began beyond a gap, in another directory as it were: at the next such, then at ever more of them further;
     *   - if the end is astronomically far, and there are enough directories in between by what was seen of them: halfway by the symbols of the first place that differs;
     *   - else as many pages further as were tried before, times GROWTH, but no further than the geometric mean of that and the end;
     *   - if all symbols that were seen are used up: beyond them.
     *
     * What is found becomes a segment of its own, and tells more. What is not there moves the end.
     */

    /** Pages of a segment: a cut costs half a page on average. */
    static final int PAGES = 12;

    /** So little is left of the last page. */
    private static final double SLACK = 0.08;

    private static final double GROWTH = 4;

    /** Further than any key is. */
    private static final double MOST = 1e12;

    /** Up to so many times as dense is as dense. */
    private static final double ALIKE = 4;

    /** So many pages before the first key there is no more room than between others. */
    private static final double NEAR = 0.3;

    /** A segment with less left is not worth a cut. */
    private static final double LEAST = 1.5 * PAGES;

    /** Estimates of more are worth nothing. */
    private static final double ASTRONOMICAL = 1e5;

    /** How finely the keys of a page are told apart. */
    private static final long FINENESS = 1_000_000;

    private static final MathContext PRECISION = new MathContext(12);

    private final KeyRuler ruler = new KeyRuler();
    private final String prefix;
    private final @Nullable String limit;
    private final List<String> learnt;
    private final long[] changes = new long[512];
    private long pages;

    /** Whether the latest guess led to other directories, as it were, and not further into the same. */
    private boolean isElsewhere;

    private int pageKeys = 1;

    /**
     * @param limit above all keys, or null
     * @param learnt cuts that proved good, in order
     */
    ListPlanner(String prefix, @Nullable String limit, List<String> learnt) {
        this.prefix = prefix;
        this.limit = limit;
        this.learnt = learnt;
    }

    int pageKeys() {
        return pageKeys;
    }

    boolean hasLearnt() {
        return !learnt.isEmpty();
    }

    /**
     * Takes notice of a page, of which so many keys belong to the segment.
     *
     * @param before the key before them, if it is known
     */
    void learn(ListPage page, int kept, @Nullable String before) {
        pageKeys = Math.max(pageKeys, page.size());
        // Some keys are enough to see which symbols there are; a prime, lest it be always the same digit.
        for (int i = 0; i < kept; i += 31) {
            ruler.learn(page.key(i));
        }
        String first = page.key(0);
        String last = page.key(kept - 1);
        ruler.learn(last);
        pages++;
        if (before != null) {
            count(before, first);
        }
        count(first, last);
    }

    private void count(String a, String b) {
        int place = KeyRuler.sharedPlaces(a, b);
        if (place < changes.length) {
            changes[place] += ruler.symbolsApart(a, b, place);
        }
    }

    /** How many pages there are, on average, from one change at a place, or before it, to the next. */
    private double pagesBetweenChanges(int place) {
        long sum = 0;
        for (int i = 0; i <= Math.min(place, changes.length - 1); i++) {
            sum += changes[i];
        }
        return (double) pages / Math.max(1, sum);
    }

    /** Finds out whether a segment that has just got its first keys begins where it was looked for. */
    void landed(Segment segment) {
        String start = segment.start;
        if (start == null || segment.first == null || segment.last == null) {
            return;
        }
        Scale scale = new Scale(
                segment,
                KeyRuler.sharedPlaces(start, segment.first),
                KeyRuler.sharedPlaces(segment.first, segment.last));
        segment.near = scale.pages(start, segment.first) <= NEAR;
        if (!segment.near) {
            segment.gapPlace = KeyRuler.sharedPlaces(start, segment.first);
            segment.gapStep = Math.max(1, segment.gapStep);
            segment.stride = PAGES;
        }
    }

    /** Works out how much is left, if that is not known. */
    void estimate(Segment segment, @Nullable Segment next) {
        if (segment.left >= 0) {
            return;
        }
        int known = knownCuts(segment);
        if (segment.done) {
            segment.left = 0;
            segment.sure = true;
        } else if (known > 0) {
            segment.left = (double) known * PAGES;
            segment.sure = true;
        } else {
            measure(segment, next);
        }
    }

    private void measure(Segment segment, @Nullable Segment next) {
        String last = segment.last;
        if (last == null) {
            segment.left = PAGES;
            segment.sure = false;
            return;
        }
        String bound = bound(segment);
        Scale scale = scale(segment);
        segment.room = scale.left(segment, bound);
        segment.sure = next != null && isConfirmed(segment, next) && segment.room < ASTRONOMICAL && scale.isLike(next);
        segment.left = segment.room;
        if (!segment.sure && segment.end != null) {
            int place = KeyRuler.sharedPlaces(last, segment.end);
            double seen = segment.marks.stream()
                    .filter(mark -> KeyRuler.sharedPlaces(mark.key(), last) > place)
                    .count();
            double each = Math.max(Math.max(seen, segment.stride / 2), pagesBetweenChanges(place));
            segment.left = Math.min(segment.room, each * ruler.symbolsApart(last, segment.end, place));
        }
    }

    /** How many pages of a segment, at most, there is some reason to count on. */
    static double likely(Segment segment) {
        return segment.sure ? segment.left : Math.min(segment.left, segment.pages + PAGES);
    }

    /** Where to cut a segment whose first page has come: up to {@code most} keys in order, none if it is best left alone. */
    List<String> cuts(Segment segment, @Nullable Segment next, int most) {
        int known = knownCuts(segment);
        if (known > 0) {
            int from = firstKnown(segment);
            return learnt.subList(from, from + Math.min(known, most));
        }
        boolean isAsBefore = !learnt.isEmpty() && segment.pages <= 2 * PAGES;
        if (isAsBefore || (segment.left < LEAST && segment.end != null)) {
            return List.of();
        }
        return segment.sure ? evenCuts(segment, most) : guess(segment, next);
    }

    /** Whether a wrong cut there would be a surprise. */
    boolean isSafe(Segment segment) {
        return segment.sure;
    }

    private List<String> evenCuts(Segment segment, int most) {
        Scale scale = scale(segment);
        int count = (int) Math.min(most, (segment.left - LEAST) / PAGES + 1);
        List<String> cuts = new ArrayList<>(count);
        for (int i = 1; i <= count; i++) {
            String cut = scale.ahead(segment, i * (PAGES - SLACK));
            if (cut == null || !isWithin(segment, cut)) {
                break;
            }
            if (cuts.isEmpty() || Keys.UTF8_ORDER.compare(cut, cuts.get(cuts.size() - 1)) > 0) {
                cuts.add(cut);
            }
        }
        return cuts;
    }

    private List<String> guess(Segment segment, @Nullable Segment next) {
        String last = segment.last;
        String end = segment.end;
        if (last == null) {
            return List.of();
        }
        String cut = null;
        isElsewhere = true;
        if (segment.gapStep > 0 && next == null) {
            cut = beyondGap(segment, last);
        }
        if (cut == null && end != null && segment.room >= ASTRONOMICAL) {
            cut = within(segment, ruler.between(last, end, KeyRuler.sharedPlaces(last, end)));
        }
        if (cut == null && segment.left >= LEAST) {
            isElsewhere = false;
            double reach = Math.sqrt(PAGES * segment.left);
            boolean isOpen = end == null && segment.stride < segment.left;
            cut = within(
                    segment, scale(segment).ahead(segment, isOpen ? segment.stride : Math.min(segment.stride, reach)));
        }
        if (cut == null && end == null) {
            isElsewhere = true;
            cut = within(segment, ruler.beyond(last, prefix.codePointCount(0, prefix.length())));
        }
        return cut == null ? List.of() : List.of(cut);
    }

    private @Nullable String beyondGap(Segment segment, String last) {
        int to = segment.gapPlace + 1;
        int from = Math.min(prefix.codePointCount(0, prefix.length()), segment.gapPlace);
        BigInteger here = ruler.value(last, from, to);
        BigInteger room = ruler.end(from, to).subtract(BigInteger.ONE).subtract(here);
        BigInteger step =
                BigInteger.valueOf(segment.gapStep).min(room.add(BigInteger.ONE).shiftRight(1));
        return step.signum() <= 0 ? null : within(segment, ruler.key(last, here.add(step), from, to));
    }

    /** What the segment that begins at a cut shall try in its turn. */
    Segment after(Segment segment, String cut, @Nullable String end) {
        Segment cutOff =
                new Segment(cut, end, segment.sure || isElsewhere ? PAGES : Math.min(segment.stride * GROWTH, MOST));
        if (segment.gapStep > 0 && end == null) {
            cutOff.gapPlace = segment.gapPlace;
            cutOff.gapStep = (long) Math.min(segment.gapStep * GROWTH, MOST);
        }
        return cutOff;
    }

    private @Nullable String within(Segment segment, @Nullable String cut) {
        return cut != null && isWithin(segment, cut) ? cut : null;
    }

    private boolean isWithin(Segment segment, String cut) {
        String bound = bound(segment);
        return segment.last != null
                && Keys.UTF8_ORDER.compare(cut, segment.last) > 0
                && (bound == null || Keys.UTF8_ORDER.compare(cut, bound) < 0);
    }

    private @Nullable String bound(Segment segment) {
        return segment.end != null ? segment.end : limit;
    }

    private static boolean isConfirmed(Segment segment, Segment next) {
        return next.near && next.landed() && next.start != null && next.start.equals(segment.end);
    }

    private int firstKnown(Segment segment) {
        if (segment.last == null) {
            return learnt.size();
        }
        return above(segment.last);
    }

    /** How many cuts of an earlier listing lie in what is left. */
    int knownCuts(Segment segment) {
        if (learnt.isEmpty() || segment.done || segment.last == null) {
            return 0;
        }
        String bound = bound(segment);
        int to = learnt.size();
        if (bound != null) {
            to = above(bound);
            to -= to > 0 && learnt.get(to - 1).equals(bound) ? 1 : 0;
        }
        return Math.max(0, to - above(segment.last));
    }

    /** The first learnt cut that is greater. */
    private int above(String key) {
        int low = 0;
        int high = learnt.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Keys.UTF8_ORDER.compare(learnt.get(middle), key) > 0) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private Scale scale(Segment segment) {
        String last = String.valueOf(segment.last);
        String bound = bound(segment);
        int shared = bound == null ? prefix.codePointCount(0, prefix.length()) : KeyRuler.sharedPlaces(last, bound);
        return new Scale(segment, shared, shared);
    }

    /** Distances in pages, as dense as a segment is at its end. */
    private final class Scale {

        private final int from;
        private final int to;
        private final BigInteger span;
        private final double spanPages;

        /**
         * @param from the places before mean nothing
         * @param like as dense as the latest keys that have as many places in common with the last one
         */
        Scale(Segment segment, int from, int like) {
            String last = String.valueOf(segment.last);
            Segment.Mark mark = mark(segment, last, like);
            int shared = KeyRuler.sharedPlaces(mark.key(), last);
            this.from = Math.min(from, shared);
            this.to = ruler.fine(shared, FINENESS);
            this.span = value(last).subtract(value(mark.key())).max(BigInteger.ONE);
            this.spanPages = Math.max(1, segment.keys - mark.before() - 1) / (double) pageKeys;
        }

        private static Segment.Mark mark(Segment segment, String last, int like) {
            for (Segment.Mark mark : segment.marks) {
                if (KeyRuler.sharedPlaces(mark.key(), last) >= like) {
                    return mark;
                }
            }
            ListPage page = segment.lastPage;
            int low = 0;
            int high = segment.lastKept - 1;
            while (page != null && low < high) {
                int middle = (low + high) >>> 1;
                if (KeyRuler.sharedPlaces(page.key(middle), last) >= like) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return new Segment.Mark(page == null ? last : page.key(low), segment.keys - segment.lastKept + low);
        }

        private BigInteger value(String key) {
            return ruler.value(key, from, to);
        }

        double pages(String a, String b) {
            return pages(value(b).subtract(value(a)));
        }

        private double pages(BigInteger distance) {
            return new BigDecimal(distance)
                            .divide(new BigDecimal(span), PRECISION)
                            .doubleValue()
                    * spanPages;
        }

        double left(Segment segment, @Nullable String bound) {
            BigInteger last = value(String.valueOf(segment.last));
            BigInteger end = bound == null ? ruler.end(from, to) : value(bound);
            return Math.max(0, pages(end.subtract(last)));
        }

        /** Whether another segment begins about as densely. */
        boolean isLike(Segment other) {
            double pages = pages(String.valueOf(other.first), String.valueOf(other.last));
            double density = pages * pageKeys / Math.max(1, other.keys - 1);
            return density < ALIKE && density > 1 / ALIKE;
        }

        @Nullable String ahead(Segment segment, double pages) {
            String last = String.valueOf(segment.last);
            BigInteger step = new BigDecimal(span)
                    .multiply(BigDecimal.valueOf(pages / spanPages), PRECISION)
                    .toBigInteger();
            return ruler.key(last, value(last).add(step), from, to);
        }
    }
}
