package io.reactivestore.s3.http;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What is counted for {@link TransportStats}. */
final class Counts {

    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger leased = new AtomicInteger();
    final AtomicInteger pending = new AtomicInteger();
    final AtomicLong drained = new AtomicLong();
    final AtomicLong closed = new AtomicLong();
    final AtomicLong retried = new AtomicLong();

    TransportStats stats() {
        return new TransportStats(
                connections.get(), leased.get(), pending.get(), drained.get(), closed.get(), retried.get());
    }
}
