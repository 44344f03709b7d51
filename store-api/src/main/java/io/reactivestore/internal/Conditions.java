package io.reactivestore.internal;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.StoredObject.Status;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.RangeNotSatisfiableException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Judges the conditions of a read or write against the facts, for stores that know them.
 *
 * @source RFC 9110, section 13.2.2
 */
public final class Conditions {

    private Conditions() {}

    /**
     * Judges a read.
     *
     * @return whether to send the whole, a part, or nothing because the caller's copy is still good
     * @throws PreconditionFailedException if the object is not the one that was asked for
     */
    public static Status judge(String operation, ObjectInfo info, ReadOptions options) {
        require(operation, info, options);
        if (!options.ifNoneMatch().isEmpty()) {
            if (matches(options.ifNoneMatch(), info.etag())) {
                return Status.NOT_MODIFIED;
            }
        } else if (options.ifModifiedSince() != null && !isAfter(info.lastModified(), options.ifModifiedSince())) {
            return Status.NOT_MODIFIED;
        }
        if (options.range() == null
                || (options.ifRange() != null && !options.ifRange().equals(info.etag()))) {
            return Status.FULL;
        }
        // No Content-Range can tell of zero bytes: what an empty object serves is all of it.
        boolean emptyPart = info.size() == 0 && options.range().clip(0) != null;
        return emptyPart ? Status.FULL : Status.PARTIAL;
    }

    /** The half of {@link #judge} that can fail: for a head, whose answer is the facts either way. */
    public static void require(String operation, ObjectInfo info, ReadOptions options) {
        if (!options.ifMatch().isEmpty()) {
            if (!matches(options.ifMatch(), info.etag())) {
                throw new PreconditionFailedException(
                        operation,
                        info.key(),
                        "the etag is " + info.etag() + ", not one of " + options.ifMatch(),
                        null);
            }
        } else if (options.ifUnmodifiedSince() != null && isAfter(info.lastModified(), options.ifUnmodifiedSince())) {
            throw new PreconditionFailedException(
                    operation,
                    info.key(),
                    "modified at " + info.lastModified() + ", after " + options.ifUnmodifiedSince(),
                    null);
        }
    }

    /**
     * The bytes that a judged read serves.
     *
     * @throws RangeNotSatisfiableException if the range starts past the end
     */
    public static Span span(String operation, ObjectInfo info, Status status, ReadOptions options) {
        if (status == Status.NOT_MODIFIED) {
            return new Span(0, 0);
        }
        if (status == Status.FULL || options.range() == null) {
            return new Span(0, info.size());
        }
        Span span = options.range().clip(info.size());
        if (span == null) {
            throw new RangeNotSatisfiableException(
                    operation, info.key(), options.range().toString(), info.size(), null);
        }
        return span;
    }

    /**
     * Judges a write.
     *
     * @param present what is there now, or null
     * @throws PreconditionFailedException if the write must not happen
     */
    public static void require(String operation, String key, @Nullable ObjectInfo present, WriteOptions options) {
        if (options.ifAbsent() && present != null) {
            throw new PreconditionFailedException(operation, key, "there is an object already", null);
        }
        requireEtag(operation, key, present, options.ifMatch());
    }

    /** Fails unless what is there has this etag; null asks for nothing. */
    public static void requireEtag(String operation, String key, @Nullable ObjectInfo present, @Nullable String etag) {
        if (etag != null && (present == null || !present.etag().equals(etag))) {
            throw new PreconditionFailedException(
                    operation,
                    key,
                    present == null
                            ? "there is no object with the etag " + etag
                            : "the etag is " + present.etag() + ", not " + etag,
                    null);
        }
    }

    private static boolean matches(List<String> etags, String etag) {
        return etags.contains(etag) || etags.contains(ReadOptions.ANY);
    }

    /** HTTP dates have whole seconds, so nothing finer may count. */
    private static boolean isAfter(Instant modified, Instant limit) {
        return modified.truncatedTo(ChronoUnit.SECONDS).isAfter(limit.truncatedTo(ChronoUnit.SECONDS));
    }
}
