package io.reactivestore.cache;

import io.reactivestore.Span;
import org.jspecify.annotations.Nullable;

/** What readers ask for. Those who ask the same at the same time may share one answer. */
sealed interface Question {

    /** For errors: what was to be done. */
    String operation();

    /** For errors: with what. */
    String subject();

    /** The whole of an object. */
    record Whole(String key) implements Question {
        @Override
        public String operation() {
            return "get";
        }

        @Override
        public String subject() {
            return key;
        }
    }

    /**
     * What an object is of which a range is wanted, and nothing is known so far, or something that is to be confirmed. Whoever asks for a
     * range of a key waits for the same answer; only the first one's blocks come with it. Who wants the whole meanwhile asks for itself.
     *
     * @param blocks bytes from the beginning of one block to the end of another
     */
    record Part(String key, Span blocks) implements Question {
        @Override
        public String operation() {
            return "get";
        }

        @Override
        public String subject() {
            return key;
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof Part other && key.equals(other.key);
        }

        @Override
        public int hashCode() {
            return 31 * key.hashCode();
        }
    }

    /** The facts of an object. */
    record Head(String key) implements Question {
        @Override
        public String operation() {
            return "head";
        }

        @Override
        public String subject() {
            return key;
        }
    }

    /** The first of what there is in a stretch of the keys, all of which have the same prefix. */
    sealed interface Listing extends Question {
        String prefix();

        @Override
        default String subject() {
            return prefix();
        }
    }

    /** The first objects with a prefix that lie after one key and before another one, in the order of the source. */
    record Page(
            String prefix,
            @Nullable String startAfter,
            @Nullable String endBefore) implements Listing {
        @Override
        public String operation() {
            return "list";
        }
    }

    /**
     * The first entries of a directory.
     *
     * @param prefix ends in a slash, or is empty
     */
    record Directory(String prefix) implements Listing {
        @Override
        public String operation() {
            return "listDirectory";
        }
    }
}
