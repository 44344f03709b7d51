package io.reactivestore.cache;

import io.reactivestore.cache.disk.internal.KeyHash;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Decides which copies are worth being written to the disk. It does no I/O, and is told the time; one thread at a time. */
final class Admission {

    private final Settings settings;
    private final KeyHash hash;
    private final @Nullable FrequencySketch seen;
    private final @Nullable WriteBudget budget;

    /**
     * What is let in.
     *
     * @param secondUseKeys how many keys are remembered, of which only the second use is worth a write; 0 for any use
     * @param bytesPerDay {@link Long#MAX_VALUE} for any number
     */
    record Settings(int secondUseKeys, long minEntryBytes, long maxEntryBytes, long bytesPerDay) {

        static final Settings ANY = new Settings(0, 0, Long.MAX_VALUE, Long.MAX_VALUE);

        Settings {
            if (minEntryBytes > maxEntryBytes) {
                throw new IllegalArgumentException("disk: minEntryBytes is " + minEntryBytes
                        + ", which is more than maxEntryBytes, " + maxEntryBytes);
            }
        }

        @Override
        public String toString() {
            return (secondUseKeys > 0 ? ", on second use of " + secondUseKeys + " keys" : "")
                    + (minEntryBytes > 0 ? ", entries from " + minEntryBytes + " bytes" : "")
                    + (maxEntryBytes < Long.MAX_VALUE ? ", entries to " + maxEntryBytes + " bytes" : "")
                    + (bytesPerDay < Long.MAX_VALUE ? ", " + bytesPerDay + " bytes a day" : "");
        }
    }

    enum Verdict {
        ADMITTED,
        /** Worth it if it is used once more. */
        FIRST_USE,
        REFUSED
    }

    Admission(Settings settings, RandomGenerator random, long now) {
        this.settings = settings;
        this.hash = new KeyHash(random.nextLong(), random.nextLong());
        this.seen = settings.secondUseKeys == 0 ? null : new FrequencySketch(settings.secondUseKeys);
        this.budget = settings.bytesPerDay == Long.MAX_VALUE ? null : new WriteBudget(settings.bytesPerDay, now);
    }

    /**
     * Judges a copy, and remembers that its key was used.
     *
     * @param bytes of the object
     * @param firstUseIsEnough asked for a first use only
     */
    Verdict judge(String key, long bytes, BooleanSupplier firstUseIsEnough, long now) {
        boolean known = seen == null || seen.see(hash.of(key)) || firstUseIsEnough.getAsBoolean();
        if (bytes < settings.minEntryBytes
                || bytes > settings.maxEntryBytes
                || (budget != null && !budget.hasLeft(now))) {
            return Verdict.REFUSED;
        }
        return known ? Verdict.ADMITTED : Verdict.FIRST_USE;
    }

    /** Counts what was written, for whatever reason. */
    void written(long bytes) {
        if (budget != null) {
            budget.spend(bytes);
        }
    }
}
