package io.reactivestore.cache.control.internal;

import io.reactivestore.cache.disk.internal.Recovery;
import java.io.PrintStream;

/** Tells on standard error how far long work is, each tenth of it, and what is damaged. */
final class Progress implements Recovery {

    private static final int STEPS = 10;

    private final PrintStream err;
    private int told;

    Progress(PrintStream err) {
        this.err = err;
    }

    void begin() {
        told = 0;
    }

    /** So much of it is done. */
    void done(String what, long done, long all) {
        int step = (int) (done * STEPS / Math.max(1, all));
        if (step > told) {
            told = step;
            err.println(what + ": " + step * (100 / STEPS) + " %");
        }
    }

    void problem(String text) {
        err.println(text);
    }

    @Override
    public void damaged(long segment, String reason) {
        problem("segment " + segment + ": " + reason);
    }

    @Override
    public void progress(int segmentsDone, int segmentCount, long entries) {
        done("reading what is there", segmentsDone, segmentCount);
    }
}
