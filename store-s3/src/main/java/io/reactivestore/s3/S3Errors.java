package io.reactivestore.s3;

import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreThrottledException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.error.StoreUnsupportedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkInterruptedException;
import software.amazon.awssdk.core.exception.SdkServiceException;

/**
 * Maps what the SDK and the network throw. Messages are made of status and error code: a server's own words may hold parts of the
 * signed request. The SDK's exception is the cause.
 */
final class S3Errors {

    private static final Set<String> THROTTLED = Set.of(
            "SlowDown",
            "Throttling",
            "ThrottlingException",
            "RequestLimitExceeded",
            "TooManyRequests",
            "TooManyRequestsException");
    private static final Set<String> DENIED =
            Set.of("AccessDenied", "ExpiredToken", "InvalidToken", "InvalidAccessKeyId", "SignatureDoesNotMatch");
    private static final Set<String> TOO_LARGE = Set.of(
            "EntityTooLarge",
            "KeyTooLongError",
            "MetadataTooLarge",
            "RequestHeaderSectionTooLarge",
            "MaxMessageLengthExceeded");
    private static final Set<String> DAMAGED = Set.of("BadDigest", "InvalidDigest", "IncompleteBody");

    private final String bucket;
    private final BooleanSupplier closed;
    private final String about;

    S3Errors(String bucket, BooleanSupplier closed) {
        this(bucket, closed, "");
    }

    private S3Errors(String bucket, BooleanSupplier closed, String about) {
        this.bucket = bucket;
        this.closed = closed;
        this.about = about;
    }

    /** The same, with a word before each reason about what was tried, where that is not what the caller asked for. */
    S3Errors about(String what) {
        return new S3Errors(bucket, closed, what);
    }

    /** The HTTP status that an error tells of, or 0 if no server answered. */
    static int status(Throwable error) {
        return error instanceof SdkServiceException service ? service.statusCode() : 0;
    }

    /** The S3 error code; empty if no server answered, or one without a body. */
    static String code(Throwable error) {
        if (error instanceof AwsServiceException service && service.awsErrorDetails() != null) {
            String code = service.awsErrorDetails().errorCode();
            return code == null ? "" : code;
        }
        return "";
    }

    /** Whether the service asks for fewer requests. */
    static boolean isThrottling(Throwable error) {
        int status = status(error);
        return status == 503 || status == 429 || THROTTLED.contains(code(error));
    }

    /** Whether a server told of it, and not to ask for fewer requests. */
    static boolean isAnswer(Throwable error) {
        return status(error) != 0 && !isThrottling(error);
    }

    /** Whether the connection, not the server, failed. */
    static boolean isOfTheNetwork(Throwable error) {
        return find(error, IOException.class, e -> true) != null;
    }

    /** Whether there is no such object or version. That there is no such bucket does not count. */
    static boolean isAbsent(Throwable error, @Nullable String version) {
        return switch (status(error)) {
            case 404 -> !code(error).equals("NoSuchBucket");
            // A malformed version id is 400, and a delete marker asked for by its id is 405; a head has no code to tell
            // by.
            case 400 -> version != null && (code(error).isEmpty() || code(error).startsWith("InvalidArgument"));
            case 405 -> version != null;
            default -> false;
        };
    }

    /** What became of an operation; a {@link StoreException} stays what it is. */
    StoreException of(String operation, @Nullable String key, Throwable error) {
        StoreException ours = find(error, StoreException.class, e -> true);
        if (ours != null) {
            return ours;
        }
        if (closed.getAsBoolean()) {
            return new StoreClosedException(operation, key);
        }
        return error instanceof SdkServiceException service
                ? ofAnswer(operation, key, service.statusCode(), code(service), service)
                : ofNoAnswer(operation, key, error);
    }

    /** What became of one key of a bulk delete. */
    StoreException ofCode(String operation, String key, String code) {
        int status = code.equals("InternalError") ? 500 : code.equals("ServiceUnavailable") ? 503 : 400;
        return ofAnswer(operation, key, status, code, null);
    }

    private StoreException ofAnswer(
            String operation, @Nullable String key, int status, String code, @Nullable Throwable error) {
        String what = about + "the server answered " + status + (code.isEmpty() ? "" : " " + code);
        if (code.equals("NoSuchBucket")) {
            return noSuchBucket(operation, key, error);
        }
        if (THROTTLED.contains(code)) {
            return new StoreThrottledException(operation, key, what, error);
        }
        if (DENIED.contains(code)) {
            return new StoreAccessDeniedException(operation, key, what, error);
        }
        if (TOO_LARGE.contains(code)) {
            return new StoreRejectedException(operation, key, what, false, error);
        }
        if (DAMAGED.contains(code)) {
            return new StoreCorruptException(operation, key, what, true, error);
        }
        if (code.equals("XAmzContentSHA256Mismatch")) {
            return new StoreUnsupportedException(
                    operation, key, what + ": it may not know checksums, see S3Dialect.withChecksums", error);
        }
        if (code.equals("RequestTimeout")) {
            return new StoreTimeoutException(operation, key, what, error);
        }
        return switch (status) {
            case 301, 307 ->
                new StoreUnavailableException(operation, key, what + ": the bucket is in another region", false, error);
            case 401, 403 -> new StoreAccessDeniedException(operation, key, what, error);
            case 408 -> new StoreTimeoutException(operation, key, what, error);
            case 412 -> new PreconditionFailedException(operation, key, what, error);
            case 429, 503 -> new StoreThrottledException(operation, key, what, error);
            case 409 -> new StoreUnavailableException(operation, key, what, true, error);
            case 405, 411, 501 -> new StoreUnsupportedException(operation, key, what, error);
            default -> new StoreUnavailableException(operation, key, what, status >= 500, error);
        };
    }

    StoreUnavailableException noSuchBucket(String operation, @Nullable String key, @Nullable Throwable error) {
        return new StoreUnavailableException(operation, key, about + "there is no bucket " + bucket, false, error);
    }

    private StoreException ofNoAnswer(String operation, @Nullable String key, Throwable error) {
        if (error instanceof RequestLine.FullException) {
            return new StoreRejectedException(operation, key, about + error.getMessage(), true, error);
        }
        if (error instanceof TimeoutException) {
            return new StoreTimeoutException(operation, key, about + error.getMessage(), error);
        }
        if (find(error, SdkInterruptedException.class, e -> true) != null) {
            return new StoreUnavailableException(
                    operation, key, about + "the thread that made the request was interrupted", true, error);
        }
        if (says(error, "Acquire operation took longer", "Maximum pending acquire operations exceeded")) {
            return new StoreRejectedException(operation, key, about + "no connection was free in time", true, error);
        }
        if (says(error, "Unable to load credentials", "Failed to load credentials", "Unable to resolve credentials")) {
            return new StoreAccessDeniedException(operation, key, about + "no credentials could be found", error);
        }
        if (says(error, "different checksum than expected", "checksum mismatch")) {
            return new StoreCorruptException(
                    operation, key, about + "the checksum of the answer is wrong", true, error);
        }
        // Also a connect timeout is one: nothing was sent, so that it is not in doubt what became of a write.
        if (find(error, ConnectException.class, e -> true) != null) {
            return new StoreUnavailableException(operation, key, about + "the server cannot be reached", true, error);
        }
        if (find(error, Throwable.class, S3Errors::isTimeout) != null) {
            return new StoreTimeoutException(operation, key, about + "the connection fell silent", error);
        }
        if (find(error, SSLException.class, e -> true) != null) {
            return new StoreUnavailableException(
                    operation, key, about + "no secure connection can be made", false, error);
        }
        if (find(error, UnknownHostException.class, e -> true) != null) {
            return new StoreUnavailableException(
                    operation, key, about + "the name of the server is not known", true, error);
        }
        if (find(error, IOException.class, e -> true) != null) {
            return new StoreUnavailableException(operation, key, about + "the connection failed", true, error);
        }
        return new StoreUnavailableException(
                operation, key, about + "the client failed: " + error.getClass().getSimpleName(), false, error);
    }

    /** Netty's timeouts are told by name: this class must also work with a client that has another transport. */
    private static boolean isTimeout(Throwable error) {
        return error instanceof ApiCallTimeoutException
                || error instanceof ApiCallAttemptTimeoutException
                || error instanceof TimeoutException
                || error.getClass().getSimpleName().endsWith("TimeoutException");
    }

    private static boolean says(Throwable error, String... texts) {
        return find(error, Throwable.class, e -> {
                    String message = String.valueOf(e.getMessage());
                    for (String text : texts) {
                        if (message.contains(text)) {
                            return true;
                        }
                    }
                    return false;
                })
                != null;
    }

    private static <E extends Throwable> @Nullable E find(Throwable error, Class<E> type, Predicate<E> wanted) {
        Throwable at = error;
        // A bound instead of a set of seen ones: chains are short, and a ring must not hold us.
        for (int depth = 0; at != null && depth < 20; depth++) {
            if (type.isInstance(at) && wanted.test(type.cast(at))) {
                return type.cast(at);
            }
            at = at.getCause();
        }
        return null;
    }
}
