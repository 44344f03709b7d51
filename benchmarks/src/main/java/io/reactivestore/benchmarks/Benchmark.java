package io.reactivestore.benchmarks;

import java.util.List;

/** One question, answered by figures of ours beside those of the peers and of the limit. */
interface Benchmark {

    /** What it is called on the command line. */
    String name();

    /** The question, in a line. */
    String question();

    /**
     * Runs it.
     *
     * @param quick fewer rounds, for a look; figures that are published come from a full run
     */
    List<Row> run(boolean quick);
}
