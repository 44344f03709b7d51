package io.reactivestore.benchmarks;

import io.reactivestore.cache.disk.internal.RecordVersion;
import io.reactivestore.cache.disk.internal.Recovery;

/** Takes no note of what is found in a log, unless it is damaged. */
final class UnheardRecovery implements Recovery {

    @Override
    public void tombstone(String key, RecordVersion version) {}

    @Override
    public void prefix(String prefix, RecordVersion version) {}

    @Override
    public void damaged(long segment, String reason) {
        throw new IllegalStateException("segment " + segment + " is damaged: " + reason);
    }

    @Override
    public void progress(int segmentsDone, int segmentCount, long entries) {}

    @Override
    public boolean goesOn() {
        return true;
    }
}
