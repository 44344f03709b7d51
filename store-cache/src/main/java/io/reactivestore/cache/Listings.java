package io.reactivestore.cache;

import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.internal.PagedFlux;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Lists objects: the source does, or, if that is wanted, pages that were asked for of late, each with the next only when it is wanted. */
final class Listings {

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
            // Without an order no page tells where the next one begins, and a cache asks for one at a time.
            boolean past = source.capabilities().listOrder() == ListOrder.NONE || options.parallelism() > 1;
            if (pages == null || past) {
                return source.list(options);
            }
            Question.Page first = new Question.Page(options.prefix(), options.startAfter(), options.endBefore());
            return new PagedFlux<>(page(pages, first), 0);
        });
    }

    private Mono<PagedFlux.Page<ObjectInfo>> page(Pages known, Question.Page page) {
        return Mono.defer(() -> {
            lifecycle.requireOpen("list", page.prefix());
            Loaded.Page kept = known.get(page);
            if (kept != null) {
                stats.pageHits.increment();
                return Mono.just(withNext(known, page, kept));
            }
            stats.pageMisses.increment();
            return flights.load(page, ReadMode.CACHED_OK, null)
                    .flatMap(loaded -> loaded instanceof Loaded.Page answer
                            ? Mono.just(withNext(known, page, answer))
                            : Mono.error(errorOf(loaded)));
        });
    }

    private static Throwable errorOf(Loaded loaded) {
        return loaded instanceof Loaded.Failed failed
                ? failed.error()
                : new IllegalStateException("no page, but " + loaded);
    }

    private PagedFlux.Page<ObjectInfo> withNext(Pages known, Question.Page page, Loaded.Page answer) {
        List<ObjectInfo> objects = answer.objects();
        if (answer.isLast()) {
            return new PagedFlux.Page<>(objects, null);
        }
        String last = objects.get(objects.size() - 1).key();
        return new PagedFlux.Page<>(objects, page(known, new Question.Page(page.prefix(), last, page.endBefore())));
    }
}
