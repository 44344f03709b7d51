package io.reactivestore.cache.disk.internal;

/** Says which removals are still needed although no older segment has what they hide: those under way or in doubt. */
public interface Keep {

    /** Keeps all. */
    Keep ALL = of(true);

    /** Keeps none. */
    Keep NOTHING = of(false);

    boolean tombstone(String key, RecordVersion version);

    boolean prefix(String prefix, RecordVersion version);

    private static Keep of(boolean kept) {
        return new Keep() {
            @Override
            public boolean tombstone(String key, RecordVersion version) {
                return kept;
            }

            @Override
            public boolean prefix(String prefix, RecordVersion version) {
                return kept;
            }
        };
    }
}
