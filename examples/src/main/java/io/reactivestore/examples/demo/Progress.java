package io.reactivestore.examples.demo;

import java.io.PrintStream;

/** A bar that fills: redrawn in place on a terminal, otherwise printed once when it is full. */
final class Progress {

    private static final int WIDTH = 40;

    /** Told by the script, since from Java 22 on every process has a console. */
    private static final boolean TERMINAL = System.getenv("DEMO_TERMINAL") != null;

    private final PrintStream out;
    private final String title;
    private final int total;
    private int done;
    private int drawn = -1;

    Progress(PrintStream out, String title, int total) {
        this.out = out;
        this.title = title;
        this.total = total;
    }

    synchronized void step() {
        done++;
        int filled = (int) ((long) WIDTH * done / total);
        boolean full = done == total;
        if (TERMINAL ? filled != drawn || full : full) {
            drawn = filled;
            String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
            out.printf("%s%-28s [%s] %d/%d%s", TERMINAL ? "\r" : "", title, bar, done, total, full ? "\n" : "");
            out.flush();
        }
    }
}
