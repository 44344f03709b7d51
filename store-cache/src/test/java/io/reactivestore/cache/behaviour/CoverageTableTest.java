package io.reactivestore.cache.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The coverage tables name tests; each of them exists. */
class CoverageTableTest {

    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|Contract))#(\\w+)`");

    @ParameterizedTest
    @CsvSource({"coverage.md, 50", "coverage-chain.md, 20", "coverage-payload.md, 20", "coverage-window.md, 40"})
    void everyTestNamed_exists(String table, int atLeast) throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        List<MatchResult> named = TEST.matcher(
                        Files.readString(root.resolve("docs").resolve(table)))
                .results()
                .toList();
        assertThat(named).hasSizeGreaterThan(atLeast);

        List<String> missing = named.stream()
                .filter(test -> !declares(root, test.group(1), test.group(2)))
                .map(MatchResult::group)
                .toList();

        assertThat(missing).isEmpty();
    }

    private static boolean declares(Path root, String type, String method) {
        try (Stream<Path> modules = Files.list(root)) {
            return modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .anyMatch(tests -> declaresIn(tests, type, method));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean declaresIn(Path tests, String type, String method) {
        try (Stream<Path> files = Files.find(
                tests, 20, (file, facts) -> file.getFileName().toString().equals(type + ".java"))) {
            for (Path file : files.toList()) {
                if (Files.readString(file).contains(" void " + method + "(")) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
