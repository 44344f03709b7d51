package io.reactivestore.cache;

import io.reactivestore.StoreRuntime;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Keeps what was read before a write from being kept after it, in every tier. */
final class Fence {
    /*
     * How it works. A reader takes a Pass before it asks anybody; a mutation takes a Ticket before it is sent. What the reader found
     * is installed in a tier only if its pass is still good: then nothing was written meanwhile, and nothing is being written now.
     *
     *   quiet --begin--> in flight --end, answered--> quiet, stamp moved
     *                    in flight --end, not answered--> in doubt, stamp moved --time over--> quiet, stamp moved again
     *
     * What a killed process has sent may still be applied, too. A tier that finds that out puts keys in doubt (doubt, doubtAll); until it
     * has found them all it holds the fence, and nothing at all is installed.
     *
     *   state (per stripe)                  written by              guard           seen by others
     *   stamp                               end, end of the doubt   stripe's lock   at once
     *   inFlight, begins                    begin, end              stripe's lock   at once
     *   doubtUntil                          end, doubt, doubtAll    stripe's lock   at once; its end is noticed by whoever looks next
     *   holds                               hold, release           this            volatile
     *   prefixes                            beginPrefix, endPrefix  own lock        volatile array; see PrefixMarks
     *   pages                               begin, end              own lock        at once; see Pages
     *
     * Installing in memory or in a tier's index is done under the stripe's lock (ifAdmitted, ifOwn), so that it comes wholly before
     * or wholly after a begin or an end. No I/O and no user code runs there. Many keys share a stripe: a collision only drops a fill.
     *
     * Lock order: stripe, then the tier's own map. Nothing called under a tier's lock comes back here.
     */

    private static final int STRIPES = 4096;

    private final Stripe[] stripes;
    private final PrefixMarks prefixes = new PrefixMarks();
    private final StoreRuntime runtime;
    private final long inDoubtNanos;
    private final @Nullable Pages pages;
    private volatile int holds;

    Fence(StoreRuntime runtime, Duration inDoubt) {
        this(runtime, inDoubt, null);
    }

    /**
     * @param inDoubt how long after its end a source may still apply a request that it did not answer
     * @param pages hear of every mutation; null if there are none
     */
    Fence(StoreRuntime runtime, Duration inDoubt, @Nullable Pages pages) {
        this(runtime, inDoubt, pages, STRIPES);
    }

    /** @param stripes a power of two, at least 2 */
    Fence(StoreRuntime runtime, Duration inDoubt, @Nullable Pages pages, int stripes) {
        this.runtime = runtime;
        this.inDoubtNanos = Limits.nanos(inDoubt);
        this.pages = pages;
        this.stripes = new Stripe[stripes];
        Arrays.setAll(this.stripes, i -> new Stripe());
    }

    /** What a reader knew when it began. */
    record Pass(long stamp, long sequence) {

        /** Whether no mutation of the key can have ended in this process before it was taken. */
        boolean isFirst() {
            return stamp == 0 && sequence == 0;
        }
    }

    /** How a mutation ended. */
    enum End {
        /** The source said that it was applied. */
        APPLIED,
        /** The source, or somebody before it, said that it was not applied, or it was never sent. */
        REFUSED,
        /** Nobody knows: it may be applied at any time while the doubt lasts. */
        UNKNOWN
    }

    /** A pass for a read of this key that begins now. */
    Pass pass(String key) {
        Stripe stripe = stripe(key);
        synchronized (stripe) {
            return new Pass(stripe.currentStamp(runtime.nanoTime()), prefixes.sequence(runtime.nanoTime()));
        }
    }

    /** Whether no mutation has ended since this pass was taken: a reader that begins now may share what it leads to. */
    boolean isCurrent(String key, Pass pass) {
        Stripe stripe = stripe(key);
        synchronized (stripe) {
            return stripe.currentStamp(runtime.nanoTime()) == pass.stamp
                    && prefixes.isCurrent(key, pass.sequence, runtime.nanoTime());
        }
    }

    /**
     * Installs what a reader found, unless it may be old.
     *
     * @param install puts it into a map; no I/O
     * @return whether it was installed
     */
    boolean ifAdmitted(String key, Pass pass, Runnable install) {
        Stripe stripe = stripe(key);
        synchronized (stripe) {
            long now = runtime.nanoTime();
            if (!isQuiet(stripe, now) || stripe.stamp != pass.stamp || !prefixes.admits(key, pass.sequence, now)) {
                return false;
            }
            install.run();
            return true;
        }
    }

    /**
     * Installs a copy that will be served only when the source has confirmed it, unless the key was written since the pass was taken
     * or is being written now. Unlike {@link #ifAdmitted} also in doubt.
     */
    boolean ifUnwritten(String key, Pass pass, Runnable install) {
        Stripe stripe = stripe(key);
        synchronized (stripe) {
            long now = runtime.nanoTime();
            if (stripe.currentStamp(now) != pass.stamp
                    || stripe.inFlight > 0
                    || !prefixes.admits(key, pass.sequence, now)) {
                return false;
            }
            install.run();
            return true;
        }
    }

    /** Raises the fence for a key, before its mutation is sent. */
    Ticket begin(String key) {
        Stripe stripe = stripe(key);
        Ticket ticket;
        synchronized (stripe) {
            boolean alone = isQuiet(stripe, runtime.nanoTime());
            stripe.inFlight++;
            Pass begun = new Pass(stripe.stamp, prefixes.sequence(runtime.nanoTime()));
            ticket = new Ticket(key, alone, ++stripe.begins, begun);
        }
        if (pages != null) {
            pages.begin(ticket, new Pages.Reach(key, false));
        }
        return ticket;
    }

    /** Ends a mutation; once only. Copies in memory are to be dropped after this and before the caller is answered. */
    void end(Ticket ticket, End end) {
        boolean isUnknown = end == End.UNKNOWN || ticket.attemptUnanswered;
        Long doubtUntil = isUnknown ? runtime.nanoTime() + inDoubtNanos : null;
        Stripe stripe = stripe(ticket.key);
        synchronized (stripe) {
            stripe.inFlight--;
            stripe.stamp++;
            if (doubtUntil != null) {
                stripe.doubt(doubtUntil);
            }
            ticket.pass = new Pass(stripe.stamp, ticket.begun.sequence);
        }
        if (pages != null) {
            pages.end(ticket, doubtUntil);
        }
    }

    /** Installs what a put itself has written, if from its begin on no other mutation of the key was about. */
    boolean ifOwn(Ticket ticket, Runnable install) {
        Stripe stripe = stripe(ticket.key);
        synchronized (stripe) {
            Pass pass = ticket.pass;
            return pass != null
                    && ticket.alone
                    && stripe.begins == ticket.begins
                    && ifAdmitted(ticket.key, pass, install);
        }
    }

    /** Lets nothing be installed until {@link #release}: which keys are in doubt is not known yet. */
    synchronized void hold() {
        holds = holds + 1;
        if (holds == 1 && pages != null) {
            pages.begin(this, Pages.EVERYTHING);
        }
    }

    /** To be called once for each {@link #hold}, when the keys that are in doubt have been put there. */
    synchronized void release() {
        holds = holds - 1;
        if (holds == 0 && pages != null) {
            pages.end(this, null);
        }
    }

    /** Puts a key in doubt, because a process that was killed may have left a request of it under way. */
    void doubt(String key) {
        long until = runtime.nanoTime() + inDoubtNanos;
        Stripe stripe = stripe(key);
        synchronized (stripe) {
            stripe.stamp++;
            stripe.doubt(until);
        }
        if (pages != null) {
            pages.doubt(new Pages.Reach(key, false), until);
        }
    }

    /** The same for every key with a prefix. */
    void doubtPrefix(String prefix) {
        endPrefix(beginPrefix(prefix), End.UNKNOWN);
    }

    /** The same for every key. */
    void doubtAll() {
        long until = runtime.nanoTime() + inDoubtNanos;
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                stripe.stamp++;
                stripe.doubt(until);
            }
        }
        if (pages != null) {
            pages.doubt(Pages.EVERYTHING, until);
        }
    }

    /** Raises the fence for every key with a prefix. */
    PrefixMarks.Mark beginPrefix(String prefix) {
        PrefixMarks.Mark mark = prefixes.begin(prefix);
        passStripes();
        if (pages != null) {
            pages.begin(mark, new Pages.Reach(prefix, true));
        }
        return mark;
    }

    /** Ends a prefix mutation; once only. Copies in memory are to be dropped after this. */
    void endPrefix(PrefixMarks.Mark mark, End end) {
        Long doubtUntil = end == End.UNKNOWN ? runtime.nanoTime() + inDoubtNanos : null;
        prefixes.end(mark, doubtUntil);
        if (pages != null) {
            pages.end(mark, doubtUntil);
        }
    }

    /** Whether no mutation at all is in flight or in doubt. */
    boolean isQuiet() {
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                if (!isQuiet(stripe, runtime.nanoTime())) {
                    return false;
                }
            }
        }
        return prefixes.isQuiet(runtime.nanoTime());
    }

    /** Whether no mutation of this key is in flight or in doubt. */
    boolean isQuiet(String key) {
        Stripe stripe = stripe(key);
        synchronized (stripe) {
            long now = runtime.nanoTime();
            return isQuiet(stripe, now) && prefixes.isQuiet(key, now);
        }
    }

    /** Whether no prefix mutation is in flight or in doubt. */
    boolean arePrefixesQuiet() {
        return holds == 0 && prefixes.isQuiet(runtime.nanoTime());
    }

    private boolean isQuiet(Stripe stripe, long now) {
        return holds == 0 && stripe.isQuiet(now);
    }

    /** Waits for every install that was checked before now: what it put in place is seen by a sweep that begins now. */
    private void passStripes() {
        long now = runtime.nanoTime();
        for (Stripe stripe : stripes) {
            synchronized (stripe) {
                stripe.currentStamp(now);
            }
        }
    }

    private Stripe stripe(String key) {
        int hash = key.hashCode() * 0x9E3779B9; // Fibonacci hashing: keys often differ in their last characters only
        return stripes[hash >>> Integer.numberOfLeadingZeros(stripes.length - 1)];
    }

    /** A mutation of one key, from before it is sent until its end. */
    static final class Ticket {
        final String key;
        /** Of its begin: what any reader found by a pass up to it is older than what it writes. */
        final Pass begun;

        private final boolean alone;
        private final long begins;
        private volatile boolean attemptUnanswered;
        private @Nullable Pass pass;

        private Ticket(String key, boolean alone, long begins, Pass begun) {
            this.key = key;
            this.alone = alone;
            this.begins = begins;
            this.begun = begun;
        }

        /** Notes that one attempt went unanswered, so that the end is followed by doubt also if a later attempt was answered. */
        void noteUnansweredAttempt() {
            attemptUnanswered = true;
        }

        /** The pass for filling lower tiers with the put's own bytes, after {@link Fence#ifOwn} allowed it. */
        Pass ownPass() {
            return Objects.requireNonNull(pass, "the mutation has not ended");
        }
    }

    private static final class Stripe {
        long stamp;
        int inFlight;
        long begins;
        private boolean inDoubt;
        private long doubtUntil;

        long currentStamp(long now) {
            if (inDoubt && now - doubtUntil >= 0) {
                inDoubt = false;
                stamp++;
            }
            return stamp;
        }

        boolean isQuiet(long now) {
            currentStamp(now);
            return inFlight == 0 && !inDoubt;
        }

        void doubt(long until) {
            doubtUntil = inDoubt && doubtUntil - until > 0 ? doubtUntil : until;
            inDoubt = true;
            begins++; // whoever is under way is not alone
        }
    }
}
