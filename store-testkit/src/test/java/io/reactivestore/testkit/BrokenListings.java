package io.reactivestore.testkit;

import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/** Stores that list wrongly. */
final class BrokenListings {

    private BrokenListings() {}

    static Stream<Breakage> all() {
        return Stream.concat(objects(), directories());
    }

    private static Stream<Breakage> objects() {
        Comparator<ObjectInfo> utf16 = Comparator.comparing(ObjectInfo::key);
        return Stream.of(
                list(
                        "lists in reverse",
                        ListContract.class,
                        (inner, options) -> inner.list(options).sort(utf16.reversed())),
                list(
                        "lists in another order than it says",
                        ListContract.class,
                        (inner, options) -> inner.list(options).sort(utf16)),
                list(
                        "lists a key twice",
                        ListContract.class,
                        (inner, options) -> inner.list(options)
                                .concatMap(info -> info.key().endsWith("7") ? Flux.just(info, info) : Flux.just(info))),
                list(
                        "forgets what comes after a page",
                        ListContract.class,
                        (inner, options) -> inner.list(options).take(20)),
                list(
                        "takes a prefix for a directory",
                        ListContract.class,
                        (inner, options) -> inner.list(
                                options.prefix().isEmpty() || options.prefix().endsWith("/")
                                        ? options
                                        : options.withPrefix(options.prefix() + "/"))),
                list(
                        "fails to list nothing",
                        ListContract.class,
                        (inner, options) ->
                                inner.list(options).switchIfEmpty(Flux.error(new IllegalStateException("nothing")))),
                list(
                        "hangs when there is nothing to list",
                        ListContract.class,
                        (inner, options) -> inner.list(options).switchIfEmpty(Flux.never())),
                list(
                        "lists attributes",
                        ListContract.class,
                        (inner, options) -> inner.list(options).concatMap(info -> inner.head(info.key()))),
                list("lists beyond demand", ListContract.class, (inner, options) -> new Flux<>() {
                    @Override
                    public void subscribe(CoreSubscriber<? super ObjectInfo> actual) {
                        actual.onSubscribe(Operators.emptySubscription());
                        inner.list(options).subscribe(actual::onNext, actual::onError, actual::onComplete);
                    }
                }),
                list(
                        "remembers its first listing",
                        LazinessContract.class,
                        (inner, options) -> inner.list(options).cache()),
                list(
                        "ignores startAfter",
                        ListBoundsContract.class,
                        (inner, options) -> inner.list(options.withStartAfter(null))),
                list(
                        "ignores endBefore",
                        ListBoundsContract.class,
                        (inner, options) -> inner.list(options.withEndBefore(null))),
                list(
                        "starts at startAfter",
                        ListBoundsContract.class,
                        (inner, options) -> inner.list(options.withStartAfter(null))
                                .filter(info -> options.startAfter() == null
                                        || info.key().compareTo(Objects.requireNonNull(options.startAfter())) >= 0)));
    }

    private static Stream<Breakage> directories() {
        return Stream.of(
                directory(
                        "lists all levels",
                        (inner, prefix) -> inner.list(prefix).map(info -> new ListEntry(info.key(), info))),
                directory(
                        "lists no sub-prefixes",
                        (inner, prefix) -> inner.listDirectory(prefix).filter(entry -> !entry.isPrefix())),
                directory(
                        "lists a sub-prefix for each object",
                        (inner, prefix) -> inner.listDirectory(prefix)
                                .concatMap(entry -> entry.isPrefix() ? Flux.just(entry, entry) : Flux.just(entry))),
                directory(
                        "takes a directory for a prefix",
                        (inner, prefix) -> inner.listDirectory(prefix.equals("fo") ? "foo" : prefix)));
    }

    private static Breakage list(String name, Class<? extends StoreContract> suite, Listing listing) {
        return new Breakage(name, suite, inner -> new ForwardingStore(inner) {
            @Override
            public Flux<ObjectInfo> list(ListOptions options) {
                return listing.list(inner, options);
            }
        });
    }

    private static Breakage directory(String name, DirectoryListing listing) {
        return new Breakage(name, DirectoryContract.class, inner -> new ForwardingStore(inner) {
            @Override
            public Flux<ListEntry> listDirectory(String prefix) {
                return listing.list(inner, prefix);
            }
        });
    }

    private interface Listing {
        Flux<ObjectInfo> list(Store inner, ListOptions options);
    }

    private interface DirectoryListing {
        Flux<ListEntry> list(Store inner, String prefix);
    }
}
