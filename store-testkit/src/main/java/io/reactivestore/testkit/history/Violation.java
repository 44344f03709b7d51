package io.reactivestore.testkit.history;

import java.util.List;

/**
 * A read, or an application at the source, that must not have been.
 *
 * @param key the object
 * @param what which operation, and why not
 * @param timeline the last operations on the key in the order in which they began
 */
public record Violation(String key, String what, List<String> timeline) {

    public Violation {
        timeline = List.copyOf(timeline);
    }

    @Override
    public String toString() {
        return key + ": " + what + "\n    " + String.join("\n    ", timeline);
    }
}
