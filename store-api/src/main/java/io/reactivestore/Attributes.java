package io.reactivestore;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says about an object: the HTTP representation headers and free user metadata. Immutable; {@link #none()} says
 * nothing.
 *
 * <p>Names of user metadata are HTTP tokens and are kept in lower case. No value may hold a control character. {@code expires} has
 * whole seconds, as in HTTP.
 *
 * @source RFC 9110, sections 5.6.2 (token) and 8 (representation headers)
 */
public final class Attributes {

    private static final Pattern TOKEN = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]+");
    private static final Instant FIRST_DATE = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LAST_DATE = Instant.parse("9999-12-31T23:59:59Z");
    private static final Attributes NONE = new Attributes(new Draft().settings());

    private final Settings settings;

    private Attributes(Settings settings) {
        this.settings = settings;
    }

    /** No attributes at all. */
    public static Attributes none() {
        return NONE;
    }

    /** {@code Content-Type}, such as {@code application/json}; null for none. */
    public Attributes withContentType(@Nullable String contentType) {
        return edit(contentType, settings.contentType, draft -> draft.contentType = contentType);
    }

    /** {@code Cache-Control}; null for none. */
    public Attributes withCacheControl(@Nullable String cacheControl) {
        return edit(cacheControl, settings.cacheControl, draft -> draft.cacheControl = cacheControl);
    }

    /** {@code Expires}, cut to seconds; null for none. */
    public Attributes withExpires(@Nullable Instant expires) {
        return edit(expires, settings.expires, draft -> draft.expires = expires);
    }

    /** {@code Content-Encoding}; null for none. The store never encodes or decodes. */
    public Attributes withContentEncoding(@Nullable String contentEncoding) {
        return edit(contentEncoding, settings.contentEncoding, draft -> draft.contentEncoding = contentEncoding);
    }

    /** {@code Content-Disposition}; null for none. */
    public Attributes withContentDisposition(@Nullable String contentDisposition) {
        return edit(
                contentDisposition,
                settings.contentDisposition,
                draft -> draft.contentDisposition = contentDisposition);
    }

    /** {@code Content-Language}; null for none. */
    public Attributes withContentLanguage(@Nullable String contentLanguage) {
        return edit(contentLanguage, settings.contentLanguage, draft -> draft.contentLanguage = contentLanguage);
    }

    /** One more entry of user metadata; replaces an entry of the same name. */
    public Attributes withUserMetadata(String name, String value) {
        Map<String, String> user = new TreeMap<>(settings.user);
        user.put(name.toLowerCase(Locale.ROOT), value);
        return withUserMetadata(user);
    }

    /** This user metadata instead of the present one. */
    public Attributes withUserMetadata(Map<String, String> userMetadata) {
        return edit(userMetadata, settings.user, draft -> draft.user = userMetadata);
    }

    public @Nullable String contentType() {
        return settings.contentType;
    }

    public @Nullable String cacheControl() {
        return settings.cacheControl;
    }

    public @Nullable Instant expires() {
        return settings.expires;
    }

    public @Nullable String contentEncoding() {
        return settings.contentEncoding;
    }

    public @Nullable String contentDisposition() {
        return settings.contentDisposition;
    }

    public @Nullable String contentLanguage() {
        return settings.contentLanguage;
    }

    /** The user metadata by name, sorted, unmodifiable. */
    public Map<String, String> userMetadata() {
        return settings.user;
    }

    /** Whether nothing is said. */
    public boolean isNone() {
        return settings.equals(NONE.settings);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Attributes other && settings.equals(other.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return "Attributes" + settings.toString().substring("Settings".length());
    }

    /** Those read from a disk or an answer are made one by one, and most of them are not there. */
    private Attributes edit(@Nullable Object wanted, @Nullable Object present, Consumer<Draft> change) {
        if (Objects.equals(wanted, present)) {
            return this;
        }
        Draft draft = new Draft(settings);
        change.accept(draft);
        return new Attributes(draft.settings());
    }

    private static final class Draft {
        @Nullable String contentType;

        @Nullable String cacheControl;

        @Nullable Instant expires;

        @Nullable String contentEncoding;

        @Nullable String contentDisposition;

        @Nullable String contentLanguage;

        Map<String, String> user = Map.of();

        Draft() {}

        Draft(Settings s) {
            contentType = s.contentType;
            cacheControl = s.cacheControl;
            expires = s.expires;
            contentEncoding = s.contentEncoding;
            contentDisposition = s.contentDisposition;
            contentLanguage = s.contentLanguage;
            user = s.user;
        }

        Settings settings() {
            return new Settings(
                    contentType, cacheControl, expires, contentEncoding, contentDisposition, contentLanguage, user);
        }
    }

    private record Settings(
            @Nullable String contentType,
            @Nullable String cacheControl,
            @Nullable Instant expires,
            @Nullable String contentEncoding,
            @Nullable String contentDisposition,
            @Nullable String contentLanguage,
            Map<String, String> user) {

        Settings {
            checkValue("contentType", contentType);
            checkValue("cacheControl", cacheControl);
            checkValue("contentEncoding", contentEncoding);
            checkValue("contentDisposition", contentDisposition);
            checkValue("contentLanguage", contentLanguage);
            expires = expires == null ? null : expires.truncatedTo(ChronoUnit.SECONDS);
            Map<String, String> sorted = new TreeMap<>();
            if (expires != null && (expires.isBefore(FIRST_DATE) || expires.isAfter(LAST_DATE))) {
                throw new IllegalArgumentException("attributes: expires is no HTTP date: " + expires);
            }
            user.forEach((name, value) -> {
                Objects.requireNonNull(name, "attributes: a name of user metadata is null");
                Objects.requireNonNull(value, () -> "attributes: user metadata " + name + " is null");
                if (!TOKEN.matcher(name).matches()) {
                    throw new IllegalArgumentException("attributes: user metadata name is not an HTTP token: " + name);
                }
                checkValue("user metadata " + name, value);
                if (sorted.put(name.toLowerCase(Locale.ROOT), value) != null) {
                    throw new IllegalArgumentException("attributes: user metadata " + name + " is there twice");
                }
            });
            user = Collections.unmodifiableMap(sorted);
        }

        private static void checkValue(String name, @Nullable String value) {
            if (value != null && value.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("attributes: " + name + " holds a control character");
            }
        }
    }
}
