package io.reactivestore.internal;

import io.reactivestore.Keys;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import java.util.function.Function;
import reactor.core.publisher.Flux;

/** One level of a directory, told from a flat listing in which the keys of a sub-prefix follow each other. */
public final class Directory {

    private Directory() {}

    /** The objects and sub-prefixes right under a directory, in the order of the listing. */
    public static Flux<ListEntry> list(String prefix, Function<ListOptions, Flux<ObjectInfo>> list) {
        String directory = directoryOf(prefix);
        if (Keys.utf8Length(directory) > Keys.MAX_BYTES) {
            return Flux.empty(); // no key is long enough to lie in it
        }
        return list.apply(ListOptions.prefix(directory))
                .map(info -> entry(directory, info))
                .distinctUntilChanged(ListEntry::name);
    }

    /** The prefix with the slash that makes it a directory; the empty one is the root. */
    public static String directoryOf(String prefix) {
        return prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
    }

    private static ListEntry entry(String directory, ObjectInfo info) {
        int slash = info.key().indexOf('/', directory.length());
        return slash < 0
                ? new ListEntry(info.key(), info)
                : new ListEntry(info.key().substring(0, slash + 1), null);
    }
}
