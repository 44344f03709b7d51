package io.reactivestore.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.embeddeds3.latency.KeySpace;
import io.reactivestore.embeddeds3.latency.LatencyServer;
import io.reactivestore.embeddeds3.latency.LatencySettings;
import io.reactivestore.embeddeds3.latency.Operation;
import io.reactivestore.s3.S3Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;

/**
 * How fast are millions of keys listed, 82 ms a page, and what does a page cost? Each listing runs in a JVM of its own with a heap of 128
 * MiB, which has listed before; the server is another one, and shares the cores. One page after the other is measured over some pages and scaled.
 */
final class ListBenchmark implements Benchmark {

    private static final String SERIAL = "S3Store, page by page (scaled)";
    private static final String SDK = "AWS SDK paginator (scaled)";
    private static final String WARM = "warm";

    /** What the JVM chooses by itself where there is no more memory than for such a heap, and two processors. */
    private static final String COLLECTOR = "-XX:+UseSerialGC";

    private static final String COST = "cost";
    private static final int IN_FLIGHT = 100;
    private static final int PAGE_KEYS = 1000;

    @Override
    public String name() {
        return "s3-list";
    }

    @Override
    public String question() {
        return "listing millions of keys, 82 ms a page, 100 requests in flight, in order, in a heap of 128 MiB";
    }

    @Override
    public List<Row> run(boolean quick) {
        long keys = quick ? 1_000_000 : 10_000_000;
        int scaledFrom = quick ? 20 : 200;
        // A service that lists is warm; one that is not lists at the speed of its compiler, which takes a third of the
        // processor while what is done once a page, the SDK's part above all, is done for the 5,000th to 10,000th time.
        int warmUpPages = quick ? 1_000 : 12_000;
        Map<String, KeySpace> spaces = new LinkedHashMap<>();
        spaces.put("uniform", KeySpace.uniform(keys));
        spaces.put("skewed", KeySpace.skewed(keys));
        if (!quick) {
            spaces.put("deep", KeySpace.deep(keys));
            spaces.put("one prefix", KeySpace.onePrefix(keys));
        }
        List<Row> rows = new ArrayList<>();
        spaces.forEach((space, all) -> rows.addAll(listings(space, all, scaledFrom, warmUpPages)));
        rows.add(slowConsumer());
        return rows;
    }

    private List<Row> listings(String space, KeySpace keys, int scaledFrom, int warmUpPages) {
        long least = (keys.size() + PAGE_KEYS - 1) / PAGE_KEYS;
        try (LatencyServer server = server(keys)) {
            // Who waits for one page after the other leaves the compiler time.
            long warmUpPagesInTurn = warmUpPages / 3;
            Cost serial = measure(server, "serial", scaledFrom, warmUpPagesInTurn);
            Cost sdk = measure(server, "sdk", scaledFrom, warmUpPagesInTurn);
            Cost ours = measure(server, "parallel", least, warmUpPages);
            String what = String.format("%,d keys, %s", keys.size(), space);
            double scale = (double) least / scaledFrom;
            return List.of(
                    new Row(
                            name(),
                            what,
                            "s",
                            ours.seconds,
                            Map.of(SERIAL, serial.seconds * scale, SDK, sdk.seconds * scale),
                            0.082 * least / IN_FLIGHT,
                            String.format("%.0f times as fast as page by page", serial.seconds * scale / ours.seconds)),
                    new Row(name(), "pages asked, " + what, "count", ours.requests, Map.of(), (double) least, null),
                    new Row(
                            name(),
                            "CPU of the client per page, " + what,
                            "ms",
                            ours.cpuMillis / ours.requests,
                            Map.of(SERIAL, serial.cpuMillis / scaledFrom, SDK, sdk.cpuMillis / scaledFrom),
                            null,
                            null),
                    new Row(name(), "heap in use, at most, " + what, "MiB", ours.heapMib, Map.of(), 128.0, null),
                    new Row(name(), "keys out of order, " + what, "count", ours.misplaced, Map.of(), 0.0, null));
        }
    }

    /** Takes 15 keys, one at a time. */
    private Row slowConsumer() {
        try (LatencyServer server = server(KeySpace.uniform(1_000_000))) {
            S3Store store = store(server.endpoint());
            for (int parallelism : new int[] {1, IN_FLIGHT}) {
                store.list(ListOptions.defaults().withParallelism(parallelism))
                        .delayElements(Duration.ofMillis(20))
                        .take(15)
                        .blockLast();
            }
            store.close().block();
            return new Row(
                    name(),
                    "LIST calls of 2 slow consumers of 15 keys",
                    "count",
                    server.counters().requests(Operation.LIST_OBJECTS),
                    Map.of(),
                    2.0,
                    null);
        }
    }

    private static LatencyServer server(KeySpace keys) {
        return LatencyServer.startProcess(
                LatencySettings.defaults().withKeys(LatencySettings.BUCKET, keys, 4096), "-Xmx512m", COLLECTOR);
    }

    /** What one listing cost. */
    private record Cost(double seconds, double cpuMillis, double heapMib, long requests, long misplaced) {}

    /** Has a JVM of its own warm up, and then list. */
    private static Cost measure(LatencyServer server, String how, long pages, long warmUpPages) {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                COLLECTOR,
                "-cp",
                System.getProperty("java.class.path"),
                ListBenchmark.class.getName(),
                server.endpoint().toString(),
                how,
                Long.toString(pages),
                Long.toString(warmUpPages));
        try {
            Process child = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader said = child.inputReader(StandardCharsets.UTF_8);
            awaitLine(said, WARM);
            long before = server.counters().requests(Operation.LIST_OBJECTS);
            child.outputWriter(StandardCharsets.UTF_8).append('\n').close();
            String[] words = awaitLine(said, COST).split(" ", -1);
            if (child.waitFor() != 0) {
                throw new IllegalStateException("the listing failed");
            }
            return new Cost(
                    Double.parseDouble(words[1]),
                    Double.parseDouble(words[2]),
                    Double.parseDouble(words[3]),
                    server.counters().requests(Operation.LIST_OBJECTS) - before,
                    Long.parseLong(words[4]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String awaitLine(BufferedReader said, String begin) throws IOException {
        String line = said.readLine();
        while (line != null && !line.startsWith(begin)) {
            line = said.readLine();
        }
        if (line == null) {
            throw new IllegalStateException("the listing failed");
        }
        return line;
    }

    /** One listing: {@code endpoint how pages warmUpPages}; says when it is warm, waits for a line, and prints what it cost. */
    public static void main(String[] args) throws IOException {
        URI endpoint = URI.create(args[0]);
        boolean isParallel = args[1].equals("parallel");
        long pages = Long.parseLong(args[2]);
        long warmUpPages = Long.parseLong(args[3]);
        // Pages that come one after the other would take minutes to warm it up, so several such listings do.
        int listings = isParallel ? 1 : 20;
        Flux.range(0, listings)
                .flatMap(i -> keys(endpoint, args[1]).take(warmUpPages / listings * PAGE_KEYS), listings, 1)
                .blockLast();
        System.out.printf("%n" + WARM + "%n");
        if (System.in.read() < 0) {
            throw new IllegalStateException("nobody waits for the figures");
        }
        AtomicLong misplaced = new AtomicLong();
        AtomicLong given = new AtomicLong();
        AtomicLong heap = new AtomicLong();
        String[] before = {""};
        long cpu = cpuNanos();
        long begin = System.nanoTime();
        keys(endpoint, args[1])
                .take(isParallel ? Long.MAX_VALUE : pages * PAGE_KEYS)
                .doOnNext(key -> {
                    if (Keys.UTF8_ORDER.compare(before[0], key) >= 0) {
                        misplaced.incrementAndGet();
                    }
                    before[0] = key;
                    if (given.incrementAndGet() % PAGE_KEYS == 0) {
                        heap.accumulateAndGet(heapBytes(), Math::max);
                    }
                })
                .blockLast();
        double seconds = (System.nanoTime() - begin) / 1e9;
        double cpuMillis = (cpuNanos() - cpu) / 1e6;
        System.out.printf("%n" + COST + " %f %f %f %d%n", seconds, cpuMillis, heap.get() / 1048576.0, misplaced.get());
        System.exit(0);
    }

    /** The keys, from a client of their own. */
    private static Flux<String> keys(URI endpoint, String how) {
        return switch (how) {
            case "serial" -> store(endpoint).list("").map(ObjectInfo::key);
            case "parallel" ->
                store(endpoint)
                        .list(ListOptions.defaults().withParallelism(IN_FLIGHT))
                        .map(ObjectInfo::key);
            default -> paginator(endpoint);
        };
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** In use, garbage included. */
    private static long heapBytes() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static Flux<String> paginator(URI endpoint) {
        return Flux.from(FarBucket.client(endpoint)
                        .httpClient(NettyNioAsyncHttpClient.create())
                        .build()
                        .listObjectsV2Paginator(request -> request.bucket(LatencySettings.BUCKET))
                        .contents())
                .map(object -> object.key());
    }

    private static S3Store store(URI endpoint) {
        return FarBucket.store(endpoint).maxConnections(IN_FLIGHT + 20).build();
    }
}
