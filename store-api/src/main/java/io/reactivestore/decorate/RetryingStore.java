package io.reactivestore.decorate;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.WriteOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A store that tries an operation again which failed with a {@linkplain io.reactivestore.error.StoreException#retryable() retryable}
 * error, after a pause that doubles each time, with jitter. The last error is the one that is told.
 *
 * <p>Nothing is told twice or left out: a listing goes on after the last key it has given; what else has given something already, such as
 * a body, fails. (The stores of this project resume a broken body themselves.)
 *
 * <p>Writes are tried again as far as that does no harm. Content that can be read once is not. A condition would be judged by what the
 * first attempt may have written, so that a conditional write is tried again only if it was refused for sure, by a limit or because the
 * service asks for fewer requests. An attempt that may have been applied, though no answer came, is reported to {@link
 * io.reactivestore.Attempts}. The number of a {@code deletePrefix} that was tried again is that of its last attempt.
 *
 * <p>Belongs below a cache, so that readers who share a load share its attempts, and around whatever limits the inner store, so that an
 * attempt holds a permit and a pause does not.
 */
public final class RetryingStore extends ForwardingStore {

    /** Keys of a bulk delete that are tried again at once. */
    private static final int DELETE_CONCURRENCY = 16;

    private final Retries retries;

    RetryingStore(Store inner, Retries retries) {
        super(inner);
        this.retries = retries;
    }

    /**
     * Settings of a retrying store.
     *
     * @param inner does the work; not closed by this store
     */
    public static RetryingStoreBuilder builder(Store inner) {
        return new RetryingStoreBuilder(inner);
    }

    /** How many attempts were made again by now. */
    public long retryCount() {
        return retries.count();
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        return retries.untilFirst(super.getRanges(key, ranges, options));
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        Mono<ObjectInfo> put = super.put(key, content, options);
        return content.replayable() ? retries.ofWrite(put, options.isConditional()) : put;
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        return retries.ofWrite(super.delete(key, options), options.ifMatch() != null);
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        return super.deleteAll(keys).flatMapSequentialDelayError(this::again, DELETE_CONCURRENCY, 1);
    }

    private Mono<DeleteResult> again(DeleteResult result) {
        Throwable error = result.error();
        if (error == null || !Retries.isTransient(error)) {
            return Mono.just(result);
        }
        return retries.afterFirst(error, delete(result.key(), DeleteOptions.defaults()))
                .thenReturn(new DeleteResult(result.key(), null))
                .onErrorResume(last -> Mono.just(new DeleteResult(result.key(), last)));
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        return retries.ofWrite(super.deletePrefix(prefix), false);
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        Flux<ObjectInfo> whole = super.list(options);
        return Flux.defer(() -> {
            String[] last = {null};
            Flux<ObjectInfo> rest =
                    Flux.defer(() -> last[0] == null ? whole : super.list(options.withStartAfter(last[0])));
            return retries.goingOn(
                    rest.doOnNext(info -> last[0] = info.key()),
                    () -> last[0] == null || capabilities().listOrder() != ListOrder.NONE);
        });
    }

    @Override
    public Flux<ListEntry> listDirectory(String prefix) {
        return retries.untilFirst(super.listDirectory(prefix));
    }

    @Override
    public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        return retries.ofWrite(super.copy(from, to, options), options.isConditional());
    }

    @Override
    public String toString() {
        return "RetryingStore[" + retries + ", " + inner() + "]";
    }

    @Override
    protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
        return operation.equals("get") || operation.equals("head") ? retries.ofRead(work) : work;
    }

    /** A body; the other operations with many answers are above. */
    @Override
    protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
        return operation.equals("get") ? retries.untilFirst(work) : work;
    }
}
