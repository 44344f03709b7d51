package io.reactivestore.examples.demo;

import io.reactivestore.Store;
import java.util.Map;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/** Lists the bucket with a consumer that asks for one key at a time: pages are fetched only as it goes on. */
final class SlowListing {

    private SlowListing() {}

    /**
     * What the listing cost.
     *
     * @param keys how many there were
     * @param callsForFirst LIST calls after the first key
     * @param callsForAll LIST calls after the last
     */
    record Result(long keys, long callsForFirst, long callsForAll) {}

    static Mono<Result> run(Store store, CallCounter calls) {
        return Mono.create(sink -> {
            calls.take();
            store.list("").subscribe(new BaseSubscriber<Object>() {
                private long keys;
                private long callsForFirst;
                private long callsSoFar;

                @Override
                protected void hookOnSubscribe(Subscription subscription) {
                    request(1);
                }

                @Override
                protected void hookOnNext(Object info) {
                    callsSoFar += lists(calls.take());
                    if (++keys == 1) {
                        callsForFirst = callsSoFar;
                    }
                    request(1);
                }

                @Override
                protected void hookOnComplete() {
                    sink.success(new Result(keys, callsForFirst, callsSoFar + lists(calls.take())));
                }

                @Override
                protected void hookOnError(Throwable error) {
                    sink.error(error);
                }
            });
        });
    }

    private static long lists(Map<String, Long> calls) {
        return calls.getOrDefault("ListObjectsV2", 0L);
    }
}
