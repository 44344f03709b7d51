package io.reactivestore.local;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Keys that a mapping to files may get wrong. */
final class NastyKeys {

    private static final String[] PIECES = {
        "a",
        "b",
        "A",
        "B",
        "z",
        "0",
        "-",
        "_",
        ".",
        "..",
        "/",
        "/",
        "/",
        "//",
        "%",
        "%%",
        "%2e",
        "%41",
        "%+",
        "%-",
        "%_",
        "%store",
        " ",
        "!",
        "+",
        "~",
        "\\",
        ":",
        "*",
        "?",
        "\"",
        "<",
        "|",
        "\0",
        "\n",
        "\r\n",
        "\t",
        "\u0001",
        "\u001f",
        "\u007f",
        "\u0080",
        "ä",
        "a\u0308",
        "Ä",
        "ß",
        "İ",
        "ı",
        "\u0130",
        "é",
        "日本",
        "\ufb01",
        "\ufffd",
        "\uffff",
        "\ue000",
        "\ud7ff",
        "😀",
        "\ud83d\ude00\u200d",
        "𝒳",
        "\udbff\udfff",
        "con",
        "nul",
        "CON",
        "tmp",
        "attributes",
        "x".repeat(60),
        "Y".repeat(30),
        "\u0000".repeat(20)
    };

    private NastyKeys() {}

    /** Those worth naming. */
    static List<String> chosen() {
        List<String> keys = new ArrayList<>(List.of(
                ".",
                "..",
                "/",
                "//",
                "///",
                "./",
                "../",
                "/.",
                "/..",
                "../..",
                "../../etc/passwd",
                "/etc/passwd",
                "a",
                "a/",
                "a//",
                "/a",
                "//a",
                "a/b",
                "a//b",
                "a/./b",
                "a/../b",
                "a.",
                "a..",
                "a.b",
                "a-b",
                "a0",
                "a b",
                "A",
                "A/b",
                "a/B",
                "aB",
                "Ab",
                "AB",
                "ab",
                "%",
                "%%",
                "%2e",
                "%2E",
                "%2f",
                "%00",
                "%41",
                "%61",
                "a%",
                "a%+",
                "a%+/b",
                "%+",
                "%-",
                "%_",
                "a%_",
                "a%_/b",
                "%store",
                "%store/tmp",
                "%store/tmp/x",
                "%store/attributes/00/x",
                "%25store",
                "\0",
                "a\0b",
                "\n",
                " ",
                "  ",
                "a ",
                " a",
                "con",
                "nul.txt",
                "😀",
                "😀/😀",
                "\uffff",
                "\udbff\udfff",
                "\ufffd",
                "é",
                "e\u0301",
                "-",
                "--",
                "-rf",
                "~",
                "*",
                "?",
                "a:b",
                "c:\\x",
                "\\",
                "\\\\host\\share",
                "\"",
                "'",
                "$HOME",
                "`id`",
                "|",
                ";"));
        for (int n : new int[] {79, 80, 81, 239, 240, 241, 242, 254, 255, 256, 257, 480, 481, 482, 720, 1023, 1024}) {
            keys.add("n".repeat(n));
            keys.add("n".repeat(n - 1) + ".");
            keys.add("n".repeat(n - 2) + "..");
            keys.add("n".repeat(n - 2) + ".A");
            keys.add("n".repeat(n - 1) + "N");
            keys.add("N".repeat(n));
            keys.add("\0".repeat(n));
            keys.add("/".repeat(Math.min(n, 100)));
            keys.add(".".repeat(n));
            keys.add("%".repeat(n));
            keys.add("n".repeat(n - 2) + "/m");
            keys.add("N".repeat(n - 2) + "/M");
        }
        keys.add("日".repeat(341));
        keys.add("😀".repeat(256));
        keys.add("/".repeat(1024));
        keys.add("a/".repeat(512));
        keys.add("./".repeat(512));
        keys.add("../".repeat(341));
        return keys;
    }

    /** The chosen ones, and as many random ones as make up a number of different keys; some are prefixes of others. */
    static Set<String> of(long seed, int count) {
        Random random = new Random(seed);
        Set<String> keys = new TreeSet<>(chosen());
        List<String> made = new ArrayList<>(keys);
        while (keys.size() < count) {
            StringBuilder key = new StringBuilder();
            if (random.nextInt(3) == 0) {
                String start = made.get(random.nextInt(made.size()));
                key.append(
                        start,
                        0,
                        start.offsetByCodePoints(0, random.nextInt(start.codePointCount(0, start.length()) + 1)));
            }
            int pieces = 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 6);
            for (int i = 0; i < pieces; i++) {
                key.append(PIECES[random.nextInt(PIECES.length)]);
            }
            if (isLegal(key.toString()) && keys.add(key.toString())) {
                made.add(key.toString());
            }
        }
        return keys;
    }

    private static boolean isLegal(String key) {
        return !key.isEmpty() && key.getBytes(StandardCharsets.UTF_8).length <= 1024;
    }
}
