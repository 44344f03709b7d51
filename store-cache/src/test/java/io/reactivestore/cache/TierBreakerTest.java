package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.StoredObject;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;

/** A store of copies that answers later than the source. */
class TierBreakerTest {

    private static final String KEY = "k";

    private final Simulation simulation = Simulation.seeded(1);
    private final GatedStore source = new GatedStore(simulation.runtime("source"));
    private final GatedStore tier = new GatedStore(simulation.runtime("tier"));

    @ParameterizedTest(name = "shared: {0}")
    @ValueSource(booleans = {false, true})
    void tierThatAnswersLate_isPassedByForAWhile(boolean shared) {
        CacheStore cache = cache(shared);
        for (int i = 0; i < 5; i++) {
            assertThat(facts(cache).offReason()).isNull();
            readSlowly(cache, Duration.ofMillis(201));
        }
        assertThat(facts(cache).offReason()).contains("passed by for reads");

        int asked = tier.calls(Op.GET);
        assertThat(read(cache)).isEqualTo("1");
        assertThat(tier.calls(Op.GET)).isEqualTo(asked);

        simulation.runFor(Duration.ofSeconds(10));
        begin(cache).dispose();
        tier.pass(Op.GET);
        int loads = source.calls(Op.GET);
        assertThat(read(cache)).isEqualTo("1");
        assertThat(source.calls(Op.GET)).as("served by the tier").isEqualTo(loads);
        assertThat(facts(cache).offReason()).isNull();
    }

    @ParameterizedTest(name = "shared: {0}")
    @ValueSource(booleans = {false, true})
    void tierThatAnswersLate_butNoLaterThanTheSource_isAsked(boolean shared) {
        CacheStore cache = cache(shared);
        source.hold(Op.GET);
        Disposable loading = cache.get("slow").subscribe(found -> {}, error -> {});
        simulation.runFor(Duration.ofMillis(1));
        tier.<StoredObject>take(Op.GET).answer();
        simulation.runFor(Duration.ofSeconds(3));
        source.write("slow", "2");
        source.<StoredObject>take(Op.GET).answer();
        simulation.await(cache.settled());
        source.pass(Op.GET);
        loading.dispose();
        for (int i = 0; i < 10; i++) {
            readSlowly(cache, Duration.ofMillis(300));
        }
        assertThat(facts(cache).offReason()).isNull();
    }

    /** With a copy of the key in it. */
    private CacheStore cache(boolean shared) {
        CacheStoreBuilder builder =
                CacheStore.builder(source).inDoubt(Stage.IN_DOUBT).runtime(simulation.runtime("cache"));
        CacheStore cache = (shared ? builder.sharedTier(tier) : builder.tier(tier)).build();
        source.write(KEY, "1");
        assertThat(read(cache)).isEqualTo("1");
        tier.hold(Op.GET);
        return cache;
    }

    private void readSlowly(CacheStore cache, Duration time) {
        begin(cache);
        simulation.runFor(time);
        Request<StoredObject> late = tier.take(Op.GET);
        late.answer();
        simulation.await(cache.settled());
    }

    private Disposable begin(CacheStore cache) {
        Disposable reader = cache.getText(KEY).subscribe(found -> {}, error -> {});
        simulation.runFor(Duration.ofMillis(1));
        return reader;
    }

    private String read(CacheStore cache) {
        String text = simulation.await(cache.getText(KEY));
        simulation.await(cache.settled());
        return text;
    }

    private TierInfo facts(CacheStore cache) {
        return simulation.await(cache.info()).tiers().get(0);
    }
}
