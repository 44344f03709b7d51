package io.reactivestore.s3;

import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.internal.Emission;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * A listing that reads several stretches of the keys at a time, and gives them in order all the same.
 *
 * <p>The first two pages come alone, so that a short listing costs no more than any other. From then on up to {@link
 * ListOptions#parallelism()} pages are under way while there is demand that cannot be met; so many at most come after it has
 * stopped. The end, and an error, come without demand, after the keys before them.
 */
final class ParallelListing extends Flux<ObjectInfo> {
    /*
     * How it works. The keys are tiled by segments, in order. Each is read page by page; the first one's pages are emitted. A
     * segment that is long is cut: it ends at the cut, and a new one begins there. A cut is a guess (ListPlanner): if no key lies between it
     * and the end, the new segment is taken away again, and the old one still ends at the cut, since there is nothing behind it.
     *
     *   segment: unread --page--> landed --page--> landed --page past the end, or the last one--> done --emitted--> gone
     *            unread --page without a key of it--> gone, and the one before it ends where it began
     *            any --error--> failed; all segments behind it go
     *
     * Free workers go to the segments in order, first to read on, then to cut. So the work is near the front, and what is read ahead is of
     * use soon: a segment that lies more than WINDOW pages per worker behind the front is only looked at, that is, one page of it is
     * read. No more than HELD pages per worker are held in all; at that limit the front alone goes on.
     *
     * Each cut wastes half a page on average, and one that finds nothing a whole one. None is made if that would be more than a share of
     * the pages that were read; those that are surely to be read count too, but never for much, since that is an estimate.
     *
     *   state       written by             guard           seen by others
     *   arrivals    the fetches, rounds    queue           in the next round, and between two pages; one a fetch at most
     *   fetches     the fetches, rounds    its own         at once
     *   all else    rounds                 see Emission    -
     */

    /** Where pages come from. */
    interface Source {

        /**
         * A page, in the order of UTF-8.
         *
         * @param after all keys are greater
         * @param token says the same, if a page came before this one
         */
        Mono<ListPage> page(@Nullable String after, @Nullable String token);
    }

    /** A segment for each worker, and some more. */
    private static final int WINDOW = ListPlanner.PAGES + 8;

    /** So many pages are held for each worker, at most. */
    private static final int HELD = ListPlanner.PAGES + 12;

    /** So many segments there may be for each worker. */
    private static final int SEGMENTS = 4;

    /** What may be wasted: a tenth of all pages would be too much. */
    private static final double WASTE = 0.08;

    private static final double FREE_WASTE = 2;

    /** So many pages are wasted by a cut that was the end of a page before. */
    private static final double COST_OF_LEARNT = 0.1;

    /** Pages that are still to be read count for no more than this part of those that were. */
    private static final double CREDIT = 10;

    /** So many cuts are made at once before any has been found good. */
    private static final int TRUST = 4;

    private final Source source;
    private final ListOptions options;
    private final int readAhead;
    private final LearntCuts learnt;
    private final LongSupplier throttles;

    /** @param throttles how often the service has asked for fewer requests */
    ParallelListing(Source source, ListOptions options, int readAhead, LearntCuts learnt, LongSupplier throttles) {
        this.source = source;
        this.options = options;
        this.readAhead = readAhead;
        this.learnt = learnt;
        this.throttles = throttles;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ObjectInfo> actual) {
        actual.onSubscribe(new Run(actual));
    }

    private final class Run extends Emission<ObjectInfo> {

        private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
        private final Disposable.Composite fetches = Disposables.composite();
        private final List<Segment> segments = new ArrayList<>();
        private final ListPlanner planner;
        private final LearntCuts.@Nullable Recorder recorder;
        private boolean isStarving;
        private int fetching;
        private int buffered;
        private long pages;
        private long keys;
        private long given;
        private long hits;
        private long misses;

        private int workers = options.parallelism();
        private long throttlesSeen = throttles.getAsLong();
        private int calmPages = workers;

        Run(CoreSubscriber<? super ObjectInfo> actual) {
            super(actual);
            this.planner = new ListPlanner(options.prefix(), limit(), learnt.of(options.prefix()));
            this.recorder = options.startAfter() == null && options.endBefore() == null
                    ? learnt.recorder(options.prefix())
                    : null;
            segments.add(new Segment(options.startAfter(), null, ListPlanner.PAGES));
        }

        @Override
        protected void round() {
            if (giveAll() && !isCancelled()) {
                schedule(isStarving);
            }
        }

        /** Gives what can be given, and takes in what comes meanwhile; false at the end. */
        private boolean giveAll() {
            isStarving = false;
            while (!isCancelled()) {
                takeArrivals();
                if (segments.isEmpty()) {
                    end(null);
                    return false;
                }
                Segment front = segments.get(0);
                Segment.Part part = front.parts.peek();
                if (part != null) {
                    if (demand() == 0) {
                        break;
                    }
                    givePart(front, part);
                } else if (!front.done) {
                    isStarving = demand() > 0;
                    break;
                } else if (front.failure != null) {
                    end(front.failure);
                    return false;
                } else {
                    segments.remove(0);
                }
            }
            return true;
        }

        private void givePart(Segment front, Segment.Part part) {
            int from = front.taken;
            int count = (int) Math.min(part.to() - from, demand());
            int to = from + count;
            if (to == part.to()) {
                front.parts.remove();
                front.taken = 0;
                buffered--;
                // The next pages travel while the subscriber works on this one.
                schedule(demand() - count > (long) buffered * planner.pageKeys());
            } else {
                front.taken = to;
            }
            Iterator<ObjectInfo> infos = part.page().infos(from, to).iterator();
            while (infos.hasNext() && !isCancelled()) {
                ObjectInfo info = infos.next();
                given++;
                if (recorder != null && given % ((long) planner.pageKeys() * ListPlanner.PAGES) == 0) {
                    recorder.add(info.key());
                }
                give(info);
            }
        }

        private void end(@Nullable Throwable failure) {
            if (failure != null) {
                fail(failure);
                return;
            }
            if (recorder != null) {
                recorder.complete();
            }
            complete();
        }

        private void takeArrivals() {
            for (Arrival arrival = arrivals.poll(); arrival != null; arrival = arrivals.poll()) {
                Segment segment = arrival.segment;
                fetching--;
                segment.fetching = false;
                int index = segments.indexOf(segment);
                if (index < 0) {
                    continue; // it lay behind an error
                }
                segment.changed();
                ListPage page = arrival.page;
                if (page == null) {
                    segment.failure = arrival.error;
                    segment.done = true;
                    List<Segment> behind = segments.subList(index + 1, segments.size());
                    behind.forEach(lost -> buffered -= lost.buffered());
                    behind.clear();
                } else {
                    take(index, segment, page);
                }
                if (index > 0) {
                    segments.get(index - 1).changed();
                }
            }
        }

        private void take(int index, Segment segment, ListPage page) {
            int kept = kept(segment, page);
            pages++;
            keys += kept;
            calm();
            segment.pages++;
            segment.token = page.next();
            segment.done = page.next() == null || kept < page.size() || isAtEnd(segment, page);
            if (kept > 0) {
                boolean isFirst = !segment.landed();
                planner.learn(page, kept, segment.last);
                segment.add(page, kept);
                buffered++;
                if (isFirst) {
                    hits++;
                    planner.landed(segment);
                }
            } else if (segment.done && !segment.landed() && index > 0) {
                misses++;
                segments.remove(index);
                segments.get(index - 1).end = segment.start;
            }
        }

        /** How many keys of a page belong to a segment. */
        private int kept(Segment segment, ListPage page) {
            int low = 0;
            int high = page.size();
            if (high == 0 || isIn(segment, page.key(high - 1))) {
                return high;
            }
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (isIn(segment, page.key(middle))) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        private boolean isIn(Segment segment, String key) {
            return (segment.end == null || Keys.UTF8_ORDER.compare(key, segment.end) <= 0)
                    && (options.endBefore() == null || Keys.UTF8_ORDER.compare(key, options.endBefore()) < 0);
        }

        private boolean isAtEnd(Segment segment, ListPage page) {
            return segment.end != null
                    && page.size() > 0
                    && page.key(page.size() - 1).equals(segment.end);
        }

        private @Nullable String limit() {
            String end = Keys.endOfPrefix(options.prefix());
            String before = options.endBefore();
            return end == null || (before != null && Keys.UTF8_ORDER.compare(before, end) < 0) ? before : end;
        }

        /** A service that asks for fewer requests gets half as many at once, and one more for each round without another such word. */
        private void calm() {
            long now = throttles.getAsLong();
            calmPages++;
            if (now != throttlesSeen) {
                if (calmPages >= workers) {
                    workers = Math.max(1, workers / 2);
                    calmPages = 0;
                }
                throttlesSeen = now;
            } else if (calmPages >= 2 * workers && workers < options.parallelism()) {
                workers++;
                calmPages = workers;
            }
        }

        /** @param isWanted whether there is demand that cannot be met; otherwise only what is read ahead is fetched */
        private void schedule(boolean isWanted) {
            int free = workers - fetching;
            if (!isWanted) {
                free = pages == 0 ? 0 : Math.min(free, readAhead - buffered - fetching);
            }
            double ahead = 0;
            double window = (double) WINDOW * workers;
            for (int i = 0; i < segments.size() && free > 0; i++) {
                Segment segment = segments.get(i);
                boolean isNear = i == 0 || (ahead < window && buffered + fetching < HELD * workers);
                if (isNear && !segment.fetching && !segment.done) {
                    fetch(segment);
                    free--;
                }
                ahead += segment.buffered() + (segment.fetching ? 1 : 0);
                Segment next = i + 1 < segments.size() ? segments.get(i + 1) : null;
                planner.estimate(segment, next);
                int made = 0;
                if (free > 0 && isWanted && isCuttable(segment, next) && buffered + fetching < HELD * workers) {
                    made = cut(i, segment, next, free);
                    free -= made;
                }
                ahead += ListPlanner.likely(segment);
            }
        }

        private boolean isCuttable(Segment segment, @Nullable Segment next) {
            return segment.landed()
                    && !segment.done
                    && !segment.whole
                    && (pages >= 2 || planner.hasLearnt())
                    && (next == null || next.landed())
                    && segments.size() < SEGMENTS * options.parallelism();
        }

        /** Cuts a segment up; how many others it became. */
        private int cut(int index, Segment segment, @Nullable Segment next, int free) {
            boolean isLearnt = planner.knownCuts(segment) > 0;
            double cost = isLearnt ? COST_OF_LEARNT : planner.isSafe(segment) ? costOfCut() : 1;
            // Trust grows with what was found, lest a wrong idea of the keys be tried everywhere at once.
            int trust = (int) Math.max(1, TRUST + hits - 2 * misses);
            int most = (int) Math.min(Math.min(free, trust), allowance() / cost);
            if (most < 1) {
                return 0;
            }
            List<String> cuts = planner.cuts(segment, next, most);
            if (cuts.isEmpty()) {
                segment.whole = true;
                return 0;
            }
            String end = segment.end;
            List<Segment> made = new ArrayList<>(cuts.size());
            for (int i = 0; i < cuts.size(); i++) {
                boolean isLast = i + 1 == cuts.size();
                Segment cutOff = planner.after(segment, cuts.get(i), isLast ? end : cuts.get(i + 1));
                cutOff.endIsLearnt = isLast ? segment.endIsLearnt : isLearnt;
                made.add(cutOff);
            }
            segment.end = cuts.get(0);
            segment.endIsLearnt = isLearnt;
            segment.changed();
            planner.estimate(segment, made.get(0));
            segments.addAll(index + 1, made);
            made.forEach(this::fetch);
            return made.size();
        }

        /** Half a page, or a whole one if nothing is there. */
        private double costOfCut() {
            return 0.5 + 0.5 * misses / (hits + misses + TRUST);
        }

        /** How many pages may yet be wasted. */
        private double allowance() {
            double open = 0;
            double sure = 0;
            for (Segment segment : segments) {
                open += segment.done ? 0 : segment.endIsLearnt ? COST_OF_LEARNT : segment.landed() ? 0.5 : costOfCut();
                sure += segment.sure && segment.left > 0 ? segment.left / 2 : 0;
            }
            sure = Math.min(sure, pages / CREDIT);
            double wasted = pages - (double) keys / planner.pageKeys();
            return FREE_WASTE + WASTE * (pages + sure) - wasted - open;
        }

        private void fetch(Segment segment) {
            segment.fetching = true;
            fetching++;
            Fetch fetch = new Fetch(segment);
            fetches.add(fetch);
            String after = segment.last != null ? segment.last : segment.start;
            source.page(after, segment.token).subscribe(fetch);
        }

        @Override
        protected void release() {
            fetches.dispose();
            segments.clear();
            arrivals.clear();
        }

        private final class Fetch extends BaseSubscriber<ListPage> {

            private final Segment segment;
            private boolean answered;

            Fetch(Segment segment) {
                this.segment = segment;
            }

            @Override
            public Context currentContext() {
                return context();
            }

            @Override
            protected void hookOnNext(ListPage page) {
                arrive(page, null);
            }

            @Override
            protected void hookOnError(Throwable error) {
                arrive(null, error);
            }

            @Override
            protected void hookOnComplete() {
                if (!answered) {
                    arrive(null, new IllegalStateException("there is no page"));
                }
            }

            private void arrive(@Nullable ListPage page, @Nullable Throwable error) {
                answered = true;
                fetches.remove(this);
                arrivals.add(new Arrival(segment, page, error));
                drain();
            }
        }
    }

    private record Arrival(
            Segment segment,
            @Nullable ListPage page,
            @Nullable Throwable error) {}
}
