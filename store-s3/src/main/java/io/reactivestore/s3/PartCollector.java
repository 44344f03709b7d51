package io.reactivestore.s3;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Span;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.s3.PartReader.Part;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.Disposables;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Has the body of one answer land, and counts: neither the SDK nor every transport below it notices a body that is
 * too short. A body that breaks is an answer all the same: with the bytes that came, and the reason.
 *
 * <p>The SDK makes one attempt after the other with it, each begun by {@link #prepare()}, until one has brought the head of an answer.
 */
final class PartCollector implements AsyncResponseTransformer<GetObjectResponse, Part> {
    /*
     * How it works. Each attempt ends once, when its result is completed.
     *
     *   asked --head that fits--> filling --all bytes--> the whole part
     *   asked --error, head that does not fit--> the error: the SDK tries again, or tells it
     *   filling --failure of the network, end too early, silence for stallTimeout--> the part as far as it came
     *   filling --any other error--> that error
     *
     *   state            written by                           guard      seen by others
     *   part             onResponse                           volatile   before the body begins
     *   received, since  the body's signals                   volatile   at once
     *   result           signals, timer, SDK that gives up    atomic     at once
     *
     * An attempt that the timer ends may still be copying a piece, which the request for the rest brings again: see Landing.
     */

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");

    private final String operation;
    private final String key;
    private final ByteRange range;
    private final @Nullable ObjectInfo pin;
    private final @Nullable Part begun;
    private final Landings landings;
    private final S3Facts facts;
    private final S3Settings settings;
    private final Alarms alarms;
    private volatile Attempt attempt;

    /**
     * A collector of one answer.
     *
     * @param range what is asked for
     * @param pin the version that must be served, or null for any
     * @param begun the part of which the range is the rest, or null for a new one
     * @param landings where the bytes of a new part go
     */
    PartCollector(
            String operation,
            String key,
            ByteRange range,
            @Nullable ObjectInfo pin,
            @Nullable Part begun,
            Landings landings,
            S3Facts facts,
            S3Settings settings,
            Alarms alarms) {
        this.operation = operation;
        this.key = key;
        this.range = range;
        this.pin = pin;
        this.begun = begun;
        this.landings = landings;
        this.facts = facts;
        this.settings = settings;
        this.alarms = alarms;
        this.attempt = new Attempt();
    }

    /** What the last attempt has brought, or null if it has not ended, or with an error. */
    @Nullable Part result() {
        CompletableFuture<Part> last = attempt.result;
        return last.isCompletedExceptionally() ? null : last.getNow(null);
    }

    /** How long the last attempt waited for the head of its answer. */
    long firstByteNanos() {
        return attempt.firstByteNanos;
    }

    /** How much of the part is here, for a message; empty if that is nothing, not even a head. */
    String progress() {
        Attempt last = attempt;
        Part filling = last.part;
        if (filling != null) {
            return filling.withReceived(last.received, null).progress();
        }
        return begun == null ? "" : begun.progress();
    }

    @Override
    public CompletableFuture<Part> prepare() {
        Attempt next = new Attempt();
        attempt = next;
        return next.result;
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
        attempt.failed(error);
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
        private final long begin = settings.runtime().nanoTime();
        private volatile long firstByteNanos;
        private volatile @Nullable Part part;
        private volatile int received;
        private volatile long since;

        /** Whether the answer is the whole object instead of a range: then only its beginning is taken, and no rest can be asked for. */
        private boolean isUnranged;

        private boolean hasMore;
        private @Nullable Subscription subscription;

        void answered(GetObjectResponse response) {
            long size = size(response);
            Span span = served(response, size);
            isUnranged = response.contentRange() == null;
            hasMore = isUnranged && span.length() < size;
            if (span.length() > Integer.MAX_VALUE - 8) {
                throw corrupt("the answer carries " + span.length() + " bytes, more than were asked for");
            }
            ObjectInfo info = facts.of(key, response, size);
            if (info.etag().isEmpty()) {
                throw corrupt("the answer has no etag");
            }
            if (pin != null && !(info.etag().equals(pin.etag()) && size == pin.size())) {
                throw PartReader.changed(operation, pin, "the etag is " + info.etag() + " now", null);
            }
            Part filling = begun != null ? begun : new Part(info, span, landings.begin(info, span), 0, null);
            received = filling.received();
            part = filling;
            watch();
        }

        private void watch() {
            Disposable.Swap alarm = Disposables.swap();
            var unused = result.whenComplete((nothing, error) -> alarm.dispose());
            since = settings.runtime().nanoTime();
            firstByteNanos = since - begin;
            alarm.update(alarms.set(settings.stallTimeout(), () -> look(alarm)));
        }

        private void look(Disposable.Swap alarm) {
            long left = since
                    + settings.stallTimeout().toNanos()
                    - settings.runtime().nanoTime();
            if (left > 0) {
                alarm.update(alarms.set(Duration.ofNanos(left), () -> look(alarm)));
            } else {
                ended(() -> new TimeoutException(
                        "nothing came for " + settings.stallTimeout().toMillis() + " ms"));
                cancel();
            }
        }

        @Override
        public void onSubscribe(Subscription s) {
            subscription = s;
            if (result.isDone()) {
                s.cancel();
            } else {
                // There is room for all of it.
                s.request(Long.MAX_VALUE);
            }
        }

        @Override
        public void onNext(ByteBuffer chunk) {
            Part filling = part;
            if (filling == null || result.isDone()) {
                return;
            }
            since = settings.runtime().nanoTime();
            int before = received;
            int free = filling.length() - before;
            if (chunk.remaining() > free && !hasMore) {
                result.completeExceptionally(
                        corrupt("more than the " + filling.length() + " bytes of " + filling.span() + " came"));
                cancel();
                return;
            }
            int count = Math.min(free, chunk.remaining());
            filling.landing().put(before, chunk, count);
            received = before + count;
            if (hasMore && count == free) {
                result.complete(filling.withReceived(before + count, null));
                cancel();
            }
        }

        @Override
        public void onError(Throwable error) {
            failed(error);
        }

        @Override
        public void onComplete() {
            if (part != null) {
                ended(() -> corrupt("the answer ended"));
            }
        }

        void failed(Throwable error) {
            if (S3Errors.isOfTheNetwork(error)) {
                ended(() -> error);
            } else {
                result.completeExceptionally(error);
            }
        }

        /**
         * No more bytes will come.
         *
         * @param reason made only if some are missing, since an exception costs more than all else here
         */
        private void ended(Supplier<Throwable> reason) {
            Part filling = part;
            int count = received;
            if (filling != null && count == filling.length()) {
                result.complete(filling.withReceived(count, null));
            } else if (filling != null && !isUnranged) {
                result.complete(filling.withReceived(count, reason.get()));
            } else {
                result.completeExceptionally(reason.get());
            }
        }

        private void cancel() {
            Subscription s = subscription;
            if (s != null) {
                s.cancel();
            }
        }
    }
}
