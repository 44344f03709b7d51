package io.reactivestore.testkit.history;

import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import java.nio.ByteBuffer;
import java.util.List;

/** A read under way. Ends exactly once, with what its client got. */
public final class Read {

    private final History history;
    private final KeyHistory key;
    private final Operation operation;

    Read(History history, KeyHistory key, Operation operation) {
        this.history = history;
        this.key = key;
        this.operation = operation;
    }

    /** It got the whole object. */
    public void returned(ByteBuffer whole) {
        returned(Values.observe(whole));
    }

    /** It got a part of the object that begins at this offset. One too small to tell of which write it is counts as no answer. */
    public void returned(ByteBuffer part, long offset) {
        if (Values.tells(offset, part.remaining())) {
            returned(Values.observe(part, offset));
        } else {
            failed();
        }
    }

    /** It got the value of the write with this number. */
    public void returned(long number) {
        if (number < 1) {
            throw new IllegalArgumentException("number: need 1 or more, was " + number);
        }
        history.endRead(key, operation, number);
    }

    /** It got the facts of the object, which tell the write by their etag: only with {@link History#appliedOrder()}. */
    public void returned(ObjectInfo facts) {
        history.endReadOf(key, operation, facts.etag());
    }

    /** It got several parts of the object. They count as no answer if none can tell of which write it is. */
    public void returned(List<RangedObject> parts) {
        Values.Observed first = null;
        for (RangedObject part : parts) {
            long offset = part.span().start();
            if (!Values.tells(offset, part.bytes().remaining())) {
                continue;
            }
            Values.Observed observed = Values.observe(part.bytes(), offset);
            if (first != null && first.damage() == null && observed.number() != first.number()) {
                String mix = "parts of #" + first.number() + " and of #" + observed.number();
                first = new Values.Observed(0, 0, observed.damage() == null ? mix : observed.damage());
            }
            first = first == null ? observed : first;
        }
        if (first == null) {
            failed();
        } else {
            returned(first);
        }
    }

    /** It heard that there is no object. */
    public void absent() {
        history.endRead(key, operation, KeyHistory.ABSENT);
    }

    /** It got neither, so it tells nothing. */
    public void failed() {
        history.dropRead(operation);
    }

    private void returned(Values.Observed observed) {
        if (observed.damage() == null) {
            returned(observed.number());
        } else {
            history.endDamagedRead(key, operation, observed.damage());
        }
    }

    @Override
    public String toString() {
        return operation.toString();
    }
}
