package io.reactivestore.benchmarks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prints rows for people. */
final class Table {

    private Table() {}

    static void print(List<Row> rows) {
        System.out.printf(
                "  %-44s %6s %12s %12s %8s %8s  %s%n", "case", "unit", "ours", "limit", "x limit", "x peer", "");
        for (Row row : rows) {
            System.out.printf(
                    "  %-44s %6s %12s %12s %8s %8s  %s%n",
                    row.name(),
                    row.unit(),
                    number(row.ours()),
                    number(row.limit()),
                    ratio(row.costToLimit()),
                    ratio(row.costToBestPeer()),
                    row.spread() == null ? "" : row.spread());
            row.peers().forEach((peer, value) -> System.out.printf("  %44s %6s %12s%n", peer, "", number(value)));
        }
        System.out.println();
    }

    private static String number(@Nullable Double value) {
        if (value == null) {
            return "-";
        }
        return value == Math.rint(value) ? String.format("%,.0f", value) : String.format("%,.1f", value);
    }

    private static String ratio(@Nullable Double value) {
        return value == null ? "-" : String.format("%.2f", value);
    }
}
