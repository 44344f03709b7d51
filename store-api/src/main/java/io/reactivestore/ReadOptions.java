package io.reactivestore;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one read asks for. Immutable; {@link #defaults()} reads the whole object.
 *
 * <p>Conditions are judged as HTTP does: {@code ifMatch} before {@code ifUnmodifiedSince} (ignored beside it), then {@code
 * ifNoneMatch} before {@code ifModifiedSince} (ignored beside it). The first pair fails with {@link
 * io.reactivestore.error.PreconditionFailedException}, the second answers {@link StoredObject.Status#NOT_MODIFIED}.
 *
 * @source RFC 9110, section 13.2.2 (precedence of preconditions)
 */
public final class ReadOptions {

    /** The condition that any object meets, instead of etags. */
    public static final String ANY = "*";

    private static final int MAX_CHUNK_BYTES = 16 << 20;
    private static final ReadOptions DEFAULTS = new ReadOptions(new Draft().settings());

    private final Settings settings;

    private ReadOptions(Settings settings) {
        this.settings = settings;
    }

    /** The whole object, unconditionally, from a cache if there is one. */
    public static ReadOptions defaults() {
        return DEFAULTS;
    }

    /**
     * What the headers of an HTTP request ask for: {@code Range}, {@code If-Range}, {@code If-Match}, {@code If-None-Match}, {@code
     * If-Modified-Since}, {@code If-Unmodified-Since}. Malformed dates and ranges, and several ranges, do not count, as HTTP allows.
     *
     * @param header gives the values of a field by its name, none or null if it is absent, such as {@code request.headers()::header}
     */
    public static ReadOptions fromHttp(Function<String, ? extends @Nullable List<String>> header) {
        return HttpConditions.read(Objects.requireNonNull(header, "header"));
    }

    /** Reads only these bytes. Default: all of them. */
    public ReadOptions withRange(@Nullable ByteRange range) {
        return edit(draft -> draft.range = range);
    }

    /** Reads only an object with one of these etags, or {@link #ANY}. */
    public ReadOptions withIfMatch(String... etags) {
        return edit(draft -> draft.ifMatch = etagsOf(etags));
    }

    /** Reads only an object with none of these etags, else it is not modified; {@link #ANY} for any object. */
    public ReadOptions withIfNoneMatch(String... etags) {
        return edit(draft -> draft.ifNoneMatch = etagsOf(etags));
    }

    /** Reads only an object written after this second, else it is not modified. */
    public ReadOptions withIfModifiedSince(@Nullable Instant time) {
        return edit(draft -> draft.ifModifiedSince = time);
    }

    /** Reads only an object not written after this second. */
    public ReadOptions withIfUnmodifiedSince(@Nullable Instant time) {
        return edit(draft -> draft.ifUnmodifiedSince = time);
    }

    /** Ignores the range, and reads the whole object, unless it has this etag. */
    public ReadOptions withIfRange(@Nullable String etag) {
        return edit(draft -> draft.ifRange = etag);
    }

    /** Reads this version instead of the newest. */
    public ReadOptions withVersion(@Nullable String version) {
        return edit(draft -> draft.version = version);
    }

    /** How much the first request to a remote source asks for. Default: 256 KiB. */
    public ReadOptions withFirstPartBytes(long bytes) {
        return edit(draft -> draft.firstPartBytes = bytes);
    }

    /** The most that {@code bytes()}, {@code byteArray()}, {@code text()} may collect. Default: 16 MiB. */
    public ReadOptions withMaxBufferedBytes(long bytes) {
        return edit(draft -> draft.maxBufferedBytes = bytes);
    }

    /** The largest buffer that a body emits, 1 to 16777216 bytes. Default: 64 KiB. */
    public ReadOptions withChunkBytes(int bytes) {
        return edit(draft -> draft.chunkBytes = bytes);
    }

    /** What a cache may answer with. Default: {@link ReadMode#CACHED_OK}. */
    public ReadOptions withMode(ReadMode mode) {
        return edit(draft -> draft.mode = mode);
    }

    public @Nullable ByteRange range() {
        return settings.range;
    }

    /** Etags or {@link #ANY}; empty for no condition. */
    public List<String> ifMatch() {
        return settings.ifMatch;
    }

    /** Etags or {@link #ANY}; empty for no condition. */
    public List<String> ifNoneMatch() {
        return settings.ifNoneMatch;
    }

    public @Nullable Instant ifModifiedSince() {
        return settings.ifModifiedSince;
    }

    public @Nullable Instant ifUnmodifiedSince() {
        return settings.ifUnmodifiedSince;
    }

    public @Nullable String ifRange() {
        return settings.ifRange;
    }

    public @Nullable String version() {
        return settings.version;
    }

    public long firstPartBytes() {
        return settings.firstPartBytes;
    }

    public long maxBufferedBytes() {
        return settings.maxBufferedBytes;
    }

    public int chunkBytes() {
        return settings.chunkBytes;
    }

    public ReadMode mode() {
        return settings.mode;
    }

    /** Whether any of the four conditions is set ({@code ifRange} is none: it never fails). */
    public boolean isConditional() {
        return !settings.ifMatch.isEmpty()
                || !settings.ifNoneMatch.isEmpty()
                || settings.ifModifiedSince != null
                || settings.ifUnmodifiedSince != null;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o || (o instanceof ReadOptions other && settings.equals(other.settings));
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return "ReadOptions" + settings.toString().substring("Settings".length());
    }

    private static List<String> etagsOf(String[] etags) {
        if (etags.length == 0) {
            throw new IllegalArgumentException("etags: need one or more, or ReadOptions.ANY");
        }
        return List.of(etags);
    }

    private ReadOptions edit(Consumer<Draft> change) {
        Draft draft = new Draft(settings);
        change.accept(draft);
        return new ReadOptions(draft.settings());
    }

    private static final class Draft {
        @Nullable ByteRange range;

        List<String> ifMatch = List.of();
        List<String> ifNoneMatch = List.of();

        @Nullable Instant ifModifiedSince;

        @Nullable Instant ifUnmodifiedSince;

        @Nullable String ifRange;

        @Nullable String version;

        long firstPartBytes = 256 << 10;
        long maxBufferedBytes = 16 << 20;
        int chunkBytes = 64 << 10;
        ReadMode mode = ReadMode.CACHED_OK;

        Draft() {}

        Draft(Settings s) {
            range = s.range;
            ifMatch = s.ifMatch;
            ifNoneMatch = s.ifNoneMatch;
            ifModifiedSince = s.ifModifiedSince;
            ifUnmodifiedSince = s.ifUnmodifiedSince;
            ifRange = s.ifRange;
            version = s.version;
            firstPartBytes = s.firstPartBytes;
            maxBufferedBytes = s.maxBufferedBytes;
            chunkBytes = s.chunkBytes;
            mode = s.mode;
        }

        Settings settings() {
            return new Settings(
                    range,
                    ifMatch,
                    ifNoneMatch,
                    ifModifiedSince,
                    ifUnmodifiedSince,
                    ifRange,
                    version,
                    firstPartBytes,
                    maxBufferedBytes,
                    chunkBytes,
                    mode);
        }
    }

    private record Settings(
            @Nullable ByteRange range,
            List<String> ifMatch,
            List<String> ifNoneMatch,
            @Nullable Instant ifModifiedSince,
            @Nullable Instant ifUnmodifiedSince,
            @Nullable String ifRange,
            @Nullable String version,
            long firstPartBytes,
            long maxBufferedBytes,
            int chunkBytes,
            ReadMode mode) {

        Settings {
            Objects.requireNonNull(mode, "mode");
            if (firstPartBytes < 1) {
                throw new IllegalArgumentException("firstPartBytes: need 1 or more, was " + firstPartBytes);
            }
            if (maxBufferedBytes < 0 || maxBufferedBytes > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException(
                        "maxBufferedBytes: need 0.." + (Integer.MAX_VALUE - 8) + ", was " + maxBufferedBytes);
            }
            if (chunkBytes < 1 || chunkBytes > MAX_CHUNK_BYTES) {
                throw new IllegalArgumentException("chunkBytes: need 1.." + MAX_CHUNK_BYTES + ", was " + chunkBytes);
            }
        }
    }
}
