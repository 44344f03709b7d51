package io.reactivestore.cache;

import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities.ListOrder;
import java.util.Comparator;
import java.util.List;
import reactor.core.publisher.Mono;

/** Asks the source for pages of listings and begins of directories, and keeps them. */
final class PageLoader {

    private final Store source;
    private final Pages pages;
    private final int pageKeys;

    /** @param pageKeys how many objects a page has, unless it is the last one, and how many entries of a directory are kept */
    PageLoader(Store source, Pages pages, int pageKeys) {
        this.source = source;
        this.pages = pages;
        this.pageKeys = pageKeys;
    }

    Load begin(Question.Listing page) {
        return new PageLoad(page, pages.begin(page, orderOf(source)));
    }

    /** In which a source lists that has an order. */
    static Comparator<String> orderOf(Store source) {
        return source.capabilities().listOrder() == ListOrder.UTF16 ? Comparator.naturalOrder() : Keys.UTF8_ORDER;
    }

    private final class PageLoad implements Load {

        private final Question.Listing page;
        private final Pages.Ask ask;

        PageLoad(Question.Listing page, Pages.Ask ask) {
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
            Loaded.Listing known = pages.get(page);
            return known != null
                    ? Mono.just(known)
                    : askSource().doOnNext(answer -> pages.keep(ask, answer)).cast(Loaded.class);
        }

        private Mono<? extends Loaded.Listing> askSource() {
            if (page instanceof Question.Directory directory) {
                return source.listDirectory(directory.prefix())
                        .take(pageKeys)
                        .collectList()
                        .map(entries -> new Loaded.Directory(List.copyOf(entries), entries.size() < pageKeys));
            }
            return askSource((Question.Page) page);
        }

        private Mono<Loaded.Page> askSource(Question.Page page) {
            ListOptions options = ListOptions.prefix(page.prefix())
                    .withStartAfter(page.startAfter())
                    .withEndBefore(page.endBefore());
            return source.list(options)
                    .take(pageKeys)
                    .collectList()
                    .map(objects -> new Loaded.Page(List.copyOf(objects), objects.size() < pageKeys));
        }

        @Override
        public void over() {
            pages.end(ask);
        }
    }
}
