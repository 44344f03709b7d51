package io.reactivestore.cache.writeback;

/**
 * Why a write has to wait.
 *
 * @param of which limit is reached
 * @param bytes how many bytes must go; at least one entry's if the limit is one of entries
 */
record Shortage(Kind of, long bytes) {

    enum Kind {
        /** Too much is not yet flushed. */
        DIRTY,
        /** Too much is held. */
        HELD,
        /** All stores that share the budget hold too much. */
        BUDGET,
        /** Too much waits for the journal. */
        JOURNAL
    }
}
