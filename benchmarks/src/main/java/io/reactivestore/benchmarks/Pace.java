package io.reactivestore.benchmarks;

import java.util.concurrent.CyclicBarrier;
import org.HdrHistogram.Histogram;

/** Threads that have something to do at fixed times, late or not, and how long it takes them. */
final class Pace {

    /** Of each thread. */
    static final int STEPS_A_SECOND = 1_500_000;

    private static final double NANOS_BETWEEN = 1e9 / STEPS_A_SECOND;

    private final Histogram nanos = new Histogram(3);
    private long due;
    private long late;

    /** What is done again and again. */
    interface Step {
        /**
         * Does it.
         *
         * @param subscriber the thread's own
         * @return something that depends on it
         */
        long run(int thread, int i, SizeSubscriber subscriber);
    }

    /** Does a step so many times on each of so many threads. */
    void run(int threads, int count, Step step) {
        CyclicBarrier start = new CyclicBarrier(threads);
        Histogram[] found = new Histogram[threads];
        int[] behind = new int[threads];
        Thread[] workers = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            int thread = i;
            workers[i] = new Thread(() -> {
                try {
                    start.await();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                found[thread] = new Histogram(3);
                behind[thread] = paced(thread, count, step, found[thread]);
            });
            workers[i].start();
        }
        for (int i = 0; i < threads; i++) {
            try {
                workers[i].join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            nanos.add(found[i]);
            late += behind[i];
            due += count;
        }
    }

    /** How many were not begun when the time for all was over. */
    private static int paced(int thread, int count, Step step, Histogram nanos) {
        SizeSubscriber subscriber = new SizeSubscriber();
        long sum = 0;
        int inTime = 0;
        long begin = System.nanoTime();
        long end = begin + (long) (count * NANOS_BETWEEN);
        for (int i = 0; i < count; i++) {
            long at = begin + (long) (i * NANOS_BETWEEN);
            long now = System.nanoTime();
            while (now - at < 0) {
                Thread.onSpinWait();
                now = System.nanoTime();
            }
            inTime += now - end <= 0 ? 1 : 0;
            sum += step.run(thread, i, subscriber);
            nanos.recordValue(System.nanoTime() - now);
        }
        if (sum <= 0) {
            throw new IllegalStateException("nothing was read");
        }
        return count - inTime;
    }

    /** What this share of the steps took at most. */
    double nanosAt(double share) {
        return nanos.getValueAtPercentile(100 * share);
    }

    /** Of a hundred steps so many were not begun in the time for all. */
    double late() {
        return 100.0 * late / due;
    }
}
