package io.reactivestore.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/**
 * The public API of a module is what its {@code api.txt} says, so that a change of it is seen in review. {@code mvn
 * verify -Dapi.update} writes the files anew.
 */
public interface PublicApiRule {

    @Test
    default void publicApi_isWhatApiTxtSays() throws IOException {
        ModuleUnderTest module = ModuleUnderTest.of(getClass());
        Path file = module.directory().resolve("api.txt");
        List<String> found = PublicApi.of(module.classes(), getClass().getClassLoader());
        if (System.getProperty("api.update") != null) {
            Files.write(file, found);
            return;
        }
        List<String> written = Files.exists(file) ? Files.readAllLines(file) : List.of();
        if (!written.equals(found)) {
            Assertions.fail("The public API of " + module.name() + " is not what " + module.name() + "/api.txt says"
                    + " (- only in the file, + only in the code):\n"
                    + String.join("\n", differences(written, found))
                    + "\nIf that is meant: mvn verify -Dapi.update, and commit the file.");
        }
    }

    private static List<String> differences(List<String> written, List<String> found) {
        List<String> differences = new ArrayList<>();
        TreeSet<String> all = new TreeSet<>(written);
        all.addAll(found);
        for (String line : all) {
            if (!found.contains(line)) {
                differences.add("- " + line);
            } else if (!written.contains(line)) {
                differences.add("+ " + line);
            }
        }
        return differences.isEmpty() ? List.of("the same lines in another order") : differences;
    }
}
