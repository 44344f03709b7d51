package io.reactivestore.cache;

import io.reactivestore.StoreRuntime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Lets reads pass by a tier that is slow or fails, and tries it again after a while. Any thread. */
final class ReadBreaker {
    /*
     * How it works. A read is bad if it fails, or takes longer than both SLOW and what the source usually takes.
     *
     *   closed --so many bad reads in a row--> open --time over--> trying (one read) --good-------> closed
     *                                                                               --bad--------> open
     *                                                                               --cancelled--> open, its time over
     *
     * A pause of the machine makes all reads slow that are under way; they count as one. So a read counts as bad only if it began after
     * the end of the last one that did.
     *
     *   state      written by        guard      seen by others
     *   badInARow  end of a read     this       -
     *   lastBad    end of a read     this       -; when the last one that counts has ended
     *   openUntil  end of a read     this       volatile open tells whether to look
     *   trying     read, its end     this       -
     */

    /** A tier is held to be slow no sooner: what is quicker than that nobody misses. */
    static final Duration SLOW = Duration.ofMillis(200);

    private static final int BAD_IN_A_ROW = 5;
    private static final long OPEN_NANOS = Duration.ofSeconds(10).toNanos();

    private final StoreRuntime runtime;
    private final SourcePace pace;
    private int badInARow;
    private long lastBad;
    private long openUntil;
    private boolean trying;
    private volatile boolean open;

    ReadBreaker(StoreRuntime runtime, SourcePace pace) {
        this.runtime = runtime;
        this.pace = pace;
    }

    /** Whether to read; the read is then to be {@link #watched}, and subscribed to. */
    boolean lets() {
        return !open || isTry(runtime.nanoTime());
    }

    /** Whether it lets nothing pass, but for one read that tries. */
    boolean isOpen() {
        return open;
    }

    /** The read, whose time and end are noted. */
    <T> Mono<T> watched(Mono<T> read) {
        return Mono.defer(() -> {
            long began = runtime.nanoTime();
            return read.doOnSuccess(found -> ended(false, began))
                    .doOnError(error -> ended(true, began))
                    .doOnCancel(() -> abandoned(began));
        });
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

    private void ended(boolean failed, long began) {
        long now = runtime.nanoTime();
        boolean bad = failed || now - began > Math.max(SLOW.toNanos(), pace.usualNanos());
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

    /** If it was the one that tried, the next one does. */
    private synchronized void abandoned(long began) {
        if (open && began - openUntil >= 0) {
            trying = false;
        }
    }

    /** Why it lets nothing pass, or null if it does. */
    @Nullable String reason() {
        return open
                ? "passed by for reads: " + BAD_IN_A_ROW + " in a row were slower than " + SLOW
                        + " and the source, or failed"
                : null;
    }
}
