package io.reactivestore;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How one put or copy writes. Immutable; {@link #defaults()} replaces whatever is there. */
public final class WriteOptions {

    private static final WriteOptions DEFAULTS = new WriteOptions(new Draft().settings());

    private final Settings settings;

    private WriteOptions(Settings settings) {
        this.settings = settings;
    }

    /** Unconditional, with no attributes (a copy keeps those of its source), kept by caches. */
    public static WriteOptions defaults() {
        return DEFAULTS;
    }

    /** Writes only if there is no object yet, else fails with {@link io.reactivestore.error.PreconditionFailedException}. */
    public WriteOptions withIfAbsent() {
        return edit(draft -> draft.ifAbsent = true);
    }

    /**
     * Writes only over an object with this etag, else (also when there is none) fails with {@link
     * io.reactivestore.error.PreconditionFailedException}.
     */
    public WriteOptions withIfMatch(String etag) {
        Objects.requireNonNull(etag, "etag");
        return edit(draft -> draft.ifMatch = etag);
    }

    /** The attributes of the object; for a copy, instead of those of its source. */
    public WriteOptions withAttributes(Attributes attributes) {
        Objects.requireNonNull(attributes, "attributes");
        return edit(draft -> draft.attributes = attributes);
    }

    /** The backend's storage class, such as {@code STANDARD_IA}; ignored by backends that have none. */
    public WriteOptions withStorageClass(String storageClass) {
        Objects.requireNonNull(storageClass, "storageClass");
        return edit(draft -> draft.storageClass = storageClass);
    }

    /**
     * The backend's encryption at rest; a backend that has none refuses the write.
     *
     * @param algorithm such as {@code AES256} or {@code aws:kms}
     * @param keyId the key to use, or null for the backend's default
     */
    public WriteOptions withEncryption(String algorithm, @Nullable String keyId) {
        Objects.requireNonNull(algorithm, "algorithm");
        return edit(draft -> {
            draft.encryption = algorithm;
            draft.encryptionKeyId = keyId;
        });
    }

    /** Tells caches not to keep what is written; older copies are dropped all the same. */
    public WriteOptions withoutCaching() {
        return edit(draft -> draft.cached = false);
    }

    public boolean ifAbsent() {
        return settings.ifAbsent;
    }

    public @Nullable String ifMatch() {
        return settings.ifMatch;
    }

    /** Whether {@link #withIfAbsent()} or {@link #withIfMatch(String)} was asked for. */
    public boolean isConditional() {
        return settings.ifAbsent || settings.ifMatch != null;
    }

    /** The attributes, or null if none were given. */
    public @Nullable Attributes attributes() {
        return settings.attributes;
    }

    public @Nullable String storageClass() {
        return settings.storageClass;
    }

    public @Nullable String encryption() {
        return settings.encryption;
    }

    public @Nullable String encryptionKeyId() {
        return settings.encryptionKeyId;
    }

    /** Whether a cache may keep what is written. */
    public boolean cached() {
        return settings.cached;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof WriteOptions other && settings.equals(other.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return "WriteOptions" + settings.toString().substring("Settings".length());
    }

    private WriteOptions edit(Consumer<Draft> change) {
        Draft draft = new Draft(settings);
        change.accept(draft);
        return new WriteOptions(draft.settings());
    }

    private static final class Draft {
        boolean ifAbsent;

        @Nullable String ifMatch;

        @Nullable Attributes attributes;

        @Nullable String storageClass;

        @Nullable String encryption;

        @Nullable String encryptionKeyId;

        boolean cached = true;

        Draft() {}

        Draft(Settings s) {
            ifAbsent = s.ifAbsent;
            ifMatch = s.ifMatch;
            attributes = s.attributes;
            storageClass = s.storageClass;
            encryption = s.encryption;
            encryptionKeyId = s.encryptionKeyId;
            cached = s.cached;
        }

        Settings settings() {
            return new Settings(ifAbsent, ifMatch, attributes, storageClass, encryption, encryptionKeyId, cached);
        }
    }

    private record Settings(
            boolean ifAbsent,
            @Nullable String ifMatch,
            @Nullable Attributes attributes,
            @Nullable String storageClass,
            @Nullable String encryption,
            @Nullable String encryptionKeyId,
            boolean cached) {

        Settings {
            if (ifAbsent && ifMatch != null) {
                throw new IllegalArgumentException("ifAbsent and ifMatch exclude each other");
            }
        }
    }
}
