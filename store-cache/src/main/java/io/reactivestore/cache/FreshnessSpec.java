package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How long copies are good for, and what is done with those that are not. Default: for ever, which is right only where nobody else writes
 * to the source.
 */
public final class FreshnessSpec {

    private @Nullable Duration maxAge;
    private Duration staleWhileRevalidate = Duration.ZERO;
    private Duration staleIfError = Duration.ZERO;
    private @Nullable Duration maxWait;
    private double earlyRefresh;
    private double jitter;
    private @Nullable Function<ObjectInfo, @Nullable Lifetime> perObject;
    private boolean cacheControl;
    private Memo negative = Memo.OFF;
    private Memo heads = Memo.OFF;
    private Memo listings = Memo.OFF;
    private int pageKeys = 1_000;
    private int maxRenewals = 64;
    private Duration renewalTimeout = Duration.ofSeconds(30);

    FreshnessSpec() {}

    /**
     * A copy of this age or older is not served before the source has confirmed it, unless it is {@linkplain #staleWhileRevalidate still}
     * {@linkplain #staleIfError usable}. It counts from the read of the source, over restarts and from tier to tier.
     *
     * @param maxAge more than zero; for reads that must always ask the source there are {@code REVALIDATE} and {@code SOURCE_ONLY}
     */
    public FreshnessSpec maxAge(Duration maxAge) {
        Objects.requireNonNull(maxAge, "freshness.maxAge");
        if (maxAge.isNegative() || maxAge.isZero()) {
            throw new IllegalArgumentException("freshness.maxAge: need more than zero, was " + maxAge
                    + "; to ask the source on every read, use ReadMode.REVALIDATE or ReadMode.SOURCE_ONLY");
        }
        this.maxAge = maxAge;
        return this;
    }

    /** Copies never grow too old. */
    public FreshnessSpec anyAge() {
        this.maxAge = null;
        return this;
    }

    /**
     * For so long after {@code maxAge} a copy is served as {@linkplain io.reactivestore.Served#stale() stale} at once, and the source is
     * asked behind the reader, once for all of them. Default: zero.
     */
    public FreshnessSpec staleWhileRevalidate(Duration window) {
        this.staleWhileRevalidate = Lifetime.requireNotNegative("staleWhileRevalidate", window);
        return this;
    }

    /**
     * For so long after {@code maxAge} a copy is served as stale if the source fails in a way that another try may mend. That it denies
     * access, or has no such object, is told. Default: zero.
     */
    public FreshnessSpec staleIfError(Duration window) {
        this.staleIfError = Lifetime.requireNotNegative("staleIfError", window);
        return this;
    }

    /** How long a reader waits for the source while there is a copy that is usable if it fails; then it gets that. Default: for ever. */
    public FreshnessSpec maxWait(Duration maxWait) {
        this.maxWait = Lifetime.requireNotNegative("maxWait", maxWait);
        return this;
    }

    /**
     * In this last share of its time a copy that is read is renewed behind the reader, so that what is read often never grows stale.
     * Default: 0.
     *
     * @param share 0 to 1, such as 0.1
     */
    public FreshnessSpec earlyRefresh(double share) {
        this.earlyRefresh = requireShare("earlyRefresh", share);
        return this;
    }

    /**
     * Shortens the time of each copy by up to this share, by chance, so that copies made together do not grow old together. Default: 0.
     *
     * @param share 0 to 1, such as 0.1
     */
    public FreshnessSpec jitter(double share) {
        this.jitter = requireShare("jitter", share);
        return this;
    }

    /**
     * Gives objects a lifetime of their own; null where that of the cache holds. Asked once for each copy that is made; one that throws
     * has given null.
     */
    public FreshnessSpec perObject(Function<ObjectInfo, @Nullable Lifetime> lifetime) {
        this.perObject = Objects.requireNonNull(lifetime, "freshness.perObject");
        return this;
    }

    /**
     * Whether the {@code Cache-Control} of an object decides where it says something: {@code s-maxage}, {@code max-age}, {@code
     * no-cache}, {@code no-store}, {@code must-revalidate}, {@code proxy-revalidate}, {@code immutable}, {@code stale-while-revalidate}
     * and {@code stale-if-error}; and its {@code Expires}, by the clock of this machine, where that names no {@code max-age}. Default: no.
     *
     * @source RFC 9111, RFC 5861, RFC 8246
     */
    public FreshnessSpec cacheControl(boolean cacheControl) {
        this.cacheControl = cacheControl;
        return this;
    }

    /**
     * Remembers in memory that the source has no such object, and tells readers so without asking it. A write of the key through the cache
     * ends that at once. An error is no absence. {@code head} and {@code exists} are told so too if {@link #heads} are remembered; otherwise
     * they ask the source all the same. Default: nothing is remembered.
     *
     * @param lifetime for how long; of objects written past the cache nothing is seen before
     * @param maxKeys of how many keys, the latest ones
     */
    public FreshnessSpec negative(Duration lifetime, int maxKeys) {
        this.negative = memo("negative", lifetime, maxKeys, "keys");
        return this;
    }

    /**
     * Remembers in memory the facts that the source tells of objects, and answers {@code head}, {@code exists} and {@code size} with them
     * without asking it. Reads of objects tell them too. A put through the cache replaces them, every other write drops them. Default:
     * nothing is remembered, so that {@code exists} asks the source each time.
     *
     * @param lifetime for how long; what is written past the cache is not seen before
     * @param maxKeys of how many keys, the latest ones
     */
    public FreshnessSpec heads(Duration lifetime, int maxKeys) {
        this.heads = memo("heads", lifetime, maxKeys, "keys");
        return this;
    }

    /**
     * Keeps pages of listings in memory, and lists from them. Each page is asked for when it is wanted, once for all who want it. What is
     * written through the cache is seen at once: it drops the pages in whose stretch of the keys it lies. Of a directory the first entries
     * are kept, until something is written in it at any depth; who reads on behind them has it listed by the source. A listing
     * {@linkplain io.reactivestore.ListOptions#withParallelism of several pages at a time}, and one of a source that lists in no order,
     * ask the source all the same. Default: nothing is kept.
     *
     * @param lifetime for how long; what is written past the cache is not seen before
     * @param maxBytes how much memory they may take, some 300 bytes for each object
     */
    public FreshnessSpec listings(Duration lifetime, long maxBytes) {
        this.listings = memo("listings", lifetime, maxBytes, "bytes");
        return this;
    }

    /**
     * How many keys a page of a {@linkplain #listings kept} listing has, and how many entries are kept of a directory: that many are asked
     * for at once, also for a reader who takes fewer. Default: 1000, what S3 gives for one request.
     */
    public FreshnessSpec pageKeys(int pageKeys) {
        if (pageKeys < 1) {
            throw new IllegalArgumentException("freshness.pageKeys: need 1 or more, was " + pageKeys);
        }
        this.pageKeys = pageKeys;
        return this;
    }

    private static Memo memo(String name, Duration lifetime, long most, String unit) {
        Lifetime.requireNotNegative(name, lifetime);
        if (most < 0) {
            throw new IllegalArgumentException("freshness." + name + ": need 0 " + unit + " or more, was " + most);
        }
        return new Memo(lifetime, most);
    }

    /**
     * The requests that are made behind readers.
     *
     * @param atOnce how many of them; a copy whose turn it is not is renewed by a later reader. Default: 64
     * @param timeout how long each may take. Default: 30 s
     */
    public FreshnessSpec renewals(int atOnce, Duration timeout) {
        if (atOnce < 1) {
            throw new IllegalArgumentException("freshness.renewals: need 1 or more at once, was " + atOnce);
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("freshness.renewals: need a timeout of more than zero, was " + timeout);
        }
        this.maxRenewals = atOnce;
        this.renewalTimeout = timeout;
        return this;
    }

    Settings build() {
        return new Settings(
                new Lifetime(maxAge, staleWhileRevalidate, staleIfError),
                maxWait,
                earlyRefresh,
                jitter,
                perObject,
                cacheControl,
                negative,
                heads,
                listings,
                pageKeys,
                maxRenewals,
                renewalTimeout);
    }

    private static double requireShare(String name, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("freshness." + name + ": need 0 to 1, was " + share);
        }
        return share;
    }

    /**
     * What is remembered of one kind.
     *
     * @param most how many keys or bytes; 0 for nothing
     */
    record Memo(Duration lifetime, long most) {

        static final Memo OFF = new Memo(Duration.ZERO, 0);

        boolean isOn() {
            return most > 0;
        }
    }

    record Settings(
            Lifetime lifetime,
            @Nullable Duration maxWait,
            double earlyRefresh,
            double jitter,
            @Nullable Function<ObjectInfo, @Nullable Lifetime> perObject,
            boolean cacheControl,
            Memo negative,
            Memo heads,
            Memo listings,
            int pageKeys,
            int maxRenewals,
            Duration renewalTimeout) {

        @Override
        public String toString() {
            List<String> parts = new ArrayList<>();
            parts.add("maxAge=" + (lifetime.maxAge() == null ? "any" : lifetime.maxAge()));
            add(parts, "staleWhileRevalidate", lifetime.staleWhileRevalidate());
            add(parts, "staleIfError", lifetime.staleIfError());
            if (perObject != null) {
                parts.add("perObject");
            }
            if (cacheControl) {
                parts.add("cacheControl");
            }
            add(parts, "negative", negative);
            add(parts, "heads", heads);
            add(parts, "listings", listings);
            return String.join(", ", parts);
        }

        private static void add(List<String> parts, String name, Memo memo) {
            if (memo.isOn()) {
                add(parts, name, memo.lifetime);
            }
        }

        private static void add(List<String> parts, String name, Duration window) {
            if (!window.isZero()) {
                parts.add(name + "=" + window);
            }
        }
    }
}
