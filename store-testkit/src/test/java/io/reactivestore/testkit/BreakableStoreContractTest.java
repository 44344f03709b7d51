package io.reactivestore.testkit;

import io.reactivestore.Store;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A store that hands everything on passes every suite; {@link SuiteRunner} runs the same on stores that are broken. */
class BreakableStoreContractTest implements FullStoreContract {

    /** How the next stores of this thread are broken; null for not at all. */
    static final ThreadLocal<SuiteRunner.@Nullable Rig> RIG = new ThreadLocal<>();

    private final SuiteRunner.@Nullable Rig rig = RIG.get();
    private final Store right = MemoryStore.create();
    private final Store store =
            rig == null ? new ForwardingStore(right) : rig.breakage().apply(right);

    @Override
    public Store store() {
        return store;
    }

    /** Some broken stores hang, and are given up soon. */
    @Override
    public Duration patience() {
        return rig == null ? FullStoreContract.super.patience() : Duration.ofSeconds(1);
    }

    @Override
    public List<Deviation> deviations() {
        return rig == null ? List.of() : rig.deviations();
    }

    @Override
    public void release() {
        done(right.close());
    }
}
