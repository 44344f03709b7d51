package io.reactivestore.s3;

import io.reactivestore.ByteRange;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.StoredObject;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.internal.Buffers;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Ranges;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Answers several ranges of one version. The first range is read like any get and tells the version and the size; the others are
 * then planned: sorted, near ones in one request, each request pinned to that version.
 */
final class S3Ranges {

    private static final String OPERATION = "getRanges";

    /** Bytes between two ranges that cost less to read than another request does. */
    private static final int GAP_BYTES = 1 << 20;

    /** Requests of one call under way at a time. */
    private static final int CONCURRENCY = 10;

    /** One request may be so many parts long, and by this share longer if another one would be short. */
    private static final int PARTS_PER_REQUEST = 2;

    private static final double SLACK = 0.25;

    /** Ranges that share one request for the bytes of {@code span}. */
    private record Group(Span span, List<Wanted> wanted) {}

    private record Wanted(int index, Span span) {}

    private final S3Reads reads;
    private final S3Heads heads;
    private final PartReader reader;
    private final long requestBytes;

    S3Ranges(S3Reads reads, S3Heads heads, PartReader reader, S3Settings settings) {
        this.reads = reads;
        this.heads = heads;
        this.reader = reader;
        this.requestBytes = Math.min(Integer.MAX_VALUE / 2, (long) PARTS_PER_REQUEST * settings.partBytes());
    }

    Flux<RangedObject> get(String key, List<ByteRange> ranges, ReadOptions options) {
        if (ranges.isEmpty()) {
            return heads.head(OPERATION, key, options.version())
                    .switchIfEmpty(Mono.error(() -> new ObjectNotFoundException(OPERATION, key)))
                    .doOnNext(info -> Conditions.require(OPERATION, info, options))
                    .thenMany(Flux.empty());
        }
        ReadOptions first = options.withRange(ranges.get(0)).withFirstPartBytes(requestBytes);
        return reads.get(OPERATION, key, first)
                .switchIfEmpty(Mono.error(() -> new ObjectNotFoundException(OPERATION, key)))
                .flatMapMany(object -> all(object, ranges, options));
    }

    private Flux<RangedObject> all(StoredObject object, List<ByteRange> ranges, ReadOptions options) {
        ObjectInfo info = object.info();
        Ranges.clip(info, ranges.get(0), options);
        List<Group> groups = plan(info, ranges, options);
        Mono<RangedObject> first = object.bytes().map(bytes -> new RangedObject(0, object.span(), bytes));
        Flux<RangedObject> others = Flux.fromIterable(groups)
                .flatMap(group -> read(info, group, Math.max(1, CONCURRENCY / groups.size())), CONCURRENCY, 1)
                .concatMapIterable(found -> found, 1);
        return first.concatWith(others);
    }

    private List<Group> plan(ObjectInfo info, List<ByteRange> ranges, ReadOptions options) {
        List<Wanted> wanted = new ArrayList<>();
        for (int i = 1; i < ranges.size(); i++) {
            wanted.add(new Wanted(i, Ranges.clip(info, ranges.get(i), options)));
        }
        wanted.sort(Comparator.comparingLong(w -> w.span.start()));
        List<Group> groups = new ArrayList<>();
        for (Wanted next : wanted) {
            Group last = groups.isEmpty() ? null : groups.get(groups.size() - 1);
            Span joined = last == null ? null : join(last.span, next.span);
            if (last != null && joined != null) {
                last.wanted.add(next);
                groups.set(groups.size() - 1, new Group(joined, last.wanted));
            } else {
                groups.add(new Group(next.span, new ArrayList<>(List.of(next))));
            }
        }
        return groups;
    }

    /** Both spans in one, or null if they are better read apart; {@code b} starts no earlier than {@code a}. */
    private @Nullable Span join(Span a, Span b) {
        Span joined = new Span(a.start(), Math.max(a.end(), b.end()));
        boolean isInside = b.end() <= a.end();
        return isInside || (b.start() - a.end() <= GAP_BYTES && joined.length() <= requestBytes) ? joined : null;
    }

    private Mono<List<RangedObject>> read(ObjectInfo info, Group group, int concurrency) {
        return bytes(info, group.span, concurrency)
                .map(bytes -> group.wanted.stream()
                        .map(w -> new RangedObject(
                                w.index, w.span, bytes.slice((int) (w.span.start() - group.span.start()), (int)
                                        w.span.length())))
                        .toList());
    }

    /** The bytes of one request, or of several of the same length if they are too many for one. */
    private Mono<ByteBuffer> bytes(ObjectInfo info, Span span, int concurrency) {
        if (span.length() == 0) {
            return Mono.just(Buffers.wrap(new byte[0]));
        }
        int requests = requests(span.length());
        if (requests == 1) {
            return reader.pinned(OPERATION, info, span).map(part -> Buffers.wrap(part.bytes()));
        }
        long bytes = (span.length() + requests - 1) / requests;
        return Mono.defer(() -> {
            byte[] all = new byte[(int) span.length()];
            return Flux.range(0, requests)
                    .map(i -> span.start() + i * bytes)
                    .flatMap(
                            start -> reader.pinned(
                                    OPERATION, info, new Span(start, Math.min(start + bytes, span.end()))),
                            concurrency,
                            1)
                    .doOnNext(part -> System.arraycopy(
                            part.bytes(), 0, all, (int) (part.span().start() - span.start()), part.bytes().length))
                    .then(Mono.fromSupplier(() -> Buffers.wrap(all)));
        });
    }

    private int requests(long bytes) {
        long whole = bytes / requestBytes;
        long rest = bytes - whole * requestBytes;
        boolean fits = whole > 0 && rest <= SLACK * requestBytes;
        return (int) (rest == 0 || fits ? Math.max(1, whole) : whole + 1);
    }
}
