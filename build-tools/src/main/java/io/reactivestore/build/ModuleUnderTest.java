package io.reactivestore.build;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** The module that a test class belongs to, found through the place the test class was loaded from. */
record ModuleUnderTest(Path directory) {

    static ModuleUnderTest of(Class<?> testClass) {
        try {
            Path testClasses = Path.of(testClass
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return new ModuleUnderTest(testClasses.resolve("../..").normalize());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    String name() {
        return directory.getFileName().toString();
    }

    /** The compiled main code; does not exist while a module has none. */
    Path classes() {
        return directory.resolve("target/classes");
    }
}
