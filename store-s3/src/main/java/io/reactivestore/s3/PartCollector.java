package io.reactivestore.s3;

import io.reactivestore.ByteRange;
import io.reactivestore.Span;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.s3.PartReader.Part;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Collects the body of one answer into one array, and counts: neither the SDK nor every transport below it notices a body that is
 * too short.
 *
 * <p>The SDK makes one attempt after the other with it, each begun by {@link #prepare()}.
 */
final class PartCollector implements AsyncResponseTransformer<GetObjectResponse, Part> {

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    private final String operation;
    private final String key;
    private final ByteRange range;
    private final S3Facts facts;
    private volatile Attempt attempt = new Attempt();

    PartCollector(String operation, String key, ByteRange range, S3Facts facts) {
        this.operation = operation;
        this.key = key;
        this.range = range;
        this.facts = facts;
    }

    @Override
    public CompletableFuture<Part> prepare() {
        Attempt begun = new Attempt();
        attempt = begun;
        return begun.result;
    }

    @Override
    public void onResponse(GetObjectResponse response) {
        Attempt at = attempt;
        try {
            at.answered(response);
        } catch (StoreException e) {
            at.result.completeExceptionally(e);
        }
    }

    @Override
    public void onStream(SdkPublisher<ByteBuffer> publisher) {
        publisher.subscribe(attempt);
    }

    @Override
    public void exceptionOccurred(Throwable error) {
        attempt.result.completeExceptionally(error);
    }

    /** What of the object the answer carries. */
    private Span served(GetObjectResponse response, long size) {
        Span wanted = range.clip(size);
        if (wanted == null) {
            throw corrupt("the answer to " + range + " is of an object of " + size + " bytes");
        }
        if (response.contentRange() == null) {
            // Not an answer to the range: the whole object, whose beginning may do.
            if (wanted.start() > 0) {
                throw new StoreUnsupportedException(operation, key, "the server ignores ranges", null);
            }
            return wanted;
        }
        Matcher served = contentRange(response.contentRange());
        Span span = new Span(Long.parseLong(served.group(1)), Long.parseLong(served.group(2)) + 1);
        if (!span.equals(wanted)) {
            throw corrupt("asked for " + range + " of " + size + " bytes, the server sent " + span);
        }
        Long length = response.contentLength();
        if (length != null && length != span.length()) {
            throw corrupt("the answer announces " + length + " bytes for " + span);
        }
        return span;
    }

    private long size(GetObjectResponse response) {
        if (response.contentRange() != null) {
            return Long.parseLong(contentRange(response.contentRange()).group(3));
        }
        Long length = response.contentLength();
        if (length == null) {
            throw corrupt("the answer tells no length");
        }
        return length;
    }

    private Matcher contentRange(String value) {
        Matcher matcher = CONTENT_RANGE.matcher(value.trim());
        if (!matcher.matches() || Long.parseLong(matcher.group(2)) < Long.parseLong(matcher.group(1))) {
            throw corrupt("the answer has the Content-Range " + value);
        }
        return matcher;
    }

    private StoreCorruptException corrupt(String what) {
        return new StoreCorruptException(operation, key, what, true, null);
    }

    private final class Attempt implements Subscriber<ByteBuffer> {

        private final CompletableFuture<Part> result = new CompletableFuture<>();
        private @Nullable Part part;
        private boolean hasMore;
        private int received;
        private @Nullable Subscription subscription;

        void answered(GetObjectResponse response) {
            long size = size(response);
            Span span = served(response, size);
            hasMore = response.contentRange() == null && span.length() < size;
            if (span.length() > Integer.MAX_VALUE - 8) {
                throw corrupt("the answer carries " + span.length() + " bytes, more than were asked for");
            }
            if (S3Facts.unquoted(response.eTag()).isEmpty()) {
                throw corrupt("the answer has no etag");
            }
            part = new Part(facts.of(key, response, size), span, new byte[(int) span.length()]);
        }

        @Override
        public void onSubscribe(Subscription s) {
            subscription = s;
            if (result.isDone()) {
                s.cancel();
            } else {
                // All goes into one array that is there already.
                s.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(ByteBuffer chunk) {
            Part filling = part;
            if (filling == null || result.isDone()) {
                return;
            }
            int free = filling.bytes().length - received;
            if (chunk.remaining() > free && !hasMore) {
                result.completeExceptionally(
                        corrupt("more than the " + filling.bytes().length + " bytes of " + filling.span() + " came"));
                cancel();
                return;
            }
            int count = Math.min(free, chunk.remaining());
            chunk.get(chunk.position(), filling.bytes(), received, count);
            received += count;
            if (hasMore && received == filling.bytes().length) {
                result.complete(filling);
                cancel();
            }
        }

        @Override
        public void onError(Throwable error) {
            result.completeExceptionally(error);
        }

        @Override
        public void onComplete() {
            Part filled = part;
            if (filled != null && received == filled.bytes().length) {
                result.complete(filled);
            } else if (filled != null) {
                result.completeExceptionally(corrupt(
                        received + " of the " + filled.bytes().length + " bytes of " + filled.span() + " came"));
            }
        }

        private void cancel() {
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }
}
