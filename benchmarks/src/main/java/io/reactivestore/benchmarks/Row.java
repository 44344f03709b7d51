package io.reactivestore.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One line of a result. Whatever the unit, less is better: the two ratios are costs.
 *
 * @param benchmark its name
 * @param name what was measured
 * @param unit such as {@code ns}, {@code B}, {@code count}
 * @param ours our median
 * @param peers the peers' medians
 * @param limit the physical limit, or the least possible count; null where there is none
 * @param spread the least and the greatest of our rounds, in words; null for counts
 */
record Row(
        String benchmark,
        String name,
        String unit,
        double ours,
        Map<String, Double> peers,
        @Nullable Double limit,
        @Nullable String spread) {

    /**
     * What all contenders cost, in one row.
     *
     * @param ours the name of ours
     * @param limit the name of the one that does the least that is possible, if there is one
     */
    static <C> Row of(
            String benchmark,
            String name,
            String unit,
            Map<String, C> costs,
            ToDoubleFunction<C> figure,
            String ours,
            String limit,
            @Nullable String spread) {
        Map<String, Double> figures = new LinkedHashMap<>();
        costs.forEach((contender, cost) -> figures.put(contender, figure.applyAsDouble(cost)));
        double own = Objects.requireNonNull(figures.remove(ours));
        Double least = figures.remove(limit);
        return new Row(benchmark, name, unit, own, figures, least, spread);
    }

    /** How dear ours is beside the limit; null without a limit, or with one of 0. */
    @Nullable Double costToLimit() {
        return limit == null || limit == 0 ? null : ours / limit;
    }

    /** How dear ours is beside the cheapest peer. */
    @Nullable Double costToBestPeer() {
        double best =
                peers.values().stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
        return Double.isNaN(best) || best == 0 ? null : ours / best;
    }

    /** As it is written to the JSON file. */
    Map<String, @Nullable Object> toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("benchmark", benchmark);
        json.put("case", name);
        json.put("unit", unit);
        json.put("ours", ours);
        json.put("peers", peers);
        json.put("limit", limit);
        json.put("costToLimit", costToLimit());
        json.put("costToBestPeer", costToBestPeer());
        json.put("spread", spread);
        return json;
    }
}
