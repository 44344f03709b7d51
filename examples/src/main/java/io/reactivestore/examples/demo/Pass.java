package io.reactivestore.examples.demo;

import io.reactivestore.StoredObject;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.examples.demo.DemoFiles.DemoFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Reads every file once through the cache, and compares each byte with the file. */
final class Pass {

    private static final int READERS = 32;

    private final CacheStore cache;
    private final List<DemoFile> files;
    private final Progress progress;
    private final long[] nanos;
    private final AtomicInteger read = new AtomicInteger();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder different = new LongAdder();
    private final ConcurrentMap<String, LongAdder> tiers = new ConcurrentHashMap<>();

    private Pass(CacheStore cache, List<DemoFile> files, Progress progress) {
        this.cache = cache;
        this.files = files;
        this.progress = progress;
        this.nanos = new long[files.size()];
    }

    /**
     * What a pass showed.
     *
     * @param name of the pass
     * @param p50Millis half of the reads took no longer
     * @param p99Millis 99 of 100 took no longer
     * @param megabytesPerSecond over the whole pass, with the comparing
     * @param servedBy how many reads each tier served
     * @param s3Calls by operation
     * @param different files whose bytes were not those of the file
     */
    record Result(
            String name,
            int files,
            double seconds,
            double p50Millis,
            double p99Millis,
            double megabytesPerSecond,
            Map<String, Long> servedBy,
            Map<String, Long> s3Calls,
            long different) {}

    static Mono<Result> run(String name, CacheStore cache, List<DemoFile> files, CallCounter calls, Progress progress) {
        return Mono.defer(() -> {
            calls.take();
            Pass pass = new Pass(cache, files, progress);
            long begin = System.nanoTime();
            return Flux.fromIterable(files)
                    .flatMap(pass::readOne, READERS)
                    .then(Mono.fromSupplier(() -> pass.result(name, System.nanoTime() - begin, calls.take())));
        });
    }

    private Mono<Void> readOne(DemoFile file) {
        return Mono.defer(() -> {
            long begin = System.nanoTime();
            return cache.get(file.key())
                    .flatMap(object -> object.byteArray().doOnNext(found -> {
                        nanos[read.getAndIncrement()] = System.nanoTime() - begin;
                        served(object);
                    }))
                    .switchIfEmpty(Mono.fromRunnable(different::increment))
                    // The file is read on a thread that may block.
                    .publishOn(Schedulers.boundedElastic())
                    .doOnNext(found -> compare(file, found))
                    .doOnTerminate(progress::step)
                    .then();
        });
    }

    private void served(StoredObject object) {
        tiers.computeIfAbsent(object.served().tier(), tier -> new LongAdder()).increment();
    }

    private void compare(DemoFile file, byte[] found) {
        bytes.add(found.length);
        try {
            if (!Arrays.equals(found, Files.readAllBytes(file.path()))) {
                different.increment();
            }
        } catch (IOException e) {
            different.increment();
        }
    }

    private Result result(String name, long elapsed, Map<String, Long> s3Calls) {
        long[] sorted = Arrays.copyOf(nanos, read.get());
        Arrays.sort(sorted);
        Map<String, Long> servedBy = new TreeMap<>();
        tiers.forEach((tier, count) -> servedBy.put(tier, count.sum()));
        return new Result(
                name,
                files.size(),
                elapsed / 1e9,
                percentile(sorted, 50),
                percentile(sorted, 99),
                bytes.sum() / 1e6 / (elapsed / 1e9),
                servedBy,
                s3Calls,
                different.sum());
    }

    private static double percentile(long[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(int) ((long) (sorted.length - 1) * percent / 100)] / 1e6;
    }
}
