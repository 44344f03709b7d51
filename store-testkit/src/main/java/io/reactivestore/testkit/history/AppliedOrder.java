package io.reactivestore.testkit.history;

import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.WriteOptions;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.internal.BulkDelete;
import io.reactivestore.internal.Contents;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Records the order in which the source applies mutations, for {@link History}. */
public final class AppliedOrder {

    private final History history;

    AppliedOrder(History history) {
        this.history = history;
    }

    /**
     * The source, recorded.
     *
     * @param source a store that applies a mutation in the same step in which it answers, such as {@link
     *     io.reactivestore.memory.MemoryStore}; all contents are of {@link Values}
     * @param runtime what contents are read with
     */
    public Store around(Store source, StoreRuntime runtime) {
        return new Source(
                Objects.requireNonNull(source, "source"), Objects.requireNonNull(runtime, "runtime"), history);
    }

    private static final class Source extends ForwardingStore {

        private final StoreRuntime runtime;
        private final History history;

        Source(Store source, StoreRuntime runtime, History history) {
            super(source);
            this.runtime = runtime;
            this.history = history;
        }

        @Override
        public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
            return Contents.collect("put", key, content, runtime).flatMap(bytes -> put(key, bytes, options));
        }

        private Mono<ObjectInfo> put(String key, ByteBuffer bytes, WriteOptions options) {
            return super.put(key, Content.buffer(bytes), options)
                    .doOnNext(info -> history.appliedPut(key, Values.observe(bytes), info.etag()));
        }

        @Override
        public Mono<Void> delete(String key, DeleteOptions options) {
            return super.delete(key, options)
                    .then(Mono.fromRunnable(
                            () -> history.applied(key, Mutation.Kind.REMOVAL, KeyHistory.ABSENT, null)));
        }

        @Override
        public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
            return BulkDelete.each(keys, 1, key -> delete(key, DeleteOptions.defaults()));
        }

        @Override
        public Mono<Long> deletePrefix(String prefix) {
            return super.deletePrefix(prefix).doOnNext(deleted -> history.appliedPrefix(prefix));
        }

        @Override
        public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
            return super.copy(from, to, options).doOnNext(info -> history.appliedCopy(from, to, info.etag()));
        }
    }
}
