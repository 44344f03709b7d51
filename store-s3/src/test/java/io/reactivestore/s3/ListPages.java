package io.reactivestore.s3;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/** Documents such as S3 sends, and keys that are hard on them. */
final class ListPages {

    private static final String[] AWKWARD = {
        "&",
        "<",
        ">",
        "\"",
        "'",
        "]]>",
        "<!--",
        "&amp;",
        "&#1;",
        "%",
        "%41",
        "+",
        " ",
        "  ",
        "\t",
        "\n",
        "\r",
        "/",
        "//",
        "..",
        "\\",
        "é",
        "e\u0301",
        "\u20ac",
        "\uffe5",
        "\ue000",
        "\ufffd",
        "\ud83d\ude80",
        "\ud800\udc00",
        "\udbff\udfff",
        "\u0085",
        "\u2028",
        "a",
        "b",
        "0"
    };

    /** What XML cannot carry, not even as a number. */
    private static final String[] UNMENTIONABLE = {"\u0001", "\u0008", "\u000b", "\u001f", "\ufffe", "\uffff"};

    private ListPages() {}

    /** Keys in the order of their UTF-8. */
    static List<String> keys(Random random, int count, boolean anything) {
        TreeSet<String> keys = new TreeSet<>(io.reactivestore.Keys.UTF8_ORDER);
        while (keys.size() < count) {
            StringBuilder key = new StringBuilder();
            for (int i = random.nextInt(6); i >= 0; i--) {
                key.append(
                        anything && random.nextInt(4) == 0
                                ? UNMENTIONABLE[random.nextInt(UNMENTIONABLE.length)]
                                : AWKWARD[random.nextInt(AWKWARD.length)]);
            }
            keys.add(key.toString());
        }
        return new ArrayList<>(keys);
    }

    /** A page with these keys; the facts of each depend on its place. */
    static String page(Random random, List<String> keys, boolean urlEncoded) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                + "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name><Prefix/>");
        if (random.nextBoolean()) {
            xml.append("<!-- a comment --><?an instruction?>\n  <Delimiter>/</Delimiter>");
        }
        boolean encodingFirst = random.nextBoolean();
        String encoding = urlEncoded ? "<EncodingType>url</EncodingType>" : "";
        xml.append(encodingFirst ? encoding : "");
        xml.append("<NextContinuationToken>1/x&amp;y==</NextContinuationToken><IsTruncated>true</IsTruncated>");
        for (int i = 0; i < keys.size(); i++) {
            String etag = i % 7 == 3
                    ? "d41d8cd98f00b204e9800998ecf8427e-2"
                    : "d41d8cd98f00b204e9800998ecf842%02x".formatted(i);
            String quote = random.nextBoolean() ? "\"" : "&quot;";
            xml.append("<Contents><Key>")
                    .append(name(random, keys.get(i), urlEncoded))
                    .append("</Key><LastModified>2024-0")
                    .append(1 + i % 9)
                    .append("-28T23:59:5")
                    .append(i % 10)
                    .append(i % 5 == 4 ? "Z" : ".012Z")
                    .append("</LastModified><ETag>" + quote + etag + quote + "</ETag><Size>")
                    .append(i * 1_000_000_007L)
                    .append("</Size><Owner><ID>x</ID><DisplayName>Key</DisplayName></Owner>")
                    .append("<StorageClass>STANDARD</StorageClass></Contents>");
        }
        for (int i = 0; i < Math.min(3, keys.size()); i++) {
            xml.append("<CommonPrefixes><Prefix>")
                    .append(name(random, keys.get(i) + "/", urlEncoded))
                    .append("</Prefix></CommonPrefixes>");
        }
        return xml.append(encodingFirst ? "" : encoding)
                .append("</ListBucketResult>")
                .toString();
    }

    private static String name(Random random, String key, boolean urlEncoded) {
        return escape(random, urlEncoded ? urlEncode(random, key) : key);
    }

    private static String urlEncode(Random random, String key) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = (b >= 'a' && b <= 'z') || b == '/' || (b >= '0' && b <= '9');
            if (plain) {
                encoded.append((char) b);
            } else if (b == ' ' && random.nextBoolean()) {
                encoded.append('+');
            } else {
                encoded.append(random.nextBoolean() ? "%%%02X".formatted(b) : "%%%02x".formatted(b));
            }
        }
        return encoded.toString();
    }

    /** Each character that means something is written in one of the ways that XML knows. */
    private static String escape(Random random, String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append(random.nextBoolean() ? "&amp;" : "&#38;");
                case '<' -> escaped.append(random.nextBoolean() ? "&lt;" : "&#x3C;");
                case '>' -> escaped.append("&gt;");
                case '\r' -> escaped.append("&#13;");
                case '"' -> escaped.append(random.nextBoolean() ? "&quot;" : "\"");
                case '\'' -> escaped.append(random.nextBoolean() ? "&apos;" : "'");
                default -> {
                    if (c >= 0x80 && random.nextInt(3) == 0) {
                        escaped.append("&#").append(c).append(';');
                    } else {
                        escaped.appendCodePoint(c);
                    }
                }
            }
        });
        return escaped.toString();
    }
}
