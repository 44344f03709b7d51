package io.reactivestore.cache;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.StoredObject;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** A chain of three stores that the test steps through, on virtual time. The key is "k" where none is named. */
final class ChainStage {

    static final String KEY = "k";

    final Simulation simulation = Simulation.seeded(1);
    final GatedStore first;
    final GatedStore middle;
    final GatedStore last;
    private SimulatedRuntime runtime;
    ChainStore chain;

    ChainStage() {
        // The stores are processes of their own, which outlive the chain's.
        SimulatedRuntime servers = simulation.runtime("servers");
        first = new GatedStore(servers);
        middle = new GatedStore(servers);
        last = new GatedStore(servers);
        runtime = simulation.runtime("chain");
        build();
    }

    private void build() {
        chain = ChainStore.builder(last)
                .tier(first)
                .tier(middle)
                .inDoubt(Duration.ofMinutes(1))
                .runtime(runtime)
                .build();
    }

    /** Closes it and builds it anew, as another process. */
    void reopen() {
        await(chain.close());
        kill();
    }

    /** The same, as by kill -9. */
    void kill() {
        runtime = runtime.reborn();
        build();
    }

    /** What a reader sees who begins now; what needs no time and no answer has happened then. */
    String read() {
        String text = await(text());
        run();
        return text == null ? "(none)" : text;
    }

    /** Begins a read. */
    TestSubscriber<String> reader() {
        TestSubscriber<String> reader = TestSubscriber.create();
        text().subscribe(reader);
        return reader;
    }

    /** Begins a put. */
    TestSubscriber<ObjectInfo> writer(String text) {
        TestSubscriber<ObjectInfo> writer = TestSubscriber.create();
        chain.put(KEY, Content.text(text)).subscribe(writer);
        return writer;
    }

    /** Puts and waits for the copies. */
    void put(String text) {
        await(chain.put(KEY, Content.text(text)));
        settle();
    }

    void settle() {
        await(chain.settled());
    }

    /** Lets everything happen that needs no time and no answer. */
    void run() {
        simulation.runFor(Duration.ofMillis(1));
    }

    <T> T await(Mono<T> mono) {
        return simulation.await(mono);
    }

    static StoreUnavailableException down() {
        return new StoreUnavailableException("put", KEY, "down", true, null);
    }

    private Mono<String> text() {
        return chain.get(KEY).flatMap(StoredObject::text);
    }
}
