package io.reactivestore.s3;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the pages of earlier listings began, by prefix, so that the next one is cut there. Thread-safe. */
final class LearntCuts {

    private static final int MAX_PREFIXES = 16;

    /** Of the keys of one prefix. */
    private static final int MAX_CHARS = 256 << 10;

    private final Map<String, List<String>> cuts = new LinkedHashMap<>(16, 0.75f, true) {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<String>> eldest) {
            return size() > MAX_PREFIXES;
        }
    };

    /** Cuts of the keys with a prefix, in order; empty if it was never listed to its end. */
    synchronized List<String> of(String prefix) {
        return cuts.getOrDefault(prefix, List.of());
    }

    Recorder recorder(String prefix) {
        return new Recorder(prefix);
    }

    private synchronized void put(String prefix, List<String> learnt) {
        cuts.put(prefix, learnt);
    }

    /** Notes the cuts of one listing. Not thread-safe. */
    final class Recorder {

        private final String prefix;
        private List<String> noted = new ArrayList<>();
        private int chars;
        private int every = 1;
        private int skipped;

        private Recorder(String prefix) {
            this.prefix = prefix;
        }

        /** Notes a good place for a cut: a key after which there are whole pages before the next one that is told. */
        void add(String key) {
            if (++skipped < every) {
                return;
            }
            skipped = 0;
            noted.add(key);
            chars += key.length();
            if (chars > MAX_CHARS) {
                thinOut();
            }
        }

        /** The listing has come to its end. */
        void complete() {
            put(prefix, List.copyOf(noted));
        }

        /** Keeps every other one. */
        private void thinOut() {
            List<String> kept = new ArrayList<>(noted.size() / 2 + 1);
            chars = 0;
            for (int i = 1; i < noted.size(); i += 2) {
                kept.add(noted.get(i));
                chars += noted.get(i).length();
            }
            skipped = noted.size() % 2;
            skipped *= every;
            noted = kept;
            every *= 2;
        }
    }
}
