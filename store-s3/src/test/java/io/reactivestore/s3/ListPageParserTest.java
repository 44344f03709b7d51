package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.ObjectInfo;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of listings, wherever the network cuts them. */
class ListPageParserTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void pageCutAnywhere_isReadAlike(long seed) {
        Random random = new Random(seed);
        boolean urlEncoded = seed % 2 == 0;
        List<String> keys = ListPages.keys(random, 8, urlEncoded);
        byte[] xml = ListPages.page(random, keys, urlEncoded).getBytes(StandardCharsets.UTF_8);
        ListPage whole = parse(xml, xml.length);
        assertThat(keys(whole)).isEqualTo(keys);
        assertThat(whole.next()).isEqualTo("1/x&y==");
        assertThat(whole.prefixes()).containsExactly(keys.get(0) + "/", keys.get(1) + "/", keys.get(2) + "/");
        assertThat(whole.isAscending()).isTrue();
        for (int cut = 1; cut < xml.length; cut++) {
            assertSame(parse(xml, cut), whole);
        }
        for (int piece = 1; piece < 40; piece++) {
            assertSame(parsePieces(xml, piece), whole);
        }
    }

    @Test
    void factsOfAPage_areThoseThatItTells() {
        ListPage page = parse("""
                <ListBucketResult><Contents><Key>a</Key><Size>7</Size><ETag>"tag"</ETag>
                <LastModified>2015-10-21T07:28:00.120Z</LastModified></Contents>
                <Contents><Key>b</Key></Contents><IsTruncated>false</IsTruncated>
                <NextContinuationToken>t</NextContinuationToken></ListBucketResult>""");
        assertThat(page.infos(0, 2))
                .containsExactly(
                        new ObjectInfo("a", 7, "tag", null, Instant.parse("2015-10-21T07:28:00.120Z"), null),
                        new ObjectInfo("b", 0, "", null, Instant.EPOCH, null));
        assertThat(page.next()).isNull();
        assertThat(page.prefixes()).isEmpty();
    }

    @Test
    void keysOutOfOrder_areNoticed() {
        assertThat(page("a", "b", "ba").isAscending()).isTrue();
        assertThat(page("a", "b", "b").isAscending()).isFalse();
        assertThat(page("ab", "a").isAscending()).isFalse();
        assertThat(page("\uff61", "\ud83d\ude80").isAscending()).isTrue();
        assertThat(page("\ud83d\ude80", "\uff61").isAscending()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<!DOCTYPE ListBucketResult><ListBucketResult/>",
                "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><ListBucketResult><Contents><Key>&x;</Key></Contents></ListBucketResult>",
                "<!DOCTYPE r SYSTEM 'http://127.0.0.1:1/x.dtd'><ListBucketResult/>",
                "<ListBucketResult><Contents><Key>&x;</Key></Contents></ListBucketResult>",
                "<ListBucketResult><Contents><Key>a</Key></Contents>",
                "<ListBucketResult><Contents><Key>a</Contents></ListBucketResult>",
                "<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>",
                "<ListBucketResult><Contents><Key/></Contents></ListBucketResult>",
                "<ListBucketResult><Contents><Key>a</Key><Size>x</Size></Contents></ListBucketResult>",
                "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>",
                "<ListBucketResult><Contents><Key>a</Key><LastModified>now</LastModified></Contents></ListBucketResult>",
                "<ListBucketResult><Contents><Key>a</Key><LastModified>2024-13-01T00:00:00.000Z</LastModified></Contents></ListBucketResult>",
                "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%4</Key></Contents></ListBucketResult>",
                "<ListBucketResult><EncodingType>url</EncodingType><CommonPrefixes><Prefix>%zz</Prefix></CommonPrefixes></ListBucketResult>",
                "<ListBucketResult></ListBucketResult><ListBucketResult/>",
                "<ListBucketResult/>x",
                "<ListBucketResult><Contents><Key>&#xD800;</Key></Contents></ListBucketResult>",
                "<ListBucketResult><Contents><Key>&#0;</Key></Contents></ListBucketResult>",
                "<ListBucketResult><Contents><Key>&#x;</Key></Contents></ListBucketResult>",
                "<ListBucketResult><Contents><Key>&amp</Key></Contents></ListBucketResult>",
                "<ListBucketResult a='<'/>",
                "<![CDATA[x]]><ListBucketResult/>",
                "< ListBucketResult/>",
                "",
                "no xml"
            })
    void whatIsNoPage_isRefused(String xml) {
        assertThatThrownBy(() -> parse(xml)).isInstanceOf(MalformedPageException.class);
        byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> parsePieces(bytes, 1)).isInstanceOf(MalformedPageException.class);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            a]]b,                         <![CDATA[a]]b]]>
            a]b]]c,                       <![CDATA[a]b]]]]><![CDATA[c]]>
            <&>\"',                       &lt;&#38;&#x3e;&quot;&apos;
            a<b,                          a<![CDATA[<]]>b
            a]>b,                         a]>b
            ab,                           a<!-- - -- > <x> -->b
            ab,                           a<?x <y> ? ?>b
            \ud83d\ude80,                 &#x1F680;
            """)
    void text_isReadHoweverItIsWritten(String expected, String written) {
        String xml =
                "\ufeff<?xml version=\"1.0\"?>\r\n<s:ListBucketResult a='>' b=\"'/>\" xmlns:s='x'><s:Contents ><s:Key\n>"
                        + written.replace("\r", "") + "</s:Key ></s:Contents></s:ListBucketResult >\n";
        byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
        for (int piece = 1; piece < 30; piece++) {
            assertThat(keys(parsePieces(bytes, piece)))
                    .as("in pieces of %d", piece)
                    .containsExactly(expected.replace("\\\"", "\""));
        }
    }

    @Test
    void endsOfLines_areOneCharacter_unlessTheyAreWrittenAsNumbers() {
        byte[] xml = bytes(
                        "<ListBucketResult><Contents><Key>a\r\nb\rc\n&#13;\n<![CDATA[d\r\n]]></Key></Contents></ListBucketResult>")
                .array();
        for (int piece = 1; piece < 20; piece++) {
            assertThat(keys(parsePieces(xml, piece))).containsExactly("a\nb\nc\n\r\nd\n");
        }
    }

    @Test
    void bytesThatAreNoUtf8_areRefused() {
        byte[] xml = "<ListBucketResult><Contents><Key>a\u00ff</Key></Contents></ListBucketResult>"
                .getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> parse(xml, xml.length)).isInstanceOf(MalformedPageException.class);
    }

    @Test
    void textWithoutEnd_isRefusedEarly() {
        ListPageParser parser = new ListPageParser();
        parser.feed(bytes("<ListBucketResult><Contents><Key>"));
        ByteBuffer piece = bytes("x".repeat(1 << 10));
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        parser.feed(piece.duplicate());
                    }
                })
                .isInstanceOf(MalformedPageException.class);
    }

    @Test
    void anotherDocument_isToldByItsFirstElement() {
        ListPageParser parser = new ListPageParser();
        parser.feed(bytes("<?xml version='1.0'?><Err"));
        assertThat(parser.root()).isEqualTo(ListPageParser.Root.UNKNOWN);
        parser.feed(bytes("or><Code>"));
        assertThat(parser.root()).isEqualTo(ListPageParser.Root.OTHER);
    }

    @Test
    void parserThatIsUsedAgain_keepsNothingOfThePageBefore() {
        String hex = "<Contents><Key>%04d</Key><ETag>&quot;%032x&quot;</ETag><Size>1</Size></Contents>";
        String plain = "<Contents><Key>%0500d+%%2B</Key><ETag>e%d</ETag></Contents>";
        List<String> pages = List.of(
                document(objects(hex, 1_000) + "<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>"),
                document(""),
                document("<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
                        + "<NextContinuationToken>t</NextContinuationToken>" + objects(plain, 1_500)),
                "\ufeff" + document(objects(plain, 1)),
                document(objects(hex, 2)));
        ListPageParser again = new ListPageParser();
        for (int i = 0; i < 2 * pages.size(); i++) {
            String page = pages.get(i % pages.size());
            again.feed(bytes(page));
            assertSame(again.end(), parse(page));
            assertThat(again.root()).isEqualTo(ListPageParser.Root.UNKNOWN);
        }
    }

    private static String document(String content) {
        return "<ListBucketResult>" + content + "</ListBucketResult>";
    }

    private static String objects(String form, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> String.format(form, i, i))
                .collect(Collectors.joining());
    }

    private static ListPage page(String... keys) {
        ListPageBuilder page = new ListPageBuilder();
        for (String key : keys) {
            page.add(key, "e", 1, 0);
        }
        return page.build(false, null);
    }

    private static ListPage parse(String xml) {
        byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
        return parse(bytes, bytes.length);
    }

    private static ListPage parse(byte[] xml, int cut) {
        ListPageParser parser = new ListPageParser();
        parser.feed(ByteBuffer.wrap(xml, 0, cut));
        parser.feed(ByteBuffer.wrap(xml, cut, xml.length - cut));
        return parser.end();
    }

    private static ListPage parsePieces(byte[] xml, int piece) {
        ListPageParser parser = new ListPageParser();
        byte[] reused = new byte[piece];
        for (int at = 0; at < xml.length; at += piece) {
            int length = Math.min(piece, xml.length - at);
            System.arraycopy(xml, at, reused, 0, length);
            parser.feed(ByteBuffer.wrap(reused, 0, length).asReadOnlyBuffer());
        }
        return parser.end();
    }

    private static void assertSame(ListPage page, ListPage expected) {
        if (!page.infos(0, page.size()).equals(expected.infos(0, expected.size()))) {
            assertThat(page.infos(0, page.size())).isEqualTo(expected.infos(0, expected.size()));
        }
        assertThat(page.prefixes()).isEqualTo(expected.prefixes());
        assertThat(page.next()).isEqualTo(expected.next());
    }

    private static List<String> keys(ListPage page) {
        return page.infos(0, page.size()).stream().map(ObjectInfo::key).toList();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
