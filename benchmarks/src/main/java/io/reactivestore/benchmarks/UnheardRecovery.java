package io.reactivestore.benchmarks;

import io.reactivestore.cache.disk.internal.Recovery;

/** Takes no note of what is found in a log, unless it is damaged. */
final class UnheardRecovery implements Recovery {

    @Override
    public void damaged(long segment, String reason) {
        throw new IllegalStateException("segment " + segment + " is damaged: " + reason);
    }
}
