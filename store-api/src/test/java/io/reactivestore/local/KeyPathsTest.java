package io.reactivestore.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyPathsTest {

    private static final Path ROOT = Path.of("/root");
    private static final Set<String> KEYS = NastyKeys.of(42, 5_000);

    private final KeyPaths paths = new KeyPaths(ROOT);

    @Test
    void literalKey_isItsOwnPath() {
        for (String key :
                List.of("a", "a.b", "dir/file-1_2.txt", ".hidden", "...", "a/.b/..c/d..", "-", "0", "x".repeat(255))) {
            assertThat(paths.primary(key)).isEqualTo(ROOT.resolve(key));
        }
    }

    @Test
    void otherKeys_areEscaped() {
        assertThat(names(paths.primary("Up/.."))).isEqualTo("%55p/%2e%2e");
        assertThat(names(paths.primary("a//b/"))).isEqualTo("a/%-/b/%-");
        assertThat(names(paths.primary("ä%"))).isEqualTo("%c3%a4%25");
        assertThat(names(paths.alternate("a/b"))).isEqualTo("a/b%_");
        assertThat(names(paths.primary("N".repeat(81)))).isEqualTo("%4e".repeat(80) + "%+/%4e");
        assertThat(names(paths.primary("n".repeat(480) + "..")))
                .isEqualTo("n".repeat(240) + "%+/" + "n".repeat(240) + "%+/%2e%2e");
    }

    @Test
    void everyKey_hasTwoPathsThatNoOtherHas_evenIfCaseIsIgnored() {
        Map<String, String> owners = new HashMap<>();
        for (String key : KEYS) {
            for (Path path : List.of(paths.primary(key), paths.alternate(key))) {
                assertThat(owners.put(path.toString().toLowerCase(Locale.ROOT), key))
                        .as("path of %s", key)
                        .isNull();
            }
        }
        assertThat(owners).hasSize(2 * KEYS.size());
    }

    @Test
    void everyPath_leadsBackToItsKey() {
        for (String key : KEYS) {
            assertThat(paths.key(paths.primary(key))).isEqualTo(key);
            assertThat(paths.key(paths.alternate(key))).isEqualTo(key);
        }
    }

    @Test
    void everyPath_staysBelowTheRoot_outOfTheReserved_inNamesThatFit() {
        for (String key : KEYS) {
            for (Path path : List.of(paths.primary(key), paths.alternate(key))) {
                assertThat(path.normalize()).isEqualTo(path).startsWithRaw(ROOT);
                assertThat(path.getName(1).toString()).isNotEqualTo(KeyPaths.RESERVED);
                assertThat(path.toString().length()).isLessThan(3200);
                ROOT.relativize(path)
                        .forEach(name -> assertThat(name.toString())
                                .hasSizeBetween(1, 255)
                                .matches("[a-z0-9._%+-]+"));
            }
        }
    }

    @Test
    void directoryOfAKey_isThatOfItsPrefix_andNeverAFileOfAnotherKey() {
        Set<Path> files = new HashSet<>();
        KEYS.forEach(key -> files.add(paths.alternate(key)));
        for (String key : KEYS) {
            int slash = key.lastIndexOf('/');
            if (slash >= 0) {
                Path directory = paths.directory(key.substring(0, slash + 1));
                assertThat(paths.primary(key)).startsWithRaw(directory);
                assertThat(files.contains(directory)).isFalse();
            }
        }
    }

    @Test
    void whatIsNoKeysPath_hasNoKey() {
        List<String> foreign = List.of(
                "A",
                "README",
                "a b",
                "ä",
                "%",
                "%4",
                "%4E",
                "%61",
                "%2e",
                "a%2e",
                "%%",
                "%+",
                "a%+",
                "%2d",
                "%store",
                "%store/tmp/1",
                "a%_/b",
                "%_/b",
                "%-%_",
                "%ff",
                "%c3",
                "%ed%a0%80",
                "%c0%80",
                "x".repeat(250) + "%_",
                "a%+/b",
                "x".repeat(240) + "%+/y",
                "x".repeat(100) + "%+/" + "x".repeat(300),
                "%4e".repeat(80) + "%+/" + "%4e".repeat(80) + "%+");
        for (String names : foreign) {
            // "%2e" alone is the key ".", which has a path of its own.
            if (!names.equals("%2e")) {
                assertThat(paths.key(ROOT.resolve(names))).as(names).isNull();
            }
        }
        assertThat(paths.key(ROOT.resolve("a/".repeat(600) + "a")))
                .as("a key of more than 1024 bytes")
                .isNull();
    }

    @Test
    void randomPath_thatHasAKey_isOneOfThatKey() {
        String[] pieces = {
            "%",
            "%4e",
            "%4E",
            "%61",
            "%2e",
            "a",
            "b",
            ".",
            "..",
            "/",
            "%+",
            "%+/",
            "%-",
            "%_",
            "x".repeat(239),
            "%c3%a4",
            "%ff"
        };
        Random random = new Random(7);
        List<String> withKey = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            StringBuilder names = new StringBuilder();
            for (int n = 1 + random.nextInt(6); n > 0; n--) {
                names.append(pieces[random.nextInt(pieces.length)]);
            }
            Path path = ROOT.resolve(names.toString().replaceAll("^/+", ""));
            String key = path.equals(ROOT) ? null : paths.key(path);
            if (key != null) {
                assertThat(path).isIn(paths.primary(key), paths.alternate(key));
                withKey.add(key);
            }
        }
        assertThat(withKey).hasSizeGreaterThan(1000);
    }

    private static String names(Path path) {
        return ROOT.relativize(path).toString();
    }
}
