package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.StoreRuntime;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Says what may be done with a copy: by its age, and by its epoch. */
final class Freshness {
    /*
     * How it works. A copy grows old, and each age allows less. The windows of STALE and LAST_RESORT begin together, where DUE ends.
     *
     *   FRESH        served
     *   DUE          served, and renewed behind the reader
     *   STALE        served as stale, and renewed behind the reader
     *   LAST_RESORT  the source is asked; served as stale if that fails in a way that another try may mend, or takes too long
     *   DEAD         the source is asked
     *
     * A copy of an earlier epoch is DEAD, however young: something may have been written that we have not heard of, and it must not be
     * served before the source has confirmed it.
     */

    /** What a copy is good for. */
    enum State {
        FRESH,
        DUE,
        STALE,
        LAST_RESORT,
        DEAD;

        /** Whether it is served without waiting for the source. */
        boolean isServed() {
            return this == FRESH || this == DUE || this == STALE;
        }

        /** Whether it is renewed behind whoever it is served to. */
        boolean isRenewed() {
            return this == DUE || this == STALE;
        }

        /** Whether it is past its time. */
        boolean isStale() {
            return this != FRESH && this != DUE;
        }
    }

    /** The ages in nanoseconds at which a copy becomes what its next state says; the last two are not in order. */
    record Ages(long due, long stale, long notServed, long notLastResort) {

        static final Ages ANY = new Ages(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
    }

    private final FreshnessSpec.Settings settings;
    private final StoreRuntime runtime;

    /** Those of all copies; null if they differ. */
    private final @Nullable Ages common;

    private volatile long epoch;

    Freshness(FreshnessSpec.Settings settings, StoreRuntime runtime) {
        this.settings = settings;
        this.runtime = runtime;
        boolean differ = settings.jitter() > 0 || settings.perObject() != null || settings.cacheControl();
        this.common = differ ? null : ages(settings.lifetime());
    }

    State stateOf(CachedEntry entry) {
        return entry.epoch() == epoch ? stateByAge(entry) : State.DEAD;
    }

    /** Whether it has not reached its {@code maxAge}. */
    boolean isYoung(CachedEntry entry) {
        return !stateByAge(entry).isStale();
    }

    private State stateByAge(CachedEntry entry) {
        Ages ages = entry.ages();
        if (ages.due == Long.MAX_VALUE) {
            return State.FRESH; // without a look at the clock
        }
        long age = entry.ageNanos(runtime.nanoTime());
        if (age < ages.due) {
            return State.FRESH;
        }
        if (age < ages.stale) {
            return State.DUE;
        }
        if (age < ages.notServed) {
            return State.STALE;
        }
        return age < ages.notLastResort ? State.LAST_RESORT : State.DEAD;
    }

    /** For a new copy of an object, which was loaded from the source then. */
    Ages agesOf(ObjectInfo info, long filledAtNanos) {
        return common != null ? common : ages(lifetimeOf(info, filledAtNanos));
    }

    private Lifetime lifetimeOf(ObjectInfo info, long filledAtNanos) {
        Function<ObjectInfo, @Nullable Lifetime> perObject = settings.perObject();
        Lifetime own = perObject == null ? null : lifetimeBy(perObject, info);
        if (own != null) {
            return own;
        }
        if (!settings.cacheControl()) {
            return settings.lifetime();
        }
        Instant filledAt = runtime.clock().instant().minusNanos(runtime.nanoTime() - filledAtNanos);
        return CacheControl.lifetimeOf(info, filledAt, settings.lifetime());
    }

    private static @Nullable Lifetime lifetimeBy(Function<ObjectInfo, @Nullable Lifetime> perObject, ObjectInfo info) {
        try {
            return perObject.apply(info);
        } catch (RuntimeException none) {
            // A copy is made while others are told of their reads and writes, which have not failed.
            return null;
        }
    }

    private Ages ages(Lifetime lifetime) {
        if (lifetime.maxAge() == null) {
            return Ages.ANY;
        }
        double chance = settings.jitter() == 0 ? 0 : runtime.random().nextDouble();
        long stale = (long) (Limits.nanos(lifetime.maxAge()) * (1 - settings.jitter() * chance));
        return new Ages(
                (long) (stale * (1 - settings.earlyRefresh())),
                stale,
                stale + Limits.nanos(lifetime.staleWhileRevalidate()),
                stale + Limits.nanos(lifetime.staleIfError()));
    }

    long nanoTime() {
        return runtime.nanoTime();
    }

    long epoch() {
        return epoch;
    }

    /** Makes every copy suspect that was installed before now. */
    synchronized void newEpoch() {
        epoch = epoch + 1;
    }
}
