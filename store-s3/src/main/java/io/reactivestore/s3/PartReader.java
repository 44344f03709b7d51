package io.reactivestore.s3;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.error.ObjectChangedException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Reads one ranged part whole into memory, within one timeout, and holds it to what was asked for. A part that breaks is an error.
 */
final class PartReader {

    /** One part. */
    static final class Part {

        private final ObjectInfo info;
        private final Span span;
        private final byte[] bytes;

        Part(ObjectInfo info, Span span, byte[] bytes) {
            this.info = info;
            this.span = span;
            this.bytes = bytes;
        }

        /** The facts about the whole object. */
        ObjectInfo info() {
            return info;
        }

        /** Where in the object the bytes are. */
        Span span() {
            return span;
        }

        /** All bytes of the span, in an array of their own. */
        byte[] bytes() {
            return bytes;
        }
    }

    private final S3Calls calls;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Facts facts;
    private final S3Settings settings;

    PartReader(S3Calls calls, S3Requests requests, S3Errors errors, S3Facts facts, S3Settings settings) {
        this.calls = calls;
        this.requests = requests;
        this.errors = errors;
        this.facts = facts;
        this.settings = settings;
    }

    /**
     * The first part of a read, whatever version it finds.
     *
     * @fails as the SDK does, for the caller to judge what an absent or unmodified object means
     */
    Mono<Part> first(String operation, String key, ByteRange range, ReadOptions options) {
        return calls.read(
                Hedging.Kind.ofRead(length(range, options)),
                settings.partTimeout(),
                client -> client.getObject(
                        requests.get(key, range, options), new PartCollector(operation, key, range, facts)));
    }

    /**
     * A part of the version that was found before.
     *
     * @fails {@link ObjectChangedException} if the object is another one by now, or gone
     */
    Mono<Part> pinned(String operation, ObjectInfo pin, Span span) {
        ByteRange range = ByteRange.of(span.start(), span.end());
        return calls.read(
                        Hedging.Kind.ofRead(span.length()),
                        settings.partTimeout(),
                        client -> client.getObject(
                                requests.getPinned(pin, span), new PartCollector(operation, pin.key(), range, facts)))
                .onErrorMap(e -> isChange(pin, e)
                        ? changed(operation, pin, "it is no longer there as it was", e)
                        : errors.of(operation, pin.key(), e))
                .doOnNext(part -> requireSame(operation, pin, span, part));
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

    private static void requireSame(String operation, ObjectInfo pin, Span span, Part part) {
        boolean same = part.info().etag().equals(pin.etag()) && part.info().size() == pin.size();
        if (!same || !part.span().equals(span)) {
            throw changed(operation, pin, "the etag is " + part.info().etag() + " now", null);
        }
    }

    private static ObjectChangedException changed(
            String operation, ObjectInfo pin, String what, @Nullable Throwable cause) {
        return new ObjectChangedException(
                operation, pin.key(), "the object with the etag " + pin.etag() + " was replaced: " + what, cause);
    }
}
