package io.reactivestore.examples.demo;

import java.io.PrintStream;
import java.util.List;

/** Prints what the demo found. */
final class DemoReport {

    private DemoReport() {}

    static void print(PrintStream out, List<Pass.Result> passes, SlowListing.Result listing) {
        out.printf(
                "%n%-16s %7s %9s %9s %9s  %-32s %s%n",
                "pass", "files", "p50 ms", "p99 ms", "MB/s", "served by", "S3 calls");
        for (Pass.Result pass : passes) {
            out.printf(
                    "%-16s %7d %9.2f %9.2f %9.1f  %-32s %s%s%n",
                    pass.name(),
                    pass.files(),
                    pass.p50Millis(),
                    pass.p99Millis(),
                    pass.megabytesPerSecond(),
                    pass.servedBy(),
                    pass.s3Calls().isEmpty() ? "none" : pass.s3Calls(),
                    pass.different() == 0 ? "" : "   " + pass.different() + " FILES DIFFER");
        }
        out.printf(
                "%nlisting %d keys, one at a time: %d LIST call for the first key, %d for all%n",
                listing.keys(), listing.callsForFirst(), listing.callsForAll());
        boolean right = passes.stream().allMatch(pass -> pass.different() == 0);
        out.println(right ? "every byte read is that of its file" : "SOME BYTES READ ARE NOT THOSE OF THE FILE");
    }
}
