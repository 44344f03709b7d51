package io.reactivestore.cache;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.Fence.End;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.Fence.Ticket;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.memory.MemoryStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

/** Copies in a store tier answer as the source would alone, while others are put, evicted and deleted; and the books are right in the end. */
@Param(name = "key", gen = IntGen.class, conf = "0:1")
@Param(name = "value", gen = IntGen.class, conf = "1:3")
@Tag("lincheck")
public class StoreTierLedgerRaceTest {

    private static final int SCENARIOS = Boolean.getBoolean("reactivestore.slow") ? 150 : 3;
    private static final Duration LONG = Duration.ofHours(1);

    /** Room for one copy of what there is at first, not for two. */
    private static final int MAX_BYTES = 3;

    private final StillRuntime runtime = new StillRuntime();
    private final Freshness freshness = new Freshness(new FreshnessSpec().build(), runtime);
    private final AtomicIntegerArray source = new AtomicIntegerArray(new int[] {2, 3});
    private final MemoryStore tier = MemoryStore.create(runtime);
    private final Fence fence = new Fence(runtime, LONG, null, 2);
    private final CopyIndex index = new CopyIndex("p", fence);
    private final StoreTierLedger ledger = new StoreTierLedger(
            index,
            new CopyRequests(tier, runtime, LONG, 1 << 10),
            Schedulers.fromExecutor(new OneByOne()),
            runtime,
            new Works(),
            new StatsRecorder(),
            MAX_BYTES,
            MAX_BYTES,
            1 << 20,
            LONG);

    @Operation
    public long get(@Param(name = "key") int number) {
        String key = "k" + number;
        Pass pass = fence.pass(key);
        Copy copy = index.get(key);
        ObjectInfo found = copy == null ? null : tier.head(key).block();
        if (found != null && copy.matches(CopyFacts.of(found))) {
            ledger.touch(key);
            return found.size();
        }
        int value = source.get(number);
        ledger.fill(key, entry(key, value), pass, 0);
        return value;
    }

    @Operation
    public void put(@Param(name = "key") int number, @Param(name = "value") int value) {
        String key = "k" + number;
        Ticket ticket = fence.begin(key);
        source.set(number, value);
        fence.end(ticket, End.APPLIED);
        ledger.drop(key);
    }

    private CachedEntry entry(String key, int bytes) {
        return new CachedEntry(
                new ObjectInfo(key, bytes, "e", null, Instant.EPOCH, null),
                ByteBuffer.allocate(bytes),
                0,
                0,
                freshness,
                Lifecycle.trivial());
    }

    @Validate
    public void booksAreRight() {
        long bytes = 0;
        for (int number = 0; number < 2; number++) {
            ObjectInfo kept = tier.head("k" + number).block();
            bytes += kept == null ? 0 : kept.size();
        }
        long counted = ledger.approximately().bytes();
        if (counted != bytes || bytes > MAX_BYTES || ledger.pendingBytes() != 0) {
            throw new AssertionError(
                    counted + " bytes counted, " + bytes + " kept, " + ledger.pendingBytes() + " pending");
        }
    }

    @Test
    void readersBesideWriters_readWhatTheSourceAloneWouldGive() {
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(2)
                .iterations(SCENARIOS)
                .invocationsPerIteration(20)
                .addGuarantee(forClasses(CopyFacts.class.getName()).allMethods().ignore())
                .sequentialSpecification(Source.class)
                .check(StoreTierLedgerRaceTest.class);
    }

    /** The same without copies. */
    public static final class Source {

        private final int[] values = {2, 3};

        public long get(int key) {
            return values[key];
        }

        public void put(int key, int value) {
            values[key] = value;
        }
    }

    /** What comes while a task runs is run after it, by whoever runs that. */
    private static final class OneByOne implements Executor {

        private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        private final AtomicInteger waiting = new AtomicInteger();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
            if (waiting.getAndIncrement() == 0) {
                do {
                    tasks.remove().run();
                } while (waiting.decrementAndGet() > 0);
            }
        }
    }
}
