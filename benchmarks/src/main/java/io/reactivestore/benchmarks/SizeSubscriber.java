package io.reactivestore.benchmarks;

import io.reactivestore.StoredObject;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/** The least that a caller can do with an answer; the same for all contenders, and small enough to be optimized away. */
final class SizeSubscriber implements CoreSubscriber<StoredObject> {

    long size;

    @Override
    public void onSubscribe(Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(StoredObject object) {
        size = object.info().size();
    }

    @Override
    public void onError(Throwable error) {
        throw new IllegalStateException(error);
    }

    @Override
    public void onComplete() {}
}
