package io.reactivestore.testkit;

/** Keys that are legal, and that file systems, URLs, XML or careless code get wrong. */
public enum OddKey {
    SPACE("a b"),
    SPACES_AROUND(" a "),
    PLUS("a+b"),
    PERCENT("100%"),
    PERCENT_ENCODED("a%20b"),
    ENCODED_SLASH("a%2Fb"),
    AMPERSAND_AND_ANGLES("a&b<c>d&amp;"),
    QUOTES("it's \"quoted\" `so`"),
    QUESTION_AND_HASH("a?b=c#d"),
    COLON_AND_STAR("c:\\a*b|c"),
    BACKSLASH("a\\b"),
    BRACES("{a}[b](c)^$~!@,;="),
    LEADING_SLASH("/a"),
    TRAILING_SLASH("a/"),
    ONLY_SLASH("/"),
    DOUBLE_SLASH("a//b"),
    DOT("."),
    DOT_DOT(".."),
    DOT_SEGMENT("a/./b"),
    DOT_DOT_SEGMENT("a/../b"),
    LEADING_DOT(".hidden"),
    TRAILING_DOT("name."),
    RESERVED_NAME("aux/con.txt"),
    UPPER_CASE("A/B"),
    COMPOSED("caf\u00e9"),
    DECOMPOSED("cafe\u0301"),
    NON_LATIN("東京/ключ/مفتاح"),
    EMOJI("\uD83D\uDE80/\uD83C\uDDE8\uD83C\uDDED"),
    LAST_OF_BASIC_PLANE("\uFFFD\uFF61"),
    NO_CHARACTER("\uFFFE\uFFFF"),
    TAB("a\tb"),
    LINE_BREAKS("a\r\nb\nc"),
    CONTROL("a\u0001b\u001Fc\u007F"),
    ZERO("a\u0000b"),
    LONG_SEGMENT("x".repeat(300)),
    MANY_SEGMENTS("d/".repeat(120) + "f");

    private final String key;

    OddKey(String key) {
        this.key = key;
    }

    /** The key itself. */
    public String key() {
        return key;
    }
}
