package io.reactivestore.testkit.history;

import java.util.List;

/** A history in which something happened that was not allowed. */
public final class HistoryViolation extends AssertionError {

    private static final long serialVersionUID = 1L;

    HistoryViolation(String replay, List<Violation> violations, long all) {
        super(replay + ": " + all + " violations, the first " + violations.size() + ":\n  "
                + String.join(
                        "\n  ", violations.stream().map(Violation::toString).toList()));
    }
}
