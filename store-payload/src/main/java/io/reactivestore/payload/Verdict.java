package io.reactivestore.payload;

import io.reactivestore.error.StoreCorruptException;

/** What a look at both halves of a payload has shown. */
sealed interface Verdict {

    /** The bytes are those that were written. */
    record Sound(Payload payload) implements Verdict {}

    /** They are not, or nobody can tell. */
    record Corrupt(StoreCorruptException error) implements Verdict {}
}
