package io.reactivestore.examples.demo;

import io.reactivestore.Content;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.examples.demo.DemoFiles.DemoFile;
import io.reactivestore.testkit.fault.Latency;
import io.reactivestore.testkit.fault.LatencyStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves real files from an S3 bucket through memory and disk: a cold pass, one from memory, one from disk after closing and
 * reopening, and a listing at the pace of a slow reader. Every byte read is compared with the file.
 */
public final class Demo {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int UPLOADS = 16;

    /** About a bucket in another region: half of the answers within 50 ms, a few ten times later. */
    private static final Latency FAR_AWAY = Latency.lognormal(Duration.ofMillis(50), Duration.ofMillis(120))
            .withTail(0.01, Latency.fixed(Duration.ofMillis(500)));

    private Demo() {}

    public static void main(String[] args) throws IOException {
        System.exit(run(args));
    }

    /** The exit status: 0 if every byte was right, 1 if one was not, 2 if the command line was not. */
    static int run(String... args) throws IOException {
        DemoArguments arguments;
        try {
            arguments = DemoArguments.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n" + DemoArguments.USAGE);
            return 2;
        }
        List<DemoFile> files = DemoFiles.find(arguments.directory());
        if (files.isEmpty()) {
            System.err.println("there are no files of at most 16 MiB in " + arguments.directory());
            return 2;
        }
        Path directory = Files.createTempDirectory("reactivestore-demo");
        CallCounter calls = new CallCounter();
        try (Bucket bucket = Bucket.open(arguments, calls)) {
            return exitStatus(run(arguments, files, bucket, calls, directory));
        } finally {
            deleteAll(directory);
        }
    }

    static int exitStatus(List<Pass.Result> passes) {
        return passes.stream().allMatch(pass -> pass.different() == 0) ? 0 : 1;
    }

    private static List<Pass.Result> run(
            DemoArguments arguments, List<DemoFile> files, Bucket bucket, CallCounter calls, Path directory) {
        long bytes = files.stream().mapToLong(DemoFile::bytes).sum();
        System.out.printf("%d files, %.1f MB, %s%n", files.size(), bytes / 1e6, bucket);
        Store s3 = bucket.store();
        upload(s3, files);
        Store source = bucket.isEmbedded()
                ? LatencyStore.over(s3, StoreRuntime.system()).latency(FAR_AWAY)
                : s3;

        CacheStore cache = cache(source, directory);
        // Reads do not wait for the disk: what came before it is open would not be on it.
        finish(cache.open());
        Pass.Result cold = pass("cold", cache, files, calls);
        Pass.Result memory = pass("memory", cache, files, calls);
        finish(cache.settled());
        finish(cache.close());

        CacheStore reopened = cache(source, directory);
        finish(reopened.open());
        // All that lies on the disk is found from then on; without it, what was written last is found at once.
        finish(reopened.settled());
        Pass.Result disk = pass("disk, reopened", reopened, files, calls);
        SlowListing.Result listing = await(SlowListing.run(reopened, calls));
        finish(reopened.close());
        finish(s3.close());

        List<Pass.Result> passes = List.of(cold, memory, disk);
        DemoReport.print(System.out, passes, listing);
        if (arguments.json() != null) {
            writeJson(arguments.json(), files.size(), bytes, passes, listing);
        }
        return passes;
    }

    private static CacheStore cache(Store source, Path directory) {
        return CacheStore.builder(source)
                .memory(m -> m.maxBytes(256L << 20))
                .disk(d -> d.directory(directory).maxBytes(1L << 30))
                .build();
    }

    private static void upload(Store s3, List<DemoFile> files) {
        Progress progress = new Progress(System.out, "uploading", files.size());
        finish(Flux.fromIterable(files)
                .flatMap(
                        file -> s3.put(file.key(), Content.file(file.path())).doOnNext(info -> progress.step()),
                        UPLOADS)
                .then());
    }

    private static Pass.Result pass(String name, CacheStore cache, List<DemoFile> files, CallCounter calls) {
        Progress progress = new Progress(System.out, "reading, " + name, files.size());
        return await(Pass.run(name, cache, files, calls, progress));
    }

    private static void writeJson(
            Path file, int files, long bytes, List<Pass.Result> passes, SlowListing.Result listing) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("files", files);
        figures.put("bytes", bytes);
        figures.put("passes", passes);
        figures.put("listing", listing);
        JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValue(file, figures);
    }

    /** The main thread is here to wait. */
    private static <T> T await(Mono<T> work) {
        return Objects.requireNonNull(work.block(PATIENCE));
    }

    private static void finish(Mono<Void> work) {
        work.block(PATIENCE);
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
