package io.reactivestore.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongUnaryOperator;

/**
 * Times contenders that do the same work, one batch of each in turn, so that what else happens on the machine falls on all alike.
 * Figures are medians over the rounds.
 */
final class Interleaved {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final List<Contender> contenders = new ArrayList<>();

    /** Keeps results alive. */
    private final LongAdder sink = new LongAdder();

    private record Contender(String name, LongUnaryOperator work) {}

    /** @param work does so many operations and returns something that depends on each of them */
    Interleaved add(String name, LongUnaryOperator work) {
        contenders.add(new Contender(name, work));
        return this;
    }

    /** What one contender cost per operation. */
    record Cost(double nanos, double bytes, double leastNanos, double mostNanos) {

        String spread() {
            return String.format("%.1f to %.1f", leastNanos, mostNanos);
        }
    }

    /**
     * Runs all contenders.
     *
     * @param threads how many threads do the work at once, each the whole batch
     */
    Map<String, Cost> run(int threads, int warmUps, int rounds, long batch) {
        double[][] nanos = new double[contenders.size()][rounds];
        double[][] bytes = new double[contenders.size()][rounds];
        for (int round = -warmUps; round < rounds; round++) {
            for (int i = 0; i < contenders.size(); i++) {
                double[] cost = batch(contenders.get(i).work, threads, batch);
                if (round >= 0) {
                    nanos[i][round] = cost[0];
                    bytes[i][round] = cost[1];
                }
            }
        }
        Map<String, Cost> costs = new LinkedHashMap<>();
        for (int i = 0; i < contenders.size(); i++) {
            Arrays.sort(nanos[i]);
            Arrays.sort(bytes[i]);
            costs.put(
                    contenders.get(i).name,
                    new Cost(nanos[i][rounds / 2], bytes[i][rounds / 2], nanos[i][0], nanos[i][rounds - 1]));
        }
        return costs;
    }

    private double[] batch(LongUnaryOperator work, int threads, long batch) {
        if (threads == 1) {
            return once(work, batch);
        }
        double[][] costs = new double[threads][];
        CyclicBarrier start = new CyclicBarrier(threads);
        Thread[] workers = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            int mine = i;
            workers[i] = new Thread(() -> {
                try {
                    start.await();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                costs[mine] = once(work, batch);
            });
            workers[i].start();
        }
        double[] sum = new double[2];
        for (int i = 0; i < threads; i++) {
            try {
                workers[i].join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            sum[0] += costs[i][0] / threads;
            sum[1] += costs[i][1] / threads;
        }
        return sum;
    }

    private double[] once(LongUnaryOperator work, long batch) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long begin = System.nanoTime();
        sink.add(work.applyAsLong(batch));
        long end = System.nanoTime();
        return new double[] {
            (double) (end - begin) / batch, (double) (THREADS.getCurrentThreadAllocatedBytes() - allocated) / batch
        };
    }
}
