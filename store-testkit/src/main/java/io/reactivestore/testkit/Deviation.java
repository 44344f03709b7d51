package io.reactivestore.testkit;

import java.util.Objects;

/**
 * A case of a contract that a server is known to get wrong, with what it does instead. The case runs all the same. If it fails, as
 * declared, it is reported as aborted with this reason; if it passes, it fails the build, so that a declaration does not outlive
 * its reason. To check what such a server does instead, override the case in the test class.
 *
 * @param test the name of the test method; for one case of a parameterized test followed by its arguments, as in {@code
 *     oddKey_survivesEveryOperation(BACKSLASH)}
 * @param reason who does what, such as {@code S3Mock 5.2 answers 400 to a backslash}
 */
public record Deviation(String test, String reason) {

    public Deviation {
        Objects.requireNonNull(test, "test");
        if (reason.isBlank()) {
            throw new IllegalArgumentException("deviation: " + test + " has no reason");
        }
    }

    String methodName() {
        int arguments = test.indexOf('(');
        return arguments < 0 ? test : test.substring(0, arguments);
    }
}
