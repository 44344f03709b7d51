package io.reactivestore.payload;

import io.reactivestore.ObjectInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** How many bytes the halves of all payloads take: one walk, then kept up to date. */
final class Sizes {
    /*
     * How it works.
     *
     *   unknown --walk begins--> walking --walk ends, nothing went wrong meanwhile--> known
     *                            walking --fails, or a write whose outcome nobody knows--> unknown
     *   known --a write whose outcome nobody knows--> unknown
     *
     * What is written while a walk is under way wins over what the walk saw of it.
     *
     *   state                 written by              guard         seen by others
     *   sizes, total, known   walk, written, forget   this object   at once
     *   touched               written during a walk   this object   at once; null if no walk is under way
     */

    private final Map<String, Long> sizes = new HashMap<>();
    private long total;
    private boolean known;
    private @Nullable Set<String> touched;

    /** The total, from a walk if it is not known. */
    Mono<Long> total(Supplier<Flux<ObjectInfo>> walk) {
        return Mono.defer(() -> {
            Long now = known();
            return now != null ? Mono.just(now) : walk(walk);
        });
    }

    private Mono<Long> walk(Supplier<Flux<ObjectInfo>> walk) {
        return Mono.defer(() -> {
            Map<String, Long> seen = new HashMap<>();
            Set<String> mine = begin();
            return walk.get()
                    .doOnNext(info -> seen.put(info.key(), info.size()))
                    .then(Mono.fromSupplier(() -> end(mine, seen)));
        });
    }

    private synchronized @Nullable Long known() {
        return known ? total : null;
    }

    private synchronized Set<String> begin() {
        Set<String> mine = new HashSet<>();
        touched = mine;
        return mine;
    }

    private synchronized long end(Set<String> mine, Map<String, Long> seen) {
        if (touched != mine) {
            // Another walk began, or something is not known: this one's sum is the best there is.
            return seen.values().stream().mapToLong(Long::longValue).sum();
        }
        seen.keySet().removeAll(mine);
        sizes.keySet().retainAll(mine);
        sizes.putAll(seen);
        total = sizes.values().stream().mapToLong(Long::longValue).sum();
        touched = null;
        known = true;
        return total;
    }

    /** A half was written, or is gone (null). */
    synchronized void written(String name, @Nullable Long size) {
        Long before = size == null ? sizes.remove(name) : sizes.put(name, size);
        total += (size == null ? 0 : size) - (before == null ? 0 : before);
        if (touched != null) {
            touched.add(name);
        }
    }

    /** Nobody knows what became of a write. */
    synchronized void forget() {
        known = false;
        touched = null;
    }
}
