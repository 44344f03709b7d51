package io.reactivestore.s3;

import io.reactivestore.Keys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** Sets of keys of many shapes, in the order of their UTF-8. */
final class KeySpaces {

    private KeySpaces() {}

    /** A shape: how keys look, and how they are spread. */
    enum Shape {
        HASHES,
        NUMBERS,
        UNPADDED,
        DEEP,
        SKEWED,
        WORDS,
        UNICODE,
        LUMPS,
        ANYTHING
    }

    static String[] keys(Shape shape, int count, Random random) {
        TreeSet<String> keys = new TreeSet<>(Keys.UTF8_ORDER);
        for (int i = 0; keys.size() < count; i++) {
            keys.add(key(shape, i, count, random));
        }
        return keys.toArray(String[]::new);
    }

    private static String key(Shape shape, int i, int count, Random random) {
        return switch (shape) {
            case HASHES -> "%016x".formatted(random.nextLong());
            case NUMBERS -> "warehouse/year=2024/part-%010d".formatted(i);
            case UNPADDED -> "user" + i;
            case DEEP ->
                "d%d/d%d/d%d/d%d/f%d".formatted(i / 10_000 % 10, i / 1000 % 10, i / 100 % 10, i / 10 % 10, i % 10)
                        + (i < 100_000 ? "" : "-" + i / 100_000);
            case SKEWED -> "tenant-%03d/order-%09d".formatted((int) (256 * Math.pow(random.nextDouble(), 3)), i);
            case WORDS -> word(random) + "/" + word(random) + "-" + random.nextInt(count) + ".json";
            case UNICODE -> letters(random);
            case LUMPS ->
                "log/%02d/%06d".formatted(random.nextInt(12), random.nextInt(6) * 100_000 + i % (count / 8 + 1));
            case ANYTHING ->
                ListPages.keys(random, 1, true).get(0)
                        + i % 977
                        + ListPages.keys(random, 1, true).get(0);
        };
    }

    private static String word(Random random) {
        List<String> words = List.of(
                "able", "book", "cat", "error", "image", "moon", "note", "ocean", "river", "under", "xray", "zebra");
        return words.get((int) (words.size() * Math.pow(random.nextDouble(), 2)));
    }

    private static String letters(Random random) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            letters.appendCodePoint(
                    switch (random.nextInt(4)) {
                        case 0 -> 'a' + random.nextInt(26);
                        case 1 -> 0x4e00 + random.nextInt(200);
                        case 2 -> 0xff00 + random.nextInt(90);
                        default -> 0x1f600 + random.nextInt(60);
                    });
        }
        return letters.toString();
    }

    /** The page that a server would give. */
    static ListPage page(String[] keys, String prefix, String after, int pageKeys) {
        int from = Math.max(
                above(keys, after),
                after == null || Keys.UTF8_ORDER.compare(after, prefix) < 0 ? notBelow(keys, prefix) : 0);
        ListPageBuilder page = new ListPageBuilder();
        int to = from;
        while (to < keys.length && to - from < pageKeys && keys[to].startsWith(prefix)) {
            page.add(keys[to], "d41d8cd98f00b204e9800998ecf8427e", to, 0);
            to++;
        }
        boolean more = to < keys.length && keys[to].startsWith(prefix);
        return page.build(false, more ? "after " + keys[to - 1] : null);
    }

    private static int above(String[] keys, String key) {
        if (key == null) {
            return 0;
        }
        int at = Arrays.binarySearch(keys, key, Keys.UTF8_ORDER);
        return at < 0 ? ~at : at + 1;
    }

    private static int notBelow(String[] keys, String key) {
        int at = Arrays.binarySearch(keys, key, Keys.UTF8_ORDER);
        return at < 0 ? ~at : at;
    }

    static List<String> within(String[] keys, String prefix, String after, String end) {
        Collection<String> within = new ArrayList<>();
        for (String key : keys) {
            if (key.startsWith(prefix)
                    && (after == null || Keys.UTF8_ORDER.compare(key, after) > 0)
                    && (end == null || Keys.UTF8_ORDER.compare(key, end) < 0)) {
                within.add(key);
            }
        }
        return List.copyOf(within);
    }
}
