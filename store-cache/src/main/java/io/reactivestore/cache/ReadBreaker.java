package io.reactivestore.cache;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Lets reads pass by a disk that is slow or fails, and tries it again after a while. */
final class ReadBreaker {
    /*
     * How it works.
     *
     *   closed --so many bad reads in a row--> open --time over--> trying (one read) --good--> closed
     *                                                                               --bad---> open
     *
     * A pause of the machine makes all reads slow that are under way; they count as one. So a read counts as bad only if it began after
     * the end of the last one that did.
     *
     *   state      written by        guard      seen by others
     *   badInARow  end of a read     this       -
     *   lastBad    end of a read     this       -; when the last one that counts has ended
     *   openUntil  end of a read     this       volatile open tells whether to look
     */

    /** As slow as a far source: from here on a copy is of no use. */
    static final Duration SLOW = Duration.ofMillis(200);

    private static final int BAD_IN_A_ROW = 5;
    private static final long OPEN_NANOS = Duration.ofSeconds(10).toNanos();

    private int badInARow;
    private long lastBad;
    private long openUntil;
    private boolean trying;
    private volatile boolean open;

    /** Whether to read; the end of the read is then to be told. */
    boolean lets(long now) {
        return !open || isTry(now);
    }

    private synchronized boolean isTry(long now) {
        if (!open) {
            return true;
        }
        if (trying || now - openUntil < 0) {
            return false;
        }
        trying = true;
        return true;
    }

    /** A read has ended, or was given up. */
    void ended(boolean failed, long began, long now) {
        boolean bad = failed || now - began > SLOW.toNanos();
        if (bad || open || badInARow > 0) {
            note(bad, began, now);
        }
    }

    private synchronized void note(boolean bad, long began, long now) {
        if (bad && badInARow > 0 && began - lastBad < 0) {
            return;
        }
        trying = false;
        badInARow = bad ? badInARow + 1 : 0;
        lastBad = now;
        open = badInARow >= BAD_IN_A_ROW;
        if (open) {
            openUntil = now + OPEN_NANOS;
        }
    }

    /** Why it lets nothing pass, or null if it does. */
    @Nullable String reason() {
        return open
                ? "passed by for reads: " + BAD_IN_A_ROW + " in a row were slower than " + SLOW + " or failed"
                : null;
    }
}
