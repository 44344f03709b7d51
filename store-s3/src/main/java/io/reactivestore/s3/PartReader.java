package io.reactivestore.s3;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreThrottledException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.s3.Landing.InArray;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;

/**
 * Reads one ranged part, within one timeout, and holds it to what was asked for. A part that breaks or stalls is resumed
 * at the byte that is missing.
 */
final class PartReader {
    /*
     * How it works. One reading of a part makes one request, and another one for the rest each time that the body breaks.
     *
     *   asked --error before a head, after the tries of the SDK--> failed
     *   asked --head of an answer--> filling --all bytes--> whole
     *   filling --broken, or silent for stallTimeout (see PartCollector)--> broken
     *   broken --at once, from the second time on after a pause--> asked, for the missing bytes of the same version
     *   broken --the third resume in a row that brought nothing--> failed
     *   asked, filling --another version--> failed: the object has changed
     *   asked, filling, broken --partTimeout--> failed
     *
     * So each failure has one remedy: what fails before a head is tried again by the SDK, what breaks after it is resumed here, and what
     * is late is sent again by Hedging, which sees a reading with all its requests as one attempt.
     *
     * A reading has one request at a time, and what it knows is written between them only.
     */

    /** So many resumes in a row may bring nothing. */
    private static final int MAX_FRUITLESS = 3;

    /** Between resumes, but for the first one, which is for the connection that just broke. Doubled each time. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    /** Short enough that a body goes on within a second, long enough that a server that sends byte by byte is not asked for each. */
    private static final int MAX_DOUBLINGS = 3;

    /** One part, or as much of it as came. */
    static final class Part {

        private final ObjectInfo info;
        private final Span span;
        private final Landing landing;
        private final int received;
        private final @Nullable Throwable broken;

        /**
         * A part.
         *
         * @param landing where the bytes of the span go, of which the first {@code received} are there
         * @param broken why the others are not
         */
        Part(ObjectInfo info, Span span, Landing landing, int received, @Nullable Throwable broken) {
            this.info = info;
            this.span = span;
            this.landing = landing;
            this.received = received;
            this.broken = broken;
        }

        /** The facts about the whole object. */
        ObjectInfo info() {
            return info;
        }

        /** Where in the object the bytes are. */
        Span span() {
            return span;
        }

        int length() {
            return (int) span.length();
        }

        Landing landing() {
            return landing;
        }

        /** All bytes of the span, in an array of their own; only of a part that was read into one. */
        byte[] bytes() {
            return ((InArray) landing).bytes();
        }

        int received() {
            return received;
        }

        Part withReceived(int count, @Nullable Throwable reason) {
            return new Part(info, span, landing, count, reason);
        }

        /** For messages. */
        String progress() {
            return received + " of the " + length() + " bytes of " + span;
        }
    }

    private final S3Calls calls;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Facts facts;
    private final S3Settings settings;
    private final Alarms alarms;
    private final LongAdder resumed = new LongAdder();

    PartReader(S3Calls calls, S3Requests requests, S3Errors errors, S3Facts facts, S3Settings settings, Alarms alarms) {
        this.calls = calls;
        this.requests = requests;
        this.errors = errors;
        this.facts = facts;
        this.settings = settings;
        this.alarms = alarms;
    }

    /** How many requests for the rest of a part were made. */
    long resumed() {
        return resumed.sum();
    }

    /**
     * The first part of a read, whatever version it finds.
     *
     * @param landings where it goes; asked for a place by each attempt
     * @fails as the SDK does, for the caller to judge what an absent or unmodified object means
     */
    Mono<Part> first(String operation, String key, ByteRange range, ReadOptions options, Landings landings) {
        Hedging.Kind kind = Hedging.Kind.ofRead(length(range, options));
        return calls.hedged(kind, Mono.defer(() -> new Reading(operation, key, kind, landings).first(range, options)));
    }

    /** The same as the other, into an array. */
    Mono<Part> pinned(String operation, ObjectInfo pin, Span span) {
        return pinned(operation, pin, span, Landing.IN_ARRAYS);
    }

    /**
     * A part of the version that was found before.
     *
     * @param landings where it goes; asked for a place by each attempt
     * @fails {@link ObjectChangedException} if the object is another one by now, or gone
     */
    Mono<Part> pinned(String operation, ObjectInfo pin, Span span, Landings landings) {
        Hedging.Kind kind = Hedging.Kind.ofRead(span.length());
        return calls.hedged(
                kind, Mono.defer(() -> new Reading(operation, pin.key(), kind, landings).pinned(pin, span)));
    }

    /** How much a request for a range brings at most. */
    private static long length(ByteRange range, ReadOptions options) {
        if (range instanceof ByteRange.Bounded bounded) {
            return bounded.end() - bounded.start();
        }
        return range instanceof ByteRange.Suffix suffix ? suffix.length() : options.firstPartBytes();
    }

    private static boolean isChange(ObjectInfo pin, Throwable error) {
        // A server that ignores If-Match serves, or does not have, the range of another version.
        return S3Errors.status(error) == 412
                || S3Errors.status(error) == 416
                || S3Errors.isAbsent(error, pin.version());
    }

    static ObjectChangedException changed(String operation, ObjectInfo pin, String what, @Nullable Throwable cause) {
        return new ObjectChangedException(
                operation, pin.key(), "the object with the etag " + pin.etag() + " was replaced: " + what, cause);
    }

    /** One part on its way. */
    private final class Reading {

        private final String operation;
        private final String key;
        private final Hedging.Kind kind;
        private final Landings landings;
        private final long begin = settings.runtime().nanoTime();
        private int resumes;
        private int fruitless;

        Reading(String operation, String key, Hedging.Kind kind, Landings landings) {
            this.operation = operation;
            this.key = key;
            this.kind = kind;
            this.landings = landings;
        }

        Mono<Part> first(ByteRange range, ReadOptions options) {
            return ask(requests.get(key, range, options), collector(range, null, null), 0, e -> e);
        }

        Mono<Part> pinned(ObjectInfo pin, Span span) {
            PartCollector collector = collector(ByteRange.of(span.start(), span.end()), pin, null);
            return ask(requests.getPinned(pin, span), collector, 0, e -> errorOf(pin, e));
        }

        private Mono<Part> rest(Part begun) {
            Span rest = new Span(begun.span.start() + begun.received, begun.span.end());
            PartCollector collector = collector(ByteRange.of(rest.start(), rest.end()), begun.info, begun);
            return ask(requests.getPinned(begun.info, rest), collector, begun.received, e -> {
                StoreException error = errorOf(begun.info, e);
                boolean tellsAll = error instanceof ObjectChangedException || e instanceof TimeoutException;
                return tellsAll ? error : withProgress(error, begun, e);
            });
        }

        private StoreException errorOf(ObjectInfo pin, Throwable error) {
            return isChange(pin, error)
                    ? changed(operation, pin, "it is no longer there as it was", error)
                    : errors.of(operation, key, error);
        }

        private PartCollector collector(ByteRange range, @Nullable ObjectInfo pin, @Nullable Part begun) {
            return new PartCollector(operation, key, range, pin, begun, landings, facts, settings, alarms);
        }

        /**
         * Makes a request, and what follows from its answer.
         *
         * @param before how many bytes of the part were here before it
         * @param error tells its failure
         */
        private Mono<Part> ask(
                GetObjectRequest request, PartCollector collector, int before, UnaryOperator<Throwable> error) {
            return calls.call(left(), client -> client.getObject(request, collector))
                    .onErrorResume(e -> {
                        // The SDK may hear of the failure before it hears that the part was told as far as it came.
                        Part came = S3Errors.isOfTheNetwork(e) ? collector.result() : null;
                        return came != null
                                ? Mono.just(came)
                                : Mono.error(error.apply(e instanceof TimeoutException ? tooLate(collector) : e));
                    })
                    .doOnNext(part -> calls.firstByte(kind, collector.firstByteNanos()))
                    .flatMap(part -> part.broken == null ? Mono.just(part) : goOn(part, part.broken, before));
        }

        private Mono<Part> goOn(Part part, Throwable broken, int before) {
            fruitless = resumes > 0 && part.received == before ? fruitless + 1 : 0;
            if (fruitless == MAX_FRUITLESS) {
                return Mono.error(withProgress(errors.of(operation, key, broken), part, broken));
            }
            resumes++;
            resumed.increment();
            Mono<Part> rest = Mono.defer(() -> rest(part));
            if (resumes == 1) {
                return rest;
            }
            Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(MAX_DOUBLINGS, resumes - 2));
            return Mono.delay(pause, settings.runtime().timers())
                    .publishOn(settings.runtime().delivery())
                    .then(rest);
        }

        private Duration left() {
            long passed = settings.runtime().nanoTime() - begin;
            return Duration.ofNanos(Math.max(1, settings.partTimeout().toNanos() - passed));
        }

        private TimeoutException tooLate(PartCollector collector) {
            String progress = collector.progress();
            return new TimeoutException("no " + (progress.isEmpty() ? "answer" : "whole answer") + " within "
                    + settings.partTimeout().toMillis() + " ms"
                    + (progress.isEmpty() ? "" : ": " + progress + " came"));
        }

        /** The same error, if it is one that a further try may spare, with how much of the part is here. */
        private StoreException withProgress(StoreException error, Part part, Throwable cause) {
            String what = error.reason() + ": " + part.progress() + " came";
            if (error instanceof StoreCorruptException) {
                return new StoreCorruptException(operation, key, what, error.retryable(), cause);
            }
            if (error instanceof StoreTimeoutException) {
                return new StoreTimeoutException(operation, key, what, cause);
            }
            if (error instanceof StoreThrottledException) {
                return new StoreThrottledException(operation, key, what, cause);
            }
            return error instanceof StoreUnavailableException
                    ? new StoreUnavailableException(operation, key, what, error.retryable(), cause)
                    : error;
        }
    }
}
