package io.reactivestore.cache;

import io.reactivestore.Keys;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.internal.Directory;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.internal.PagedFlux;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Lists objects and directories: the source does, or, if that is wanted, pages that were asked for of late, each with the next only when
 * it is wanted.
 */
final class Listings {

    /** A page without entries behind the begin of a directory: asked for when more than that is wanted. */
    private static final Mono<PagedFlux.Page<ListEntry>> MORE = Mono.just(new PagedFlux.Page<>(List.of(), null));

    private final Store source;
    private final @Nullable Pages pages;
    private final Flights flights;
    private final StatsRecorder stats;
    private final Lifecycle lifecycle;

    /** @param pages null if the source lists */
    Listings(Store source, @Nullable Pages pages, Flights flights, StatsRecorder stats, Lifecycle lifecycle) {
        this.source = source;
        this.pages = pages;
        this.flights = flights;
        this.stats = stats;
        this.lifecycle = lifecycle;
    }

    Flux<ObjectInfo> list(ListOptions options) {
        return lifecycle.whenOpenMany("list", options.prefix(), () -> {
            // A cache asks for one page at a time.
            if (pages == null || isUnordered() || options.parallelism() > 1) {
                return source.list(options);
            }
            Question.Page first = new Question.Page(options.prefix(), options.startAfter(), options.endBefore());
            return new PagedFlux<>(page(pages, first), 0);
        });
    }

    Flux<ListEntry> listDirectory(String prefix) {
        return lifecycle.whenOpenMany("listDirectory", prefix, () -> {
            String directory = Directory.directoryOf(prefix);
            return pages == null || isUnordered() || Keys.utf8Length(directory) > Keys.MAX_BYTES
                    ? source.listDirectory(prefix)
                    : entries(pages, new Question.Directory(directory));
        });
    }

    /** Then no page tells where the next one begins. */
    private boolean isUnordered() {
        return source.capabilities().listOrder() == ListOrder.NONE;
    }

    private Mono<PagedFlux.Page<ObjectInfo>> page(Pages known, Question.Page page) {
        return answer(known, page, Loaded.Page.class).map(answer -> withNext(known, page, answer));
    }

    private PagedFlux.Page<ObjectInfo> withNext(Pages known, Question.Page page, Loaded.Page answer) {
        List<ObjectInfo> objects = answer.objects();
        if (answer.isLast()) {
            return new PagedFlux.Page<>(objects, null);
        }
        String last = objects.get(objects.size() - 1).key();
        return new PagedFlux.Page<>(objects, page(known, new Question.Page(page.prefix(), last, page.endBefore())));
    }

    /** The begin of a directory as it is kept; the source gives what comes after that, since it cannot be asked for from there on. */
    private Flux<ListEntry> entries(Pages known, Question.Directory directory) {
        return Flux.defer(() -> {
            AtomicReference<Loaded.@Nullable Directory> begin = new AtomicReference<>();
            Mono<PagedFlux.Page<ListEntry>> page = answer(known, directory, Loaded.Directory.class)
                    .doOnNext(begin::set)
                    .map(answer -> new PagedFlux.Page<>(answer.entries(), answer.isAll() ? null : MORE));
            return new PagedFlux<>(page, 0).concatWith(Flux.defer(() -> rest(directory, begin.get())));
        });
    }

    private Flux<ListEntry> rest(Question.Directory directory, Loaded.@Nullable Directory begin) {
        if (begin == null || begin.isAll()) {
            return Flux.empty();
        }
        Comparator<String> order = PageLoader.orderOf(source);
        String last = begin.entries().get(begin.entries().size() - 1).name();
        return source.listDirectory(directory.prefix()).skipWhile(entry -> order.compare(entry.name(), last) <= 0);
    }

    private <A extends Loaded.Listing> Mono<A> answer(Pages known, Question.Listing asked, Class<A> kind) {
        return Mono.defer(() -> {
            lifecycle.requireOpen(asked.operation(), asked.prefix());
            Loaded.Listing kept = known.get(asked);
            if (kept != null) {
                stats.pageHits.increment();
                return Mono.just(kind.cast(kept));
            }
            stats.pageMisses.increment();
            return flights.load(asked, ReadMode.CACHED_OK, null)
                    .flatMap(loaded ->
                            kind.isInstance(loaded) ? Mono.just(kind.cast(loaded)) : Mono.error(errorOf(loaded)));
        });
    }

    private static Throwable errorOf(Loaded loaded) {
        return loaded instanceof Loaded.Failed failed
                ? failed.error()
                : new IllegalStateException("no page, but " + loaded);
    }
}
