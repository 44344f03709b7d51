package io.reactivestore.s3;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stretch of the keys of a parallel listing, whose pages follow each other. Belongs to the drain of its listing. */
final class Segment {

    /** Some objects of one page. */
    record Part(ListPage page, int to) {}

    /** A key, and how many came before it. */
    record Mark(String key, long before) {}

    private static final int MAX_MARKS = 32;

    /** All keys of it are greater. */
    final @Nullable String start;

    /** No key of it is greater; null if that is not known. */
    @Nullable String end;

    /** Whether a page ended there in an earlier listing. */
    boolean endIsLearnt;

    final Deque<Part> parts = new ArrayDeque<>();

    /** How much of the first part was emitted. */
    int taken;

    /** Where it begins, and how far it was read; null before its first page. */
    @Nullable String first;

    @Nullable String last;

    /** What the next page is asked for with, if a page came. */
    @Nullable String token;

    /** The page that came last, and how many keys of it belong here. */
    @Nullable ListPage lastPage;

    int lastKept;

    /** Where the latest pages began, and how many keys came before each. */
    final List<Mark> marks = new ArrayList<>();

    int pages;
    long keys;
    boolean fetching;
    boolean done;

    @Nullable Throwable failure;

    /** Whether its first key follows on its start as keys follow each other there. */
    boolean near;

    /** If not near: the place at which its first key differs from its start. */
    int gapPlace = -1;

    /** How many symbols further, at that place, the next one is looked for; 0 if it is not. */
    long gapStep;

    /** How many pages further the next segment is begun if nothing is known. */
    double stride;

    /** How many pages are thought to be left; negative if that must be worked out anew. */
    double left = -1;

    /** How many pages would fit into what is left, if it were as dense as what was read last. */
    double room;

    /** Whether {@link #left} is more than a guess. */
    boolean sure;

    /** Whether nothing can be cut off before something changes. */
    boolean whole;

    Segment(@Nullable String start, @Nullable String end, double stride) {
        this.start = start;
        this.end = end;
        this.stride = stride;
    }

    boolean landed() {
        return last != null;
    }

    /** Takes in the keys of a page that belong here, at least one. */
    void add(ListPage page, int kept) {
        String begin = page.key(0);
        first = first == null ? begin : first;
        last = page.key(kept - 1);
        lastPage = page;
        lastKept = kept;
        if (marks.size() == MAX_MARKS) {
            marks.remove(0);
        }
        marks.add(new Mark(begin, keys));
        keys += kept;
        parts.add(new Part(page, kept));
    }

    void changed() {
        left = -1;
        whole = false;
    }

    int buffered() {
        return parts.size();
    }
}
