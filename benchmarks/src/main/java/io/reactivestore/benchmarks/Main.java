package io.reactivestore.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The command line: {@code list}, or {@code run NAME... [--quick] [--json FILE] [--traces DIR]}. */
public final class Main {

    private static List<Benchmark> all(@Nullable Path traces) {
        return List.of(
                new L1HitBenchmark(),
                new L2HitBenchmark(),
                new L2WriteBenchmark(),
                new L2RecoveryBenchmark(),
                new HitRatioBenchmark(traces),
                new LedgerBenchmark(),
                new CoalescingBenchmark(),
                new WriteBackBenchmark(),
                new PayloadBenchmark(),
                new TransportBenchmark(),
                new LargeObjectBenchmark(),
                new HedgingBenchmark(),
                new ListBenchmark());
    }

    /** Caffeine logs each failed load with its stack; held here, since loggers are kept weakly. */
    private static final Logger CAFFEINE = Logger.getLogger("com.github.benmanes.caffeine");

    private Main() {}

    public static void main(String[] args) {
        CAFFEINE.setLevel(Level.OFF);
        if (args.length == 1 && args[0].equals("list")) {
            byName(null).values().forEach(b -> System.out.printf("%-16s %s%n", b.name(), b.question()));
            return;
        }
        if (args.length < 2 || !args[0].equals("run")) {
            throw usage("");
        }
        boolean quick = false;
        Path json = null;
        Path traces = null;
        List<String> names = new ArrayList<>();
        for (int i = 1; i < args.length; i++) {
            if (args[i].equals("--quick")) {
                quick = true;
            } else if (args[i].equals("--json") && i + 1 < args.length) {
                json = Path.of(args[++i]);
            } else if (args[i].equals("--traces") && i + 1 < args.length) {
                traces = Path.of(args[++i]);
            } else {
                names.add(args[i]);
            }
        }
        Map<String, Benchmark> byName = byName(traces);
        List<Benchmark> chosen = new ArrayList<>();
        for (String name : names) {
            Benchmark benchmark = byName.get(name);
            if (benchmark == null) {
                throw usage("there is no benchmark " + name + "; ");
            }
            chosen.add(benchmark);
        }
        run(chosen, quick, json);
    }

    private static Map<String, Benchmark> byName(@Nullable Path traces) {
        Map<String, Benchmark> byName = new TreeMap<>();
        all(traces).forEach(benchmark -> byName.put(benchmark.name(), benchmark));
        return byName;
    }

    private static void run(List<Benchmark> chosen, boolean quick, @Nullable Path json) {
        List<Row> rows = new ArrayList<>();
        for (Benchmark benchmark : chosen) {
            System.out.println(benchmark.name() + ": " + benchmark.question());
            List<Row> found = benchmark.run(quick);
            Table.print(found);
            rows.addAll(found);
        }
        if (json != null) {
            JsonMapper.shared()
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(json, rows.stream().map(Row::toJson).toList());
        }
        System.exit(0); // peers leave threads behind
    }

    private static RuntimeException usage(String reason) {
        System.err.println(reason + "usage: ./bench list | run NAME... [--quick] [--json FILE] [--traces DIR]");
        System.exit(2);
        return new IllegalStateException();
    }
}
