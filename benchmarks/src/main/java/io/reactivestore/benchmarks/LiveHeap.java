package io.reactivestore.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of the heap are in use, told by full collections. */
final class LiveHeap {

    private LiveHeap() {}

    /** After a second collection: the first one may leave what is only reached by references that it has just cleared. */
    static long bytes() {
        collected();
        return collected();
    }

    /** The most that is found while something is done, by one collection after the other. */
    static long mostDuring(Runnable work) {
        AtomicLong most = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        Thread collector = new Thread(
                () -> {
                    while (!done.get()) {
                        most.accumulateAndGet(collected(), Math::max);
                    }
                },
                "live-heap");
        collector.start();
        try {
            work.run();
        } finally {
            done.set(true);
        }
        try {
            collector.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return most.get();
    }

    /** What a full collection has left: not what was allocated since. */
    private static long collected() {
        System.gc();
        long bytes = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage left = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            bytes += left == null ? 0 : left.getUsed();
        }
        return bytes;
    }
}
