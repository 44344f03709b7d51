package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Served;
import io.reactivestore.StoreRuntime;
import io.reactivestore.memory.MemoryStore;
import java.time.Clock;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;

/** Only a run that must be repeatable, and a chain, do without Caffeine. */
class MemoryTierChoiceTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** An application's own runtime, which says nothing of being deterministic. */
    private static class OwnRuntime implements StoreRuntime {

        private final StoreRuntime machine = StoreRuntime.system();

        @Override
        public Clock clock() {
            return machine.clock();
        }

        @Override
        public long nanoTime() {
            return machine.nanoTime();
        }

        @Override
        public RandomGenerator random() {
            return machine.random();
        }

        @Override
        public Scheduler timers() {
            return machine.timers();
        }

        @Override
        public Scheduler io() {
            return machine.io();
        }

        @Override
        public Scheduler delivery() {
            return machine.delivery();
        }

        @Override
        public Scheduler newSerial(String name) {
            return machine.newSerial(name);
        }
    }

    private final CacheStoreBuilder settings =
            CacheStore.builder(MemoryStore.create()).memory(m -> m.maxBytes(1000));

    @Test
    void ownRuntime_hasCaffeine_asTheMachineHas() {
        assertThat(memoryOf(settings)).isEqualTo("CaffeineTier");
        assertThat(memoryOf(settings.runtime(new OwnRuntime()))).isEqualTo("CaffeineTier");
    }

    @Test
    void deterministicRuntime_hasOneWithoutChance() {
        StoreRuntime repeatable = new OwnRuntime() {
            @Override
            public boolean deterministic() {
                return true;
            }
        };
        assertThat(memoryOf(settings.runtime(repeatable))).isEqualTo("LruTier");
    }

    @Test
    void chain_hasOneInOrderOfUse() {
        assertThat(memoryOf(settings.chained())).isEqualTo("LruTier");
    }

    private static String memoryOf(CacheStoreBuilder settings) {
        CacheStore cache = settings.build();
        String type = cache.info().block(PATIENCE).tier(Served.MEMORY).type();
        cache.close().block(PATIENCE);
        return type;
    }
}
