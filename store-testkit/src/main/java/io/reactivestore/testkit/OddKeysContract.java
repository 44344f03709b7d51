package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.DeleteResult;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;

/** Keys are strings: what means something in a path, a URL or a document means nothing here. */
public interface OddKeysContract extends StoreContract {

    @ParameterizedTest
    @EnumSource
    default void oddKey_canBeReadAndListed(OddKey odd) {
        given(odd.key(), "text of " + odd);
        givenKeys("sibling");
        assertThat(textOf(odd.key())).isEqualTo("text of " + odd);
        assertThat(one(store().head(odd.key())).key()).isEqualTo(odd.key());
        assertThat(all(store().list(odd.key()).map(ObjectInfo::key))).containsExactly(odd.key());
        Samples.assertListed(store(), keys(), odd.key(), "sibling");
    }

    @ParameterizedTest
    @EnumSource
    @Needs({Need.WRITES, Need.DELETES})
    default void oddKey_canBeCopiedAndDeleted(OddKey odd) {
        assertThat(one(store().put(odd.key(), Content.text("text"))).key()).isEqualTo(odd.key());
        done(store().copy(odd.key(), "copy"));
        assertThat(one(store().copy("copy", "to/" + odd.key())).key()).isEqualTo("to/" + odd.key());
        assertThat(textOf("to/" + odd.key())).isEqualTo("text");
        none(store().delete(odd.key()));
        none(store().get(odd.key()));
        DeleteResult result =
                one(store().deleteAll(Flux.just("to/" + odd.key())).single());
        assertThat(result).isEqualTo(new DeleteResult("to/" + odd.key(), null));
        assertThat(keys()).containsExactly("copy");
    }

    @Test
    default void encodedKey_isNotItsDecodedForm() {
        given("a%2Fb%20c", "encoded");
        none(store().get("a/b c"));
        given("a/b c", "decoded");
        assertThat(textOf("a%2Fb%20c")).isEqualTo("encoded");
        assertThat(textOf("a/b c")).isEqualTo("decoded");
    }

    @Test
    default void keysThatDifferInCaseOnly_areTwoObjects() {
        given("Key", "upper");
        none(store().get("key"));
        given("key", "lower");
        assertThat(textOf("Key")).isEqualTo("upper");
        assertThat(textOf("key")).isEqualTo("lower");
        Samples.assertListed(store(), keys(), "Key", "key");
    }

    @Test
    default void keysThatLookAlike_areTwoObjects() {
        given(OddKey.COMPOSED.key(), "one code point");
        none(store().get(OddKey.DECOMPOSED.key()));
        given(OddKey.DECOMPOSED.key(), "two code points");
        assertThat(textOf(OddKey.COMPOSED.key())).isEqualTo("one code point");
        assertThat(keys()).hasSize(2);
    }

    @Test
    default void keysThatAPathWouldFold_areAllDifferent() {
        String[] keys = {"a/b", "/a/b", "a//b", "a/./b", "a/c/../b", "a/b/", "./a/b", "a/b/."};
        for (String key : keys) {
            given(key, "text of " + key);
        }
        for (String key : keys) {
            assertThat(textOf(key)).isEqualTo("text of " + key);
        }
        Samples.assertListed(store(), keys(), keys);
    }

    @Test
    default void objectAndObjectsBelowIt_liveSideBySide() {
        given("a", "1");
        given("a/b", "2");
        given("a/b/c", "3");
        given("a/b/", "4");
        assertThat(textOf("a")).isEqualTo("1");
        assertThat(textOf("a/b")).isEqualTo("2");
        assertThat(textOf("a/b/c")).isEqualTo("3");
        assertThat(textOf("a/b/")).isEqualTo("4");
        removed("a/b");
        assertThat(textOf("a/b/c")).isEqualTo("3");
        assertThat(textOf("a")).isEqualTo("1");
    }

    @Test
    default void objectWrittenAfterObjectsBelowIt_isFine() {
        given("a/b/c", "deep");
        given("a/b", "middle");
        given("a", "top");
        assertThat(textOf("a/b/c")).isEqualTo("deep");
        assertThat(textOf("a/b")).isEqualTo("middle");
        assertThat(textOf("a")).isEqualTo("top");
    }

    @Test
    default void longestKey_isTaken() {
        String ascii = "k".repeat(maxKeyBytes());
        given(ascii, "ascii");
        assertThat(textOf(ascii)).isEqualTo("ascii");
        assertThat(keys()).containsExactly(ascii);
    }

    @Test
    default void longestKeyBeyondAscii_isTaken() {
        String twoBytes = "ü".repeat(maxKeyBytes() / 2);
        String fourBytes = "\uD83D\uDE80".repeat(maxKeyBytes() / 4);
        given(twoBytes, "two");
        given(fourBytes, "four");
        assertThat(textOf(twoBytes)).isEqualTo("two");
        assertThat(textOf(fourBytes)).isEqualTo("four");
        Samples.assertListed(store(), keys(), twoBytes, fourBytes);
    }

    @Test
    default void longestKeyOfManySegments_isTaken() {
        String key = "d/".repeat((maxKeyBytes() - 1) / 2) + "f";
        given(key, "deep");
        assertThat(textOf(key)).isEqualTo("deep");
        assertThat(keys()).containsExactly(key);
    }

    @Test
    default void allOddKeysTogether_areListedOnceEach() {
        String[] keys = takenKeys();
        givenKeys(keys);
        Samples.assertListed(store(), keys(), keys);
        assertThat(all(store().list(ListOptions.prefix("a")).map(ObjectInfo::key)))
                .allMatch(key -> key.startsWith("a"));
    }

    /** The odd keys that the server behind this store takes. */
    private String[] takenKeys() {
        return Arrays.stream(OddKey.values())
                .filter(odd -> deviations().stream()
                        .noneMatch(deviation -> deviation.test().equals("oddKey_canBeReadAndListed(" + odd + ")")))
                .map(OddKey::key)
                .toArray(String[]::new);
    }
}
