package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.cache.Fence.End;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.Fence.Ticket;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Readers who share loads read what the source alone would give them: nobody joins a load that was written past before he came. */
@Param(name = "value", gen = IntGen.class, conf = "1:3")
@Tag("lincheck")
public class FlightsOrderRaceTest {

    private static final int SCENARIOS = Boolean.getBoolean("reactivestore.slow") ? 100 : 8;
    private static final Question QUESTION = new Question.Head("k");

    private final Fence fence = new Fence(new StillRuntime(), Duration.ofHours(1), null, 2);
    private final AtomicInteger source = new AtomicInteger();
    private final Flights flights =
            new Flights(new StillRuntime(), false, null, (question, mode) -> new Asking(fence.pass("k")));

    private final class Asking implements Load {

        private final Pass pass;

        Asking(Pass pass) {
            this.pass = pass;
        }

        @Override
        public Mono<Loaded> ask() {
            return Mono.fromSupplier(
                    () -> new Loaded.Facts(new ObjectInfo("k", source.get(), "e", null, Instant.EPOCH, null)));
        }

        @Override
        public boolean isCurrent() {
            return fence.isCurrent("k", pass);
        }
    }

    private Mono<Loaded> load() {
        return flights.load(QUESTION, ReadMode.CACHED_OK, null);
    }

    @Operation
    public long get() {
        Loaded loaded = Objects.requireNonNull(load().block());
        return ((Loaded.Facts) loaded).info().size();
    }

    @Operation
    public void leave() {
        load().subscribe().dispose();
    }

    @Operation
    public void put(@Param(name = "value") int value) {
        Ticket ticket = fence.begin("k");
        source.set(value);
        fence.end(ticket, End.APPLIED);
    }

    /** Called when all is over. */
    @Validate
    public void nothingIsLeft() {
        if (flights.underWay() != 0) {
            throw new AssertionError(flights.underWay() + " loads are left");
        }
    }

    @Test
    void readersBesideWriters_readWhatTheSourceAloneWouldGive() {
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(1)
                .iterations(SCENARIOS)
                .invocationsPerIteration(60)
                .sequentialSpecification(Source.class)
                .check(FlightsOrderRaceTest.class);
    }

    /** What there is without loads to share. */
    public static final class Source {

        private final AtomicInteger value = new AtomicInteger();

        public long get() {
            return value.get();
        }

        public void leave() {}

        public void put(int value) {
            this.value.set(value);
        }
    }
}
