package io.reactivestore.s3;

import io.reactivestore.Keys;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreUnsupportedException;
import io.reactivestore.internal.Directory;
import io.reactivestore.internal.PagedFlux;
import io.reactivestore.internal.PagedFlux.Page;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Lists page by page, each asked for when it is wanted, or several at a time. */
final class S3Listing {

    private static final String DELIMITER = "/";

    private final S3Calls calls;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Settings settings;
    private final @Nullable Comparator<String> order;
    private final LearntCuts learnt = new LearntCuts();

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
        return options.parallelism() > 1 && settings.dialect().listOrder() == ListOrder.UTF8
                ? new ParallelListing(
                        (after, token) -> orderedPage(operation, options, after, token),
                        options,
                        settings.readAheadPages(),
                        learnt,
                        calls::throttles)
                : pages(operation, options, null, page -> infos(page, options));
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
            String operation, ListOptions options, @Nullable String delimiter, Function<ListPage, List<T>> items) {
        return new PagedFlux<>(page(operation, options, delimiter, null, items), settings.readAheadPages());
    }

    private Mono<ListPage> orderedPage(
            String operation, ListOptions options, @Nullable String after, @Nullable String token) {
        return page(operation, options.withStartAfter(after), null, token).doOnNext(page -> {
            nextToken(operation, options, token, page);
            boolean isBehind = page.size() > 0 && after != null && Keys.UTF8_ORDER.compare(page.key(0), after) <= 0;
            if (isBehind || !page.isAscending()) {
                throw new StoreCorruptException(
                        operation,
                        options.prefix(),
                        "the server does not list in the order of UTF-8, see S3Dialect.withListOrder",
                        false,
                        null);
            }
        });
    }

    private Mono<ListPage> page(
            String operation, ListOptions options, @Nullable String delimiter, @Nullable String token) {
        return calls.read(
                        Hedging.Kind.LIST,
                        settings.requestTimeout(),
                        client -> ListAnswer.ask(client, requests.list(options, delimiter, token)))
                .onErrorMap(e -> failure(operation, options.prefix(), e));
    }

    private <T> Mono<Page<T>> page(
            String operation,
            ListOptions options,
            @Nullable String delimiter,
            @Nullable String token,
            Function<ListPage, List<T>> items) {
        return page(operation, options, delimiter, token).map(answer -> {
            String next = nextToken(operation, options, token, answer);
            Mono<Page<T>> more = next == null ? null : page(operation, options, delimiter, next, items);
            return new Page<>(items.apply(answer), more);
        });
    }

    private StoreException failure(String operation, String prefix, Throwable error) {
        return error instanceof MalformedPageException
                ? new StoreCorruptException(operation, prefix, String.valueOf(error.getMessage()), true, error)
                : errors.of(operation, prefix, error);
    }

    private @Nullable String nextToken(String operation, ListOptions options, @Nullable String token, ListPage answer) {
        String next = answer.next();
        if (next != null && next.equals(token)) {
            throw new StoreCorruptException(
                    operation, options.prefix(), "the server's listing goes round in a circle", false, null);
        }
        return next == null || isPastEnd(options, answer) ? null : next;
    }

    private boolean isPastEnd(ListOptions options, ListPage answer) {
        String end = options.endBefore();
        return end != null
                && order != null
                && answer.size() > 0
                && order.compare(answer.key(answer.size() - 1), end) >= 0;
    }

    private List<ObjectInfo> infos(ListPage answer, ListOptions options) {
        String after = options.startAfter();
        String end = options.endBefore();
        List<ObjectInfo> infos = answer.infos(0, answer.size());
        return order == null || (after == null && end == null)
                ? infos
                : infos.stream()
                        .filter(info -> (after == null || order.compare(info.key(), after) > 0)
                                && (end == null || order.compare(info.key(), end) < 0))
                        .toList();
    }

    /** Objects and sub-prefixes, which a server tells apart, in one order. */
    private List<ListEntry> entries(ListPage answer) {
        List<ListEntry> entries = new ArrayList<>();
        answer.infos(0, answer.size()).forEach(info -> entries.add(new ListEntry(info.key(), info)));
        answer.prefixes().forEach(prefix -> entries.add(new ListEntry(prefix, null)));
        if (order != null) {
            entries.sort(Comparator.comparing(ListEntry::name, order));
        }
        return entries;
    }
}
