package io.reactivestore.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Times clients that make the same requests, so many of them at a time, one batch of each client in turn. Beside the time it tells the
 * CPU time of this process, on all of its threads; a server must have a process of its own. Times are medians over the rounds, CPU times
 * are means: their clock moves on by 10 ms at a time.
 */
final class Requests {

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final List<Client> clients = new ArrayList<>();

    private record Client(String name, Supplier<Mono<Long>> request, Runnable afterwards) {}

    /** @param request makes one request when subscribed to, and tells how many bytes came */
    Requests add(String name, Supplier<Mono<Long>> request) {
        return add(name, request, () -> {});
    }

    /** @param afterwards ends what each batch has left behind, before the next client has its turn; not timed */
    Requests add(String name, Supplier<Mono<Long>> request, Runnable afterwards) {
        clients.add(new Client(name, request, afterwards));
        return this;
    }

    /** What one client needed per request. */
    record Cost(double micros, double cpuMicros, double leastMicros, double mostMicros) {

        String spread() {
            return String.format(mostMicros < 100 ? "%.1f to %.1f" : "%.0f to %.0f", leastMicros, mostMicros);
        }

        /** What each of so many parts of a request needed. */
        Cost per(int parts) {
            return new Cost(micros / parts, cpuMicros / parts, leastMicros / parts, mostMicros / parts);
        }
    }

    /**
     * Runs all clients.
     *
     * @param bytes what each request brings; anything else ends the benchmark
     */
    Map<String, Cost> run(int concurrency, int warmUps, int rounds, int batch, long bytes) {
        double[][] micros = new double[clients.size()][rounds];
        double[] cpu = new double[clients.size()];
        for (int round = -warmUps; round < rounds; round++) {
            for (int i = 0; i < clients.size(); i++) {
                long cpuBegin = PROCESS.getProcessCpuTime();
                long begin = System.nanoTime();
                batch(clients.get(i), concurrency, batch, bytes);
                long end = System.nanoTime();
                long cpuEnd = PROCESS.getProcessCpuTime();
                clients.get(i).afterwards.run();
                if (round >= 0) {
                    micros[i][round] = (end - begin) / 1e3 / batch;
                    cpu[i] += (cpuEnd - cpuBegin) / 1e3 / batch / rounds;
                }
            }
        }
        Map<String, Cost> costs = new LinkedHashMap<>();
        for (int i = 0; i < clients.size(); i++) {
            Arrays.sort(micros[i]);
            costs.put(
                    clients.get(i).name, new Cost(micros[i][rounds / 2], cpu[i], micros[i][0], micros[i][rounds - 1]));
        }
        return costs;
    }

    /**
     * Two rows, of time and of CPU time.
     *
     * @param ours the name of our client
     * @param limit the name of the one that does the least that is possible
     */
    static List<Row> rows(String benchmark, String what, Map<String, Cost> costs, String ours, String limit) {
        String spread = Objects.requireNonNull(costs.get(ours)).spread();
        return List.of(
                Row.of(benchmark, what, "us", costs, Cost::micros, ours, limit, spread),
                Row.of(benchmark, what + ", CPU", "us", costs, Cost::cpuMicros, ours, limit, null));
    }

    private static void batch(Client client, int concurrency, int batch, long bytes) {
        Flux.range(0, batch)
                .flatMap(i -> client.request.get(), concurrency, 1)
                .doOnNext(came -> {
                    if (came != bytes) {
                        throw new IllegalStateException(client.name + " brought " + came + " of " + bytes + " bytes");
                    }
                })
                .blockLast();
    }
}
