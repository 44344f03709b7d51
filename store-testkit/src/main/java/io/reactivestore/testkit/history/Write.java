package io.reactivestore.testkit.history;

import io.reactivestore.Content;

/** A mutation under way. Ends exactly once, with what its client heard. */
public final class Write {

    private final History history;
    private final Operation operation;
    private final long number;

    Write(History history, Operation operation, long number) {
        this.history = history;
        this.operation = operation;
        this.number = number;
    }

    /** The number of a put's write; 0 for other mutations. */
    public long number() {
        return number;
    }

    /** The content of a put, of this many bytes, with the number in it. */
    public Content content(int bytes) {
        return Values.content(number, bytes);
    }

    /** It was acknowledged. */
    public void ok() {
        history.end(operation, Operation.Outcome.OK);
    }

    /** It was certainly not applied, and never will be. */
    public void failed() {
        history.end(operation, Operation.Outcome.FAILED);
    }

    /** Nobody knows: it may have been applied, or may be until the time in doubt is over. */
    public void unknown() {
        history.end(operation, Operation.Outcome.UNKNOWN);
    }

    @Override
    public String toString() {
        return operation.toString();
    }
}
