package io.reactivestore.embeddeds3.latency;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.embeddeds3.latency.KeySpaceTest.Family;
import java.io.ByteArrayInputStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Listings compared with what a walk over all keys in a sorted set gives. */
class ListingModelTest {

    private static final Comparator<String> UTF8 = (a, b) -> Arrays.compareUnsigned(bytes(a), bytes(b));
    private static final int OBJECT_BYTES = 123;
    private static final int ROUNDS = 30;

    static Stream<Family> families() {
        return KeySpaceTest.families();
    }

    /** One page, or all of them: names in their order, those of common prefixes marked. */
    record Page(List<String> keys, List<String> prefixes, int keyCount, String token, Element document) {}

    /** What is asked for; null for what is not. */
    record Query(String prefix, String delimiter, String startAfter, int maxKeys, boolean urlEncoded) {
        String target(String token) {
            return "/bucket?list-type=2" + parameter("prefix", prefix) + parameter("delimiter", delimiter)
                    + parameter("start-after", startAfter) + parameter("continuation-token", token)
                    + parameter("encoding-type", urlEncoded ? "url" : null) + "&max-keys=" + maxKeys;
        }

        private static String parameter(String name, String value) {
            return value == null ? "" : "&" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void computedKeys_areListedAsTheModelSays(Family family) throws Exception {
        KeySpace space = family.of().apply(3000);
        try (LatencyServer server = start(space)) {
            NavigableSet<String> model = model(space);
            compareRandomly(server, model, new Random(family.name().hashCode()));
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void computedKeysWithWritesAbove_areListedAsTheModelSays(Family family) throws Exception {
        KeySpace space = family.of().apply(300);
        Random random = new Random(family.name().hashCode());
        try (LatencyServer server = start(space);
                Wire wire = new Wire(server)) {
            NavigableSet<String> model = model(space);
            List<String> keys = new ArrayList<>(model);
            for (int i = 0; i < 150; i++) {
                String near = keys.get(random.nextInt(keys.size()));
                String key = random.nextInt(3) == 0 ? near : near.substring(0, 1 + random.nextInt(near.length())) + "x";
                if (!StandardCharsets.UTF_8.newEncoder().canEncode(key)) {
                    continue;
                }
                boolean deletes = random.nextBoolean();
                Wire.Reply reply = wire.exchange(deletes ? "DELETE" : "PUT", path(key), new byte[0]);
                assertThat(reply.status()).isEqualTo(deletes ? 204 : 200);
                if (deletes) {
                    model.remove(key);
                } else {
                    model.add(key);
                }
            }
            compareRandomly(server, model, random);
        }
    }

    @Test
    void oddKeys_comeThroughBothEncodings() throws Exception {
        List<String> odd =
                List.of("a b", "a+b", "a&b<c>\"d'", "100%", "é/日本/😀", "a//b", "/", "~", "q?x=1&y", "tab\there");
        try (LatencyServer server = start(KeySpace.empty())) {
            for (String key : odd) {
                assertThat(Wire.put(server, path(key), "x").status()).isEqualTo(200);
                assertThat(Wire.get(server, path(key)).text()).isEqualTo("x");
            }
            NavigableSet<String> model = new TreeSet<>(UTF8);
            model.addAll(odd);
            for (boolean urlEncoded : new boolean[] {true, false}) {
                compare(server, model, new Query(null, null, null, 3, urlEncoded));
                compare(server, model, new Query(null, "/", null, 3, urlEncoded));
                compare(server, model, new Query("a", "&", null, 1000, urlEncoded));
            }
        }
    }

    @Test
    void newlinesInAKey_comeThroughUrlEncoding() throws Exception {
        try (LatencyServer server = start(KeySpace.empty())) {
            Wire.put(server, path("a\r\nb\u0001"), "x");
            Page page = page(server, new Query(null, null, null, 10, true), null);
            assertThat(page.keys()).containsExactly("a\r\nb\u0001");
        }
    }

    @Test
    void startAfterAnywhere_startsThere_inALargeSpace() throws Exception {
        KeySpace space = KeySpace.skewed(100_000_000);
        Random random = new Random(3);
        try (LatencyServer server = start(space)) {
            for (int i = 0; i < 200; i++) {
                long index = random.nextLong(space.size() - 4);
                Page page = page(server, new Query(null, null, space.key(index), 3, true), null);
                assertThat(page.keys())
                        .containsExactly(space.key(index + 1), space.key(index + 2), space.key(index + 3));
            }
            Page last = page(server, new Query(null, null, space.key(space.size() - 2), 3, true), null);
            assertThat(last.keys()).containsExactly(space.key(space.size() - 1));
            assertThat(last.token()).isNull();
            assertThat(server.counters().requests(Operation.LIST_OBJECTS)).isEqualTo(201);
            assertThat(server.counters().keysListed()).isEqualTo(601);
        }
    }

    @Test
    void directoriesOfALargeSpace_areOnOnePage() throws Exception {
        try (LatencyServer server = start(KeySpace.skewed(100_000_000))) {
            Page page = page(server, new Query(null, "/", null, 1000, true), null);
            assertThat(page.keys()).isEmpty();
            assertThat(page.prefixes()).hasSize(256).startsWith("tenant-000/").endsWith("tenant-255/");
            assertThat(page.keyCount()).isEqualTo(256);
            assertThat(page.token()).isNull();
        }
    }

    @Test
    void entry_tellsWhatAHeadTells() throws Exception {
        KeySpace space = KeySpace.uniform(3);
        try (LatencyServer server = start(space)) {
            Wire.put(server, "/bucket/own", "four");
            Page page = page(server, new Query(null, null, null, 1000, true), null);
            assertThat(page.keys()).hasSize(4);
            NodeList entries = page.document().getElementsByTagName("Contents");
            for (int i = 0; i < 4; i++) {
                Element entry = (Element) entries.item(i);
                Wire.Reply head = Wire.once(server, "HEAD", path(page.keys().get(i)), new byte[0]);
                assertThat(text(entry, "ETag")).isEqualTo(head.headers().get("etag"));
                assertThat(text(entry, "Size")).isEqualTo(head.headers().get("content-length"));
                assertThat(HttpDate.of(java.time.Instant.parse(text(entry, "LastModified"))))
                        .isEqualTo(head.headers().get("last-modified"));
            }
        }
    }

    @Test
    void maxKeys_isAtMostAThousand_andNoneIsNoPage() throws Exception {
        try (LatencyServer server = start(KeySpace.onePrefix(5000))) {
            assertThat(page(server, new Query(null, null, null, 2000, true), null)
                            .keys())
                    .hasSize(1000);
            Page none = page(server, new Query(null, null, null, 0, true), null);
            assertThat(none.keys()).isEmpty();
            assertThat(none.token()).isNull();
        }
    }

    @Test
    void pageAskedForAgain_isNotRenderedAgain_untilSomethingIsWritten() throws Exception {
        try (LatencyServer server = start(KeySpace.uniform(2500))) {
            Query query = new Query(null, null, null, 1000, true);
            List<String> first = all(server, query).keys();
            assertThat(server.counters().pagesFromCache()).isZero();
            assertThat(all(server, query).keys()).isEqualTo(first);
            assertThat(server.counters().pagesFromCache()).isEqualTo(3);
            assertThat(server.counters().keysListed()).isEqualTo(5000);
            Wire.put(server, "/bucket/0", "x");
            assertThat(all(server, query).keys()).hasSize(2501).startsWith("0");
            Wire.once(server, "DELETE", "/bucket/0", new byte[0]);
            assertThat(all(server, query).keys()).isEqualTo(first);
        }
    }

    @Test
    void malformedParameters_areRefused() throws Exception {
        try (LatencyServer server = start(KeySpace.uniform(10))) {
            assertThat(Wire.get(server, "/bucket?list-type=2&max-keys=x").status())
                    .isEqualTo(400);
            assertThat(Wire.get(server, "/bucket?list-type=2&continuation-token=%21")
                            .status())
                    .isEqualTo(400);
            assertThat(Wire.get(server, "/other?list-type=2").text()).contains("NoSuchBucket");
        }
    }

    private static void compareRandomly(LatencyServer server, NavigableSet<String> model, Random random)
            throws Exception {
        List<String> keys = new ArrayList<>(model);
        for (int i = 0; i < ROUNDS; i++) {
            String prefix = random.nextBoolean() ? null : cut(keys, random);
            String delimiter = random.nextInt(3) == 0 ? null : random.nextInt(3) == 0 ? "1" : "/";
            String startAfter = random.nextBoolean() ? null : around(keys, random);
            int maxKeys = random.nextBoolean() ? 1000 : 50 + random.nextInt(200);
            compare(server, model, new Query(prefix, delimiter, startAfter, maxKeys, random.nextBoolean()));
        }
    }

    private static void compare(LatencyServer server, NavigableSet<String> model, Query query) throws Exception {
        TreeMap<String, Boolean> expected = new TreeMap<>(UTF8);
        String prefix = query.prefix() == null ? "" : query.prefix();
        for (String key : model) {
            if (key.startsWith(prefix) && (query.startAfter() == null || UTF8.compare(key, query.startAfter()) > 0)) {
                int at = query.delimiter() == null ? -1 : key.indexOf(query.delimiter(), prefix.length());
                expected.put(
                        at < 0 ? key : key.substring(0, at + query.delimiter().length()), at >= 0);
            }
        }
        Page all = all(server, query);
        List<String> keys = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        expected.forEach((name, isPrefix) -> (isPrefix ? prefixes : keys).add(name));
        assertThat(all.keys()).as("%s", query).isEqualTo(keys);
        assertThat(all.prefixes()).as("%s", query).isEqualTo(prefixes);
    }

    /** Page after page; each but the last is full. */
    private static Page all(LatencyServer server, Query query) throws Exception {
        List<String> keys = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        Page page = page(server, query, null);
        while (true) {
            keys.addAll(page.keys());
            prefixes.addAll(page.prefixes());
            assertThat(page.keyCount())
                    .isEqualTo(page.keys().size() + page.prefixes().size());
            if (page.token() == null) {
                return new Page(keys, prefixes, keys.size() + prefixes.size(), null, page.document());
            }
            assertThat(page.keyCount()).isEqualTo(query.maxKeys());
            page = page(server, query, page.token());
        }
    }

    private static Page page(LatencyServer server, Query query, String token) throws Exception {
        Wire.Reply reply = Wire.get(server, query.target(token));
        assertThat(reply.status()).isEqualTo(200);
        Element root = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(reply.body()))
                .getDocumentElement();
        String next = text(root, "NextContinuationToken");
        assertThat(text(root, "IsTruncated")).isEqualTo(Boolean.toString(next != null));
        return new Page(
                names(root, "Contents", "Key", query.urlEncoded()),
                names(root, "CommonPrefixes", "Prefix", query.urlEncoded()),
                Integer.parseInt(text(root, "KeyCount")),
                next,
                root);
    }

    private static List<String> names(Element root, String entry, String name, boolean urlEncoded) {
        List<String> names = new ArrayList<>();
        NodeList entries = root.getElementsByTagName(entry);
        for (int i = 0; i < entries.getLength(); i++) {
            String text = text((Element) entries.item(i), name);
            names.add(urlEncoded ? URLDecoder.decode(text, StandardCharsets.UTF_8) : text);
        }
        return names;
    }

    private static String text(Element parent, String name) {
        NodeList found = parent.getElementsByTagName(name);
        return found.getLength() == 0 ? null : found.item(0).getTextContent();
    }

    private static String cut(List<String> keys, Random random) {
        String key = keys.get(random.nextInt(keys.size()));
        int end = key.offsetByCodePoints(0, random.nextInt(key.codePointCount(0, key.length()) + 1));
        return key.substring(0, end);
    }

    private static String around(List<String> keys, Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> keys.get(random.nextInt(keys.size()));
            case 1 -> cut(keys, random);
            case 2 -> keys.get(random.nextInt(keys.size())) + "!";
            default -> cut(keys, random) + new String(Character.toChars(0x20 + random.nextInt(0xd000)));
        };
    }

    private static NavigableSet<String> model(KeySpace space) {
        NavigableSet<String> model = new TreeSet<>(UTF8);
        for (long i = 0; i < space.size(); i++) {
            model.add(space.key(i));
        }
        return model;
    }

    private static LatencyServer start(KeySpace space) {
        return LatencyServer.start(LatencySettings.defaults()
                .withLaw(LatencyLaw.none())
                .withKeys(LatencySettings.BUCKET, space, OBJECT_BYTES));
    }

    private static String path(String key) {
        return "/bucket/" + URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
