package io.reactivestore.cache;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the {@code Cache-Control} and {@code Expires} of an object as a shared cache does. */
final class CacheControl {

    /** What RFC 9111 wants a cache to take numbers for that are too large for it. */
    private static final long MAX_SECONDS = 1L << 31;

    private final Map<String, String> directives;

    private CacheControl(String header) {
        this.directives = parse(header);
    }

    /**
     * What the object says of its lifetime; where it says nothing, what holds otherwise.
     *
     * @param filledAt when it was loaded from the source
     */
    static Lifetime lifetimeOf(ObjectInfo info, Instant filledAt, Lifetime otherwise) {
        Attributes attributes = info.attributes();
        if (attributes == null || (attributes.cacheControl() == null && attributes.expires() == null)) {
            return otherwise;
        }
        String header = attributes.cacheControl() == null ? "" : attributes.cacheControl();
        return new CacheControl(header).lifetime(untilExpires(attributes, filledAt), otherwise);
    }

    private static @Nullable Duration untilExpires(Attributes attributes, Instant filledAt) {
        if (attributes.expires() == null) {
            return null;
        }
        Duration left = Duration.between(filledAt, attributes.expires());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private Lifetime lifetime(@Nullable Duration untilExpires, Lifetime otherwise) {
        if (has("no-store") || has("no-cache")) {
            return Lifetime.of(Duration.ZERO);
        }
        Duration age = seconds("s-maxage");
        age = age != null ? age : seconds("max-age");
        age = age != null ? age : untilExpires;
        age = age != null ? age : has("immutable") ? null : otherwise.maxAge();
        if (age == null) {
            return Lifetime.anyAge();
        }
        if (has("must-revalidate") || has("proxy-revalidate")) {
            return Lifetime.of(age);
        }
        Duration whileRevalidate = seconds("stale-while-revalidate");
        Duration ifError = seconds("stale-if-error");
        // That of a shared cache forbids to serve what is stale, unless it is allowed beside it.
        Lifetime windows = has("s-maxage") ? Lifetime.of(age) : otherwise;
        return new Lifetime(
                age,
                whileRevalidate != null ? whileRevalidate : windows.staleWhileRevalidate(),
                ifError != null ? ifError : windows.staleIfError());
    }

    private boolean has(String name) {
        return directives.containsKey(name);
    }

    /** Null if it is not there; one that is no number means an age of zero. */
    private @Nullable Duration seconds(String name) {
        String value = directives.get(name);
        if (value == null) {
            return null;
        }
        boolean isNumber = !value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!isNumber) {
            return Duration.ZERO;
        }
        return Duration.ofSeconds(value.length() > 10 ? MAX_SECONDS : Math.min(MAX_SECONDS, Long.parseLong(value)));
    }

    /** The first value of each directive, without quotes. None of those that matter here has a comma in its value. */
    private static Map<String, String> parse(String header) {
        Map<String, String> directives = new HashMap<>();
        for (String part : header.split(",", -1)) {
            int equals = part.indexOf('=');
            String name =
                    (equals < 0 ? part : part.substring(0, equals)).strip().toLowerCase(Locale.ROOT);
            String value = equals < 0 ? "" : part.substring(equals + 1).strip().replace("\"", "");
            if (!name.isEmpty()) {
                directives.putIfAbsent(name, value);
            }
        }
        return directives;
    }
}
