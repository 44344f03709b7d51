package io.reactivestore.embeddeds3.latency;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Judges the conditions of a request.
 *
 * @source RFC 9110, section 13.2.2 (precedence); Amazon S3 API Reference, PutObject (an absent object fails If-Match with 404)
 */
final class Conditions {

    private Conditions() {}

    /**
     * Judges those of a read, or of the source of a copy.
     *
     * @param prefix of the headers' names
     * @return whether the object is to be sent; if not, it was not modified
     */
    static boolean judgeRead(Request request, String prefix, S3Object object) {
        String ifMatch = request.header(prefix + "if-match");
        if (ifMatch != null) {
            if (!names(ifMatch, object.etag())) {
                throw S3Failure.preconditionFailed();
            }
        } else if (isAfter(object.modified(), request.header(prefix + "if-unmodified-since"), false)) {
            throw S3Failure.preconditionFailed();
        }
        String ifNoneMatch = request.header(prefix + "if-none-match");
        return ifNoneMatch != null
                ? !names(ifNoneMatch, object.etag())
                : isAfter(object.modified(), request.header(prefix + "if-modified-since"), true);
    }

    /** Lets a write of a key pass, or fails. */
    static void requireWrite(Request request, @Nullable S3Object present) {
        String ifNoneMatch = request.header("if-none-match");
        if (ifNoneMatch != null && present != null && names(ifNoneMatch, present.etag())) {
            throw S3Failure.preconditionFailed();
        }
        requireMatch(request.header("if-match"), present);
    }

    static void requireMatch(@Nullable String ifMatch, @Nullable S3Object present) {
        if (ifMatch == null) {
            return;
        }
        if (present == null) {
            throw S3Failure.noSuchKey();
        }
        if (!names(ifMatch, present.etag())) {
            throw S3Failure.preconditionFailed();
        }
    }

    private static boolean names(String etags, String etag) {
        for (String one : etags.split(",", -1)) {
            String named = one.trim();
            if (named.equals("*") || named.equals(etag) || named.equals('"' + etag + '"')) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAfter(Instant modified, @Nullable String date, boolean ifUnknown) {
        Instant time = date == null ? null : HttpDate.parse(date);
        return time == null
                ? ifUnknown
                : modified.truncatedTo(ChronoUnit.SECONDS).isAfter(time);
    }
}
