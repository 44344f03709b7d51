package io.reactivestore.cache.simulation;

import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.WriteOptions;
import io.reactivestore.decorate.ForwardingStore;
import java.util.HashMap;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What lies in a tier's store, and how much of it the books of the present cache must have: all that it has put there itself, and all
 * that was there when it looked, once its opening is done. What a dead process had sent, and comes later, nobody can know before it is
 * found.
 */
final class TierContents {

    private final Store store;
    private final Map<String, Lying> lying = new HashMap<>();
    private Map<String, Lying> looked = Map.of();
    private int life;
    private long mustCount;
    private long lateBytes;
    private boolean touched;

    /** @param store applies a mutation in the step in which it answers */
    TierContents(Store store) {
        this.store = store;
    }

    /** The store as the next cache uses it, which all others before no longer do. */
    Store forNextLife() {
        life++;
        lying.values().forEach(each -> each.counts = false);
        looked = Map.of();
        mustCount = 0;
        lateBytes = 0;
        touched = false;
        return new Watched(life);
    }

    /** The present cache has taken into its books what it found. */
    void opened() {
        looked.forEach((key, found) -> {
            if (lying.get(key) == found) {
                count(found);
            }
        });
        looked = Map.of();
    }

    /** Bytes that must be in the books. */
    long mustCount() {
        return mustCount;
    }

    /** Bytes that have come from dead processes since the present cache was built: found, they may take the books over the limit. */
    long lateBytes() {
        return lateBytes;
    }

    /** Whether a request of a dead process has changed anything since the present cache was built. */
    boolean isTouched() {
        return touched;
    }

    /** All bytes there are. */
    long bytes() {
        return lying.values().stream().mapToLong(each -> each.bytes).sum();
    }

    private void put(int by, String key, long bytes) {
        remove(by, key);
        if (!isMark(key)) {
            Lying now = new Lying(bytes);
            lying.put(key, now);
            if (by == life) {
                count(now);
            } else {
                lateBytes += bytes;
            }
        }
    }

    private void remove(int by, String key) {
        touched |= by != life;
        Lying before = lying.remove(key);
        mustCount -= before != null && before.counts ? before.bytes : 0;
    }

    private void count(Lying found) {
        mustCount += found.counts ? 0 : found.bytes;
        found.counts = true;
    }

    private static boolean isMark(String key) {
        return key.startsWith(".reactivestore/");
    }

    private static final class Lying {
        final long bytes;
        boolean counts;

        Lying(long bytes) {
            this.bytes = bytes;
        }
    }

    private final class Watched extends ForwardingStore {

        private final int by;

        Watched(int by) {
            super(store);
            this.by = by;
        }

        @Override
        public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
            return super.put(key, content, options).doOnNext(info -> TierContents.this.put(by, key, info.size()));
        }

        @Override
        public Mono<Void> delete(String key, DeleteOptions options) {
            return super.delete(key, options).then(Mono.fromRunnable(() -> remove(by, key)));
        }

        @Override
        public Flux<ObjectInfo> list(ListOptions options) {
            return super.list(options).doOnSubscribe(asked -> {
                if (by == life) {
                    looked = Map.copyOf(lying);
                }
            });
        }

        /** Short, since the books are read from the cache's own line after every step. */
        @Override
        public String toString() {
            return "tier";
        }
    }
}
