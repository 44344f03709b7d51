package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.cache.Fence.Pass;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Asks the source for the facts of objects, and remembers its answers. */
final class HeadLoader {

    private static final ReadOptions PLAIN = ReadOptions.defaults().withMode(ReadMode.SOURCE_ONLY);

    private final Store source;
    private final Memory memory;
    private final Fence fence;
    private final Freshness freshness;
    private final Removals removals;

    HeadLoader(Store source, Memory memory, Fence fence, Freshness freshness, Removals removals) {
        this.source = source;
        this.memory = memory;
        this.fence = fence;
        this.freshness = freshness;
        this.removals = removals;
    }

    Load begin(String key, ReadMode mode) {
        return new HeadLoad(key, mode, fence.pass(key));
    }

    private final class HeadLoad implements Load {

        private final String key;
        private final ReadMode mode;
        private final Pass pass;

        HeadLoad(String key, ReadMode mode, Pass pass) {
            this.key = key;
            this.mode = mode;
            this.pass = pass;
        }

        @Override
        public boolean isCurrent() {
            return fence.isCurrent(key, pass);
        }

        @Override
        public Mono<Loaded> ask() {
            Loaded known = mode == ReadMode.CACHED_OK ? known() : null;
            return known != null ? Mono.just(known) : askSource();
        }

        /** Memory once more: a load that has just ended has told it. */
        private @Nullable Loaded known() {
            ObjectInfo info = memory.head(key);
            if (info != null) {
                return new Loaded.Facts(info);
            }
            return memory.isAbsent(key) ? new Loaded.Absent() : null;
        }

        private Mono<Loaded> askSource() {
            long askedAt = freshness.nanoTime();
            long epoch = freshness.epoch();
            return source.head(key, PLAIN)
                    .<Loaded>map(info -> {
                        keep(info.etag(), () -> memory.putHead(key, info, askedAt, epoch));
                        return new Loaded.Facts(info);
                    })
                    .switchIfEmpty(Mono.fromSupplier(() -> {
                        keep(null, () -> memory.putAbsent(key, askedAt, epoch));
                        return new Loaded.Absent();
                    }));
        }

        /** Not if a copy was dropped: that has outdated what was asked before. */
        private void keep(@Nullable String etag, Runnable install) {
            removals.dropIfKept(key, pass, etag, null);
            fence.ifAdmitted(key, pass, install);
        }
    }
}
