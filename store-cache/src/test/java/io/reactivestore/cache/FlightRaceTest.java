package io.reactivestore.cache;

import io.reactivestore.cache.Loaded.Absent;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** Readers come and go as their load ends: who is let in and stays is told, once, and the load is cancelled when all have left. */
@Param(name = "waiter", gen = IntGen.class, conf = "0:2")
@Tag("lincheck")
public class FlightRaceTest {

    private static final int SCENARIOS = Boolean.getBoolean("reactivestore.slow") ? 300 : 20;

    private final Waiter[] waiters = {new Waiter(), new Waiter(), new Waiter()};
    private final Asked asked = new Asked();
    private final Flight flight = new Flight(new Question.Head("k"), asked, Schedulers.immediate(), false);
    private volatile boolean ended;

    public FlightRaceTest() {
        add(waiters[0]);
        flight.start(null, () -> {});
    }

    @Operation(runOnce = true)
    public boolean addOne() {
        return add(waiters[1]);
    }

    @Operation(runOnce = true)
    public boolean addAnother() {
        return add(waiters[2]);
    }

    private boolean add(Waiter waiter) {
        return waiter.isIn = flight.add(waiter);
    }

    @Operation
    public void leave(@Param(name = "waiter") int number) {
        if (waiters[number].isIn) {
            waiters[number].left = true;
            flight.leave(waiters[number]);
        }
    }

    @Operation(runOnce = true)
    public void end() {
        ended = true;
        asked.answer();
    }

    @Validate
    public void everybodyWasTold() {
        boolean someoneStays = false;
        for (Waiter waiter : waiters) {
            int told = waiter.told.get();
            someoneStays |= waiter.isIn && !waiter.left;
            boolean isRight = told == 0 || (told == 1 && waiter.isIn);
            boolean isMissed = told == 0 && ended && waiter.isIn && !waiter.left;
            if (!isRight || isMissed) {
                throw new AssertionError("told " + told + " times");
            }
        }
        if (!ended && asked.cancelled == someoneStays) {
            throw new AssertionError("a load that somebody " + (someoneStays ? "waits for" : "has left"));
        }
    }

    @Test
    void readersWhoComeAndGo_areToldOnce() {
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(0)
                .actorsAfter(1)
                .iterations(SCENARIOS)
                .invocationsPerIteration(60)
                .check(FlightRaceTest.class);
    }

    /** A load that is answered when the test says so. */
    private static final class Asked extends Mono<Loaded> implements Load, Subscription {

        private volatile @Nullable CoreSubscriber<? super Loaded> reader;
        volatile boolean cancelled;

        @Override
        public Mono<Loaded> ask() {
            return this;
        }

        @Override
        public boolean isCurrent() {
            return true;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Loaded> reader) {
            this.reader = reader;
            reader.onSubscribe(this);
        }

        void answer() {
            CoreSubscriber<? super Loaded> told = reader;
            if (told != null && !cancelled) {
                told.onNext(new Absent());
                told.onComplete();
            }
        }

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private static final class Waiter implements MonoSink<Loaded> {

        final AtomicInteger told = new AtomicInteger();
        volatile boolean isIn;
        volatile boolean left;

        /** Object's own is another one as soon as Lincheck watches. */
        @Override
        public int hashCode() {
            return 0;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public void success() {
            told.incrementAndGet();
        }

        @Override
        public void success(@Nullable Loaded loaded) {
            told.incrementAndGet();
        }

        @Override
        public void error(Throwable e) {
            told.incrementAndGet();
        }

        @Override
        public Context currentContext() {
            return Context.empty();
        }

        @Override
        public MonoSink<Loaded> onRequest(LongConsumer consumer) {
            return this;
        }

        @Override
        public MonoSink<Loaded> onCancel(Disposable d) {
            return this;
        }

        @Override
        public MonoSink<Loaded> onDispose(Disposable d) {
            return this;
        }
    }
}
