package io.reactivestore.build;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.concurrent.Queues;

class NonBlockingRulesTest {

    private static final RulesFor FINE = RulesFor.classes(Fine.class);

    @Test
    void whatBlocks_isFound() {
        RulesFor.eachMethodBreaks(Blocking.class, NonBlockingRules::mainCode_neverBlocks);
        FINE.mainCode_neverBlocks();
    }

    @Test
    void subscriberWithoutErrorConsumer_isFound() {
        RulesFor.eachMethodBreaks(Deaf.class, NonBlockingRules::everySubscriber_takesErrors);
        FINE.everySubscriber_takesErrors();
    }

    @Test
    void flatMapWithoutConcurrency_isFound() {
        RulesFor.eachMethodBreaks(Wide.class, NonBlockingRules::everyFlatMap_saysItsConcurrency);
        FINE.everyFlatMap_saysItsConcurrency();
    }

    @Test
    void queueWithoutSize_isFound() {
        RulesFor.eachMethodBreaks(Endless.class, NonBlockingRules::everyQueue_isBounded);
        FINE.everyQueue_isBounded();
    }

    static class Blocking {
        Object monoBlock(Mono<String> mono) {
            return mono.block();
        }

        Object monoBlockLater(Mono<String> mono) {
            return Flux.just(1).map(ignored -> mono.block(Duration.ZERO));
        }

        Function<Mono<String>, String> reference() {
            return Mono::block;
        }

        Object fluxBlock(Flux<String> flux) {
            return flux.blockLast();
        }

        Object fluxIterates(Flux<String> flux) {
            return flux.toIterable();
        }

        void sleeps() throws InterruptedException {
            Thread.sleep(1);
        }

        void awaits(CountDownLatch latch) throws InterruptedException {
            latch.await();
        }

        boolean awaitsShortly(CountDownLatch latch) throws InterruptedException {
            return latch.await(1, TimeUnit.SECONDS);
        }

        Object joins(CompletableFuture<String> future) {
            return future.join();
        }

        Object gets(CompletableFuture<String> future) throws Exception {
            return future.get();
        }

        void acquires(Semaphore permits) throws InterruptedException {
            permits.acquire();
        }

        Object takes(BlockingQueue<String> queue) throws InterruptedException {
            return queue.take();
        }

        boolean waitsForEnd(ExecutorService executor) throws InterruptedException {
            return executor.awaitTermination(1, TimeUnit.SECONDS);
        }
    }

    static class Deaf {
        Disposable mono(Mono<String> mono) {
            return mono.subscribe();
        }

        Disposable flux(Flux<String> flux) {
            return flux.subscribe();
        }

        Disposable onNext(Flux<String> flux) {
            return flux.subscribe(next -> {});
        }
    }

    static class Wide {
        Flux<String> flatMaps(Flux<String> flux) {
            return flux.flatMap(Flux::just);
        }

        Flux<String> flatMapsInOrder(Flux<String> flux) {
            return flux.flatMapSequential(Flux::just);
        }

        Flux<String> merges(Flux<Publisher<String>> flux) {
            return Flux.merge(flux);
        }
    }

    static class Endless {
        Object queue() {
            return new LinkedBlockingQueue<String>();
        }

        Object pool() {
            return Executors.newFixedThreadPool(1);
        }

        Object reactorQueue() {
            return Queues.unbounded();
        }

        Object buffers(Flux<String> flux) {
            return flux.onBackpressureBuffer();
        }

        Object creates() {
            return Flux.create(sink -> {});
        }

        Object unicast() {
            return Sinks.many().unicast().onBackpressureBuffer();
        }

        Object replays() {
            return Sinks.many().replay().all();
        }
    }

    static class Fine {
        Object calls(Flux<String> flux, Mono<String> mono) {
            return mono.flatMap(Mono::just)
                    .thenMany(flux.flatMap(Flux::just, 4))
                    .mergeWith(flux.flatMapSequential(Flux::just, 4, 1))
                    .onBackpressureBuffer(8)
                    .concatMap(Flux::just)
                    .subscribe(next -> {}, error -> {});
        }

        Object queues() {
            return new Object[] {
                new LinkedBlockingQueue<String>(4),
                Flux.create(sink -> {}, FluxSink.OverflowStrategy.ERROR),
                Sinks.many()
                        .unicast()
                        .onBackpressureBuffer(Queues.<String>get(4).get()),
                Sinks.many().replay().limit(1)
            };
        }

        Object polls(CompletableFuture<String> future, BlockingQueue<String> queue, Semaphore permits) {
            return permits.tryAcquire() && queue.offer("a") ? queue.poll() : future.getNow("b");
        }
    }
}
