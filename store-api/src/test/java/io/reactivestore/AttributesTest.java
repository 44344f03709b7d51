package io.reactivestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttributesTest {

    private static final Attributes ALL = Attributes.none()
            .withContentType("text/plain")
            .withCacheControl("no-cache")
            .withExpires(Instant.parse("2026-11-21T10:15:30.987Z"))
            .withContentEncoding("gzip")
            .withContentDisposition("attachment")
            .withContentLanguage("de")
            .withUserMetadata("B", "2")
            .withUserMetadata("a", "1");

    @Test
    void each_isKept() {
        assertThat(ALL.contentType()).isEqualTo("text/plain");
        assertThat(ALL.cacheControl()).isEqualTo("no-cache");
        assertThat(ALL.contentEncoding()).isEqualTo("gzip");
        assertThat(ALL.contentDisposition()).isEqualTo("attachment");
        assertThat(ALL.contentLanguage()).isEqualTo("de");
        assertThat(ALL.userMetadata()).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
        assertThat(ALL.isNone()).isFalse();
    }

    @Test
    void expires_hasWholeSeconds() {
        assertThat(ALL.expires()).isEqualTo("2026-11-21T10:15:30Z");
    }

    @Test
    void none_saysNothing() {
        Attributes none = Attributes.none();
        assertThat(none.isNone()).isTrue();
        assertThat(none.contentType()).isNull();
        assertThat(none.cacheControl()).isNull();
        assertThat(none.expires()).isNull();
        assertThat(none.contentEncoding()).isNull();
        assertThat(none.contentDisposition()).isNull();
        assertThat(none.contentLanguage()).isNull();
        assertThat(none.userMetadata()).isEmpty();
    }

    @Test
    void whatWasSaid_canBeTakenBack() {
        Attributes back = ALL.withContentType(null)
                .withCacheControl(null)
                .withExpires(null)
                .withContentEncoding(null)
                .withContentDisposition(null)
                .withContentLanguage(null)
                .withUserMetadata(Map.of());
        assertThat(back).isEqualTo(Attributes.none()).hasSameHashCodeAs(Attributes.none());
        assertThat(back.isNone()).isTrue();
        assertThat(ALL.contentType()).isEqualTo("text/plain");
    }

    @Test
    void nameOfUserMetadata_isLowerCaseAndReplacesTheSameName() {
        assertThat(ALL.withUserMetadata("A", "new").userMetadata())
                .containsExactly(Map.entry("a", "new"), Map.entry("b", "2"));
    }

    @Test
    void userMetadata_isACopyThatCannotBeChanged() {
        Map<String, String> given = new HashMap<>(Map.of("x", "1"));
        Attributes attributes = Attributes.none().withUserMetadata(given);
        given.put("y", "2");
        assertThat(attributes.userMetadata()).containsOnlyKeys("x").isUnmodifiable();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:b", "ü", "a\n", "a\"", "(a)", "a/b", "a@b", "\u0131"})
    void nameThatIsNoToken_isRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Attributes.none().withUserMetadata(name, "1"))
                .withMessageStartingWith("attributes: user metadata name is not an HTTP token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "a\u0000", "a\tb", "\u007F", "x\ny", "\u0085"})
    void controlCharacter_isRefused(String value) {
        Attributes none = Attributes.none();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> none.withContentType(value))
                .withMessage("attributes: contentType holds a control character");
        assertThatIllegalArgumentException().isThrownBy(() -> none.withCacheControl(value));
        assertThatIllegalArgumentException().isThrownBy(() -> none.withContentEncoding(value));
        assertThatIllegalArgumentException().isThrownBy(() -> none.withContentDisposition(value));
        assertThatIllegalArgumentException().isThrownBy(() -> none.withContentLanguage(value));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> none.withUserMetadata("a", value))
                .withMessage("attributes: user metadata a holds a control character");
    }

    @Test
    void nullInUserMetadata_isRefused() {
        assertThatNullPointerException().isThrownBy(() -> Attributes.none().withUserMetadata("a", null));
        assertThatNullPointerException().isThrownBy(() -> Attributes.none().withUserMetadata(null, "a"));
        assertThatNullPointerException().isThrownBy(() -> Attributes.none().withUserMetadata(null));
        Map<String, String> withNull = new TreeMap<>();
        withNull.put("a", null);
        assertThatNullPointerException().isThrownBy(() -> Attributes.none().withUserMetadata(withNull));
    }

    @Test
    void sameNameTwice_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Attributes.none().withUserMetadata(Map.of("A", "1", "a", "2")))
                .withMessageEndingWith("is there twice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+10000-01-01T00:00:00Z", "-0001-12-31T23:59:59Z"})
    void expiresThatHttpCannotTell_isRefused(String time) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Attributes.none().withExpires(Instant.parse(time)))
                .withMessageStartingWith("attributes: expires is no HTTP date");
    }

    @Test
    void sameWords_areEqual() {
        assertThat(Attributes.none().withContentType("a"))
                .isEqualTo(Attributes.none().withContentType("a"));
        assertThat(Attributes.none().withContentType("a"))
                .isNotEqualTo(Attributes.none().withContentLanguage("a"));
        assertThat(ALL.toString())
                .startsWith("Attributes[contentType=text/plain")
                .contains("user={a=1, b=2}");
    }
}
