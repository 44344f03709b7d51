package io.reactivestore.s3;

import io.reactivestore.Keys;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.internal.Directory;
import io.reactivestore.s3.PagedFlux.Page;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/** Lists page by page, each asked for when it is wanted. */
final class S3Listing {

    private static final String DELIMITER = "/";

    private final S3Calls calls;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Settings settings;
    private final @Nullable Comparator<String> order;

    S3Listing(S3Calls calls, S3Requests requests, S3Errors errors, S3Settings settings) {
        this.calls = calls;
        this.requests = requests;
        this.errors = errors;
        this.settings = settings;
        this.order = switch (settings.dialect().listOrder()) {
            case UTF8 -> Keys.UTF8_ORDER;
            case UTF16 -> Comparator.naturalOrder();
            case NONE -> null;
        };
    }

    /** @param operation what its errors name */
    Flux<ObjectInfo> list(String operation, ListOptions options) {
        boolean isBounded = options.startAfter() != null || options.endBefore() != null;
        if (isBounded && order == null) {
            return Flux.error(new StoreUnsupportedException(
                    operation, options.prefix(), "this server lists in no order, so a listing has no bounds", null));
        }
        if (isEmpty(options)) {
            return Flux.empty();
        }
        return pages(operation, options, null, answer -> infos(answer, options));
    }

    Flux<ListEntry> listDirectory(String prefix) {
        String directory = Directory.directoryOf(prefix);
        if (Keys.utf8Length(directory) > Keys.MAX_BYTES) {
            return Flux.empty(); // no key is long enough to lie in it
        }
        ListOptions options = ListOptions.prefix(directory);
        return pages("listDirectory", options, DELIMITER, this::entries).distinctUntilChanged(ListEntry::name);
    }

    /** Whether the bounds alone leave no key: that costs no request. */
    private boolean isEmpty(ListOptions options) {
        String end = options.endBefore();
        if (end == null || order == null) {
            return false;
        }
        String after = options.startAfter();
        return order.compare(end, options.prefix()) <= 0 || (after != null && order.compare(end, after) <= 0);
    }

    private <T> Flux<T> pages(
            String operation,
            ListOptions options,
            @Nullable String delimiter,
            Function<ListObjectsV2Response, List<T>> items) {
        return new PagedFlux<>(page(operation, options, delimiter, null, items), settings.readAheadPages());
    }

    private <T> Mono<Page<T>> page(
            String operation,
            ListOptions options,
            @Nullable String delimiter,
            @Nullable String token,
            Function<ListObjectsV2Response, List<T>> items) {
        return calls.read(
                        Hedging.Kind.LIST,
                        settings.requestTimeout(),
                        client -> client.listObjectsV2(requests.list(options, delimiter, token)))
                .onErrorMap(e -> errors.of(operation, options.prefix(), e))
                .map(answer -> {
                    String next = nextToken(operation, options, token, answer);
                    Mono<Page<T>> more = next == null ? null : page(operation, options, delimiter, next, items);
                    return new Page<>(items.apply(answer), more);
                });
    }

    private @Nullable String nextToken(
            String operation, ListOptions options, @Nullable String token, ListObjectsV2Response answer) {
        String next = Boolean.TRUE.equals(answer.isTruncated()) ? answer.nextContinuationToken() : null;
        if (next != null && next.equals(token)) {
            throw new StoreCorruptException(
                    operation, options.prefix(), "the server's listing goes round in a circle", false, null);
        }
        return next == null || isPastEnd(options, answer) ? null : next;
    }

    private boolean isPastEnd(ListOptions options, ListObjectsV2Response answer) {
        String end = options.endBefore();
        int size = answer.contents().size();
        return end != null
                && order != null
                && size > 0
                && order.compare(answer.contents().get(size - 1).key(), end) >= 0;
    }

    private List<ObjectInfo> infos(ListObjectsV2Response answer, ListOptions options) {
        String after = options.startAfter();
        String end = options.endBefore();
        List<ObjectInfo> infos = new ArrayList<>(answer.contents().size());
        for (var object : answer.contents()) {
            boolean isIn = order == null
                    || ((after == null || order.compare(object.key(), after) > 0)
                            && (end == null || order.compare(object.key(), end) < 0));
            if (isIn) {
                infos.add(S3Facts.of(object));
            }
        }
        return infos;
    }

    /** Objects and sub-prefixes, which a server tells apart, in one order. */
    private List<ListEntry> entries(ListObjectsV2Response answer) {
        List<ListEntry> entries = new ArrayList<>();
        answer.contents().forEach(object -> entries.add(new ListEntry(object.key(), S3Facts.of(object))));
        answer.commonPrefixes().forEach(prefix -> entries.add(new ListEntry(prefix.prefix(), null)));
        if (order != null) {
            entries.sort(Comparator.comparing(ListEntry::name, order));
        }
        return entries;
    }
}
