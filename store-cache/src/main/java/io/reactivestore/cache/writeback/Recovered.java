package io.reactivestore.cache.writeback;

import java.util.List;

/**
 * What a journal held when it was opened.
 *
 * @param writes the last write of each dirty key, in their order
 * @param clear the clear that was not finished, 0 if there is none
 * @param last the highest sequence of all
 * @param fresh whether there was no journal, or one that was closed with nothing in it: nothing of a former process can be under way
 */
record Recovered(List<JournalRecord> writes, long clear, long last, boolean fresh) {}
