package io.reactivestore;

import java.time.Clock;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The real machine: system clocks, Reactor's parallel threads, and an I/O pool of its own. */
final class SystemRuntime implements StoreRuntime {

    /** Disks answer several requests at once, also to few cores; more than a few times that only queues. */
    private static final int IO_THREADS = Math.max(8, 4 * Runtime.getRuntime().availableProcessors());

    private static final int IO_QUEUE = 100_000;

    /** After the constants it is made from. */
    static final SystemRuntime INSTANCE = new SystemRuntime();

    private final RandomGenerator random = new ThreadSafeRandom();
    private final Scheduler io = ioScheduler();

    private SystemRuntime() {}

    @Override
    public Clock clock() {
        return Clock.systemUTC();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Scheduler timers() {
        return Schedulers.parallel();
    }

    @Override
    public Scheduler io() {
        return io;
    }

    @Override
    public Scheduler delivery() {
        return Schedulers.parallel();
    }

    @Override
    public Scheduler newSerial(String name) {
        return new SerialScheduler(name);
    }

    private static Scheduler ioScheduler() {
        AtomicInteger count = new AtomicInteger();
        ThreadFactory threads = task -> {
            Thread thread = new Thread(task, "reactivestore-io-" + count.incrementAndGet());
            thread.setDaemon(true);
            thread.setContextClassLoader(SystemRuntime.class.getClassLoader());
            return thread;
        };
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                IO_THREADS, IO_THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(IO_QUEUE), threads);
        pool.allowCoreThreadTimeOut(true);
        // Through a plain Executor, since Reactor interrupts the tasks of an ExecutorService when they are disposed of.
        return Schedulers.fromExecutor(task -> pool.execute(task), true);
    }

    /** {@link ThreadLocalRandom#current()} must be asked for on the thread that uses it. */
    private static final class ThreadSafeRandom implements RandomGenerator {
        @Override
        public long nextLong() {
            return ThreadLocalRandom.current().nextLong();
        }
    }
}
