package io.reactivestore.cache;

import io.reactivestore.ListEntry;
import io.reactivestore.ObjectInfo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Pages of listings, and begins of directories, each kept for a while and until something is written in its stretch of the keys. Any thread. */
final class Pages {
    /*
     * How it works. What the fence is to a key, this is to a stretch of keys: those with a prefix, after one key, and before another or up
     * to the last of the page. The fence tells of each mutation as it begins and as it ends.
     *
     *   an ask   untouched --a mutation in its stretch begins, or is under way or in doubt as it begins--> touched
     *            current   --such a mutation ends, or such a doubt-------------------------------------> outdated, nobody joins
     *   a page   kept      --a mutation in its stretch begins, or it is the oldest of too many bytes----> dropped
     *
     * While a page is asked for, nobody knows its last key, so all that it may have touches it. When it comes, it is kept if none of that
     * lies in it. What was asked for before the end of a mutation in it is never kept, so no page is to be dropped when one ends.
     *
     * What is kept of a directory counts as a page whose stretch is all that lies in the directory, at any depth.
     *
     * A mutation finds the asks and pages that it concerns by their prefixes: those of its key are found in a sorted map, in as many steps
     * as there are of them, and about as many more. A prefix mutation looks at all.
     *
     * All state is guarded by this object's lock, under which nobody is called.
     */

    /** An ObjectInfo with its two strings and its Instant, beside the characters. */
    private static final int OBJECT_BYTES = 150;

    /** A ListEntry and its name, beside the characters; the name of an object is its key. */
    private static final int ENTRY_BYTES = 80;

    /** A page and its places in the maps. */
    private static final int PAGE_BYTES = 400;

    /** Beyond that, everything is in doubt: so many writes have failed at once that listings are not what matters. */
    private static final int MAX_DOUBTS = 1_000;

    /** Beyond that a page is not kept, whatever has touched it. */
    private static final int MAX_TOUCHES = 100;

    static final Reach EVERYTHING = new Reach("", true);

    private final long maxBytes;
    private final long lifetimeNanos;
    private final Freshness freshness;
    private final TreeMap<String, Group> byPrefix = new TreeMap<>();
    private final Map<Question.Listing, Kept> inOrder = new LinkedHashMap<>();
    private final Map<Object, Reach> underWay = new HashMap<>();
    private final Deque<Doubt> doubts = new ArrayDeque<>();
    private long bytes;

    Pages(FreshnessSpec.Memo limits, Freshness freshness) {
        this.maxBytes = limits.most();
        this.lifetimeNanos = Limits.nanos(limits.lifetime());
        this.freshness = freshness;
    }

    /** What a mutation changes: one key, or all with a prefix. */
    record Reach(String text, boolean isPrefix) {}

    /** @param isSum whether it stands for many, so that nobody knows when the first of them ends */
    private record Doubt(Reach reach, long until, boolean isSum) {}

    /** All with one prefix. */
    private static final class Group {
        final Set<Ask> asks = new HashSet<>();
        final Map<Question.Listing, Kept> pages = new HashMap<>();

        boolean isEmpty() {
            return asks.isEmpty() && pages.isEmpty();
        }
    }

    /** A page under way to the source. Compared by identity. */
    final class Ask {
        private final Question.Listing page;
        private final Comparator<String> order;
        private final Group group;
        private final long askedAtNanos = freshness.nanoTime();
        private final long epoch = freshness.epoch();
        private final List<Reach> touches = new ArrayList<>(0);
        private boolean spoilt;
        private boolean outdated;
        private @Nullable Doubt doubt;

        private Ask(Question.Listing page, Comparator<String> order, Group group) {
            this.page = page;
            this.order = order;
            this.group = group;
        }

        /** Whether a reader that begins now may share what comes of it. */
        boolean isCurrent() {
            synchronized (Pages.this) {
                return !outdated && (doubt == null || doubt.until - freshness.nanoTime() > 0);
            }
        }

        private boolean isIn(Reach reach) {
            return covers(page, null, order, reach);
        }

        private void touch(Reach reach) {
            spoilt |= touches.size() == MAX_TOUCHES;
            if (!spoilt) {
                touches.add(reach);
            }
        }
    }

    /** @param lastKey null if it is the last page, or of a directory */
    private record Kept(
            Ask ask, Loaded.Listing answer, @Nullable String lastKey, long bytes) {

        boolean isIn(Reach reach) {
            return covers(ask.page, lastKey, ask.order, reach);
        }
    }

    /** The page that answers a question, if it is still good. */
    synchronized Loaded.@Nullable Listing get(Question.Listing page) {
        Kept kept = inOrder.get(page);
        if (kept == null) {
            return null;
        }
        boolean isGood =
                kept.ask.epoch == freshness.epoch() && freshness.nanoTime() - kept.ask.askedAtNanos < lifetimeNanos;
        if (!isGood) {
            drop(kept);
        }
        return isGood ? kept.answer : null;
    }

    /**
     * Notes that the source is about to be asked.
     *
     * @param order that of its listings
     */
    synchronized Ask begin(Question.Listing page, Comparator<String> order) {
        Group group = byPrefix.computeIfAbsent(page.prefix(), prefix -> new Group());
        Ask ask = new Ask(page, order, group);
        group.asks.add(ask);
        forgetOldDoubts();
        for (Doubt doubt : doubts) {
            if (ask.isIn(doubt.reach)) {
                ask.touch(doubt.reach);
                ask.outdated |= doubt.isSum;
                boolean endsFirst = ask.doubt == null || doubt.until - ask.doubt.until < 0;
                ask.doubt = endsFirst ? doubt : ask.doubt;
            }
        }
        underWay.values().stream().filter(ask::isIn).forEach(ask::touch);
        return ask;
    }

    /** The source has answered: keeps the page, unless something was written in it. */
    synchronized void keep(Ask ask, Loaded.Listing answer) {
        String lastKey = lastKeyOf(answer);
        long size = PAGE_BYTES + bytesOf(answer);
        Kept kept = new Kept(ask, answer, lastKey, size);
        if (ask.spoilt || size > maxBytes || ask.touches.stream().anyMatch(kept::isIn)) {
            return;
        }
        drop(inOrder.get(ask.page));
        inOrder.put(ask.page, kept);
        ask.group.pages.put(ask.page, kept);
        bytes += size;
        Iterator<Kept> oldest = inOrder.values().iterator();
        List<Kept> tooMany = new ArrayList<>();
        for (long over = bytes - maxBytes; over > 0; ) {
            Kept next = oldest.next();
            tooMany.add(next);
            over -= next.bytes;
        }
        tooMany.forEach(this::drop);
    }

    /** The ask is over; whatever else is said of it has no effect any more. */
    synchronized void end(Ask ask) {
        ask.spoilt = true;
        ask.group.asks.remove(ask);
        forgetIfEmpty(ask);
    }

    /** A mutation is about to be sent. */
    synchronized void begin(Object mutation, Reach reach) {
        underWay.put(mutation, reach);
        concerned(reach, ask -> ask.touch(reach));
    }

    /**
     * A mutation has ended.
     *
     * @param doubtUntil until when it may still be applied, or null if its outcome is known
     */
    synchronized void end(Object mutation, @Nullable Long doubtUntil) {
        Reach reach = underWay.remove(mutation);
        if (reach != null) {
            concerned(reach, ask -> ask.outdated = true);
            noteDoubt(reach, doubtUntil);
        }
    }

    /** What a killed process has sent may change this until then. */
    void doubt(Reach reach, long until) {
        Object sentBefore = new Object();
        begin(sentBefore, reach);
        end(sentBefore, until);
    }

    /** How many pages are kept. */
    synchronized int count() {
        return inOrder.size();
    }

    /** How much memory they take. */
    synchronized long bytes() {
        return bytes;
    }

    private void noteDoubt(Reach reach, @Nullable Long until) {
        if (until == null) {
            return;
        }
        forgetOldDoubts();
        boolean tooMany = doubts.size() == MAX_DOUBTS;
        if (tooMany) {
            doubts.clear();
        }
        doubts.add(new Doubt(tooMany ? EVERYTHING : reach, until, tooMany));
    }

    /** They end in the order in which they began, since all last as long. */
    private void forgetOldDoubts() {
        long now = freshness.nanoTime();
        while (!doubts.isEmpty() && doubts.getFirst().until - now <= 0) {
            doubts.removeFirst();
        }
    }

    /** Drops the pages that a mutation may change, and tells the asks. */
    private void concerned(Reach reach, Consumer<Ask> told) {
        for (Group group : groups(reach)) {
            group.asks.stream().filter(ask -> ask.isIn(reach)).forEach(told);
            group.pages.values().stream()
                    .filter(kept -> kept.isIn(reach))
                    .toList()
                    .forEach(this::drop);
        }
    }

    private List<Group> groups(Reach reach) {
        if (reach.isPrefix) {
            return List.copyOf(byPrefix.values());
        }
        List<Group> found = new ArrayList<>();
        String key = reach.text;
        String most = byPrefix.floorKey(key);
        while (most != null) {
            int common = commonLength(most, key);
            if (common == most.length()) {
                found.add(byPrefix.get(most));
                common--;
            }
            // A longer prefix of the key would lie between the one that was found and the key.
            most = common < 0 ? null : byPrefix.floorKey(key.substring(0, common));
        }
        return found;
    }

    private void drop(@Nullable Kept kept) {
        if (kept == null) {
            return;
        }
        Question.Listing page = kept.ask.page;
        inOrder.remove(page);
        bytes -= kept.bytes;
        kept.ask.group.pages.remove(page);
        forgetIfEmpty(kept.ask);
    }

    private void forgetIfEmpty(Ask ask) {
        if (ask.group.isEmpty()) {
            byPrefix.remove(ask.page.prefix(), ask.group);
        }
    }

    private static boolean covers(
            Question.Listing listing, @Nullable String lastKey, Comparator<String> order, Reach reach) {
        String text = reach.text;
        if (reach.isPrefix) {
            return text.startsWith(listing.prefix()) || listing.prefix().startsWith(text);
        }
        if (!text.startsWith(listing.prefix())) {
            return false;
        }
        if (!(listing instanceof Question.Page page)) {
            // At any depth: it may be all that there is of a sub-prefix, also of the last one that is kept.
            return true;
        }
        return (page.startAfter() == null || order.compare(text, page.startAfter()) > 0)
                && (page.endBefore() == null || order.compare(text, page.endBefore()) < 0)
                && (lastKey == null || order.compare(text, lastKey) <= 0);
    }

    private static @Nullable String lastKeyOf(Loaded.Listing answer) {
        return answer instanceof Loaded.Page page && !page.isLast()
                ? page.objects().get(page.objects().size() - 1).key()
                : null;
    }

    private static int commonLength(String a, String b) {
        int most = Math.min(a.length(), b.length());
        int i = 0;
        while (i < most && a.charAt(i) == b.charAt(i)) {
            i++;
        }
        return i;
    }

    private static long bytesOf(Loaded.Listing answer) {
        return answer instanceof Loaded.Directory directory
                ? directory.entries().stream().mapToLong(Pages::bytesOf).sum()
                : ((Loaded.Page) answer)
                        .objects().stream().mapToLong(Pages::bytesOf).sum();
    }

    private static long bytesOf(ListEntry entry) {
        ObjectInfo info = entry.info();
        return ENTRY_BYTES + (info == null ? 2L * entry.name().length() : bytesOf(info));
    }

    private static long bytesOf(ObjectInfo info) {
        return OBJECT_BYTES + 2L * (info.key().length() + info.etag().length());
    }
}
