package io.reactivestore.cache;

import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities.ListOrder;
import java.util.Comparator;
import java.util.List;
import reactor.core.publisher.Mono;

/** Asks the source for pages of listings, and keeps them. */
final class PageLoader {

    private final Store source;
    private final Pages pages;
    private final int pageKeys;

    /** @param pageKeys how many objects a page has, unless it is the last one */
    PageLoader(Store source, Pages pages, int pageKeys) {
        this.source = source;
        this.pages = pages;
        this.pageKeys = pageKeys;
    }

    Load begin(Question.Page page) {
        boolean utf16 = source.capabilities().listOrder() == ListOrder.UTF16;
        return new PageLoad(page, pages.begin(page, utf16 ? Comparator.naturalOrder() : Keys.UTF8_ORDER));
    }

    private final class PageLoad implements Load {

        private final Question.Page page;
        private final Pages.Ask ask;

        PageLoad(Question.Page page, Pages.Ask ask) {
            this.page = page;
            this.ask = ask;
        }

        @Override
        public boolean isCurrent() {
            return ask.isCurrent();
        }

        @Override
        public Mono<Loaded> ask() {
            // Once more: a load that has just ended has kept it.
            Loaded.Page known = pages.get(page);
            return known != null ? Mono.just(known) : askSource();
        }

        private Mono<Loaded> askSource() {
            ListOptions options = ListOptions.prefix(page.prefix())
                    .withStartAfter(page.startAfter())
                    .withEndBefore(page.endBefore());
            return source.list(options).take(pageKeys).collectList().map(objects -> {
                Loaded.Page answer = new Loaded.Page(List.copyOf(objects), objects.size() < pageKeys);
                pages.keep(ask, answer);
                return answer;
            });
        }

        @Override
        public void over() {
            pages.end(ask);
        }
    }
}
