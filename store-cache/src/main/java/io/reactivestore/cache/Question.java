package io.reactivestore.cache;

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

    /** The first objects with a prefix that lie after one key and before another one, in the order of the source. */
    record Page(
            String prefix,
            @Nullable String startAfter,
            @Nullable String endBefore) implements Question {
        @Override
        public String operation() {
            return "list";
        }

        @Override
        public String subject() {
            return prefix;
        }
    }
}
