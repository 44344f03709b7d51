package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * What a listener hears of an object in blocks of 8 bytes, in parts of 4 blocks, of which the first block was read: that was load 1.
 * The source notes under which load it is asked, and read.
 */
@Timeout(10)
class HeardBlocksTest {

    private static final String TEXT =
            IntStream.range(0, 100).mapToObj("%02d"::formatted).reduce("", String::concat);

    private final Simulation simulation = Simulation.seeded(1);
    private final SimulatedRuntime runtime = simulation.runtime("cache");
    private final GatedStore gated = new GatedStore(simulation.runtime("servers"));
    private final List<String> asked = new ArrayList<>();
    private final Store source = new ForwardingStore(gated) {
        @Override
        protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
            return Mono.deferContextual(context -> noted("get", context).then(work));
        }

        @Override
        protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
            return Flux.deferContextual(context -> noted("body", context).thenMany(work));
        }

        private Mono<Void> noted(String what, ContextView context) {
            assertThat(context.hasKey(Hearing.TENANT)).as("of any reader").isFalse();
            asked.add(what + " under " + context.getOrDefault(Hearing.LOAD, "none"));
            return Mono.empty();
        }
    };
    private final Hearing heard = new Hearing();
    private CacheStore cache = cache(false, heard);

    private CacheStore cache(boolean finishAbandoned, LoadListener listener) {
        return CacheStore.builder(source)
                .memory(memory -> memory.maxBytes(1 << 20))
                .maxEntryBytes(40)
                .blocks(b -> b.blockBytes(8).partBytes(32).readAheadBytes(64))
                .loads(listener)
                .finishAbandonedLoads(finishAbandoned)
                .runtime(runtime)
                .build();
    }

    @BeforeEach
    void firstBlockIsThere() {
        gated.write("k", TEXT);
        given(cache);
    }

    private void given(CacheStore given) {
        cache = given;
        simulation.await(cache.get("k", range(0, 8)).flatMap(StoredObject::text));
        run();
        heard.told.clear();
        asked.clear();
    }

    @AfterEach
    void nothingIsLeft() {
        run();
        assertThat(cache.underWay()).isZero();
        assertThat(gated.waits(Op.GET)).isFalse();
    }

    private void run() {
        simulation.runFor(Duration.ofMillis(1));
    }

    private static ReadOptions range(long start, long end) {
        return ReadOptions.defaults().withRange(ByteRange.of(start, end));
    }

    /** Says that it has its answer where the listener says what it hears. */
    private TestSubscriber<String> reader(String name, ReadOptions options) {
        TestSubscriber<String> reader = TestSubscriber.create();
        cache.get("k", options)
                .doOnTerminate(() -> heard.told.add(name + " is told"))
                .flatMap(StoredObject::text)
                .contextWrite(Context.of(Hearing.TENANT, name))
                .subscribe(reader);
        return reader;
    }

    @Test
    void firstAnswer_isReadOnUnderItsLoad_andIsNoLoadMore() {
        cache = cache(false, heard);
        TestSubscriber<String> reader = reader("a", ReadOptions.defaults());
        run();
        assertThat(reader.getReceivedOnNext()).containsExactly(TEXT);
        assertThat(asked.subList(0, 2)).containsExactly("get under 2 get", "body under 2 get");
        assertThat(heard.told.subList(0, 3)).containsExactly("2 begin get k", "2 joined a", "2 ended well");
        assertThat(asked).filteredOn(each -> each.startsWith("get")).doesNotHaveDuplicates();
        assertThat(asked).filteredOn(each -> each.startsWith("body")).doesNotHaveDuplicates();
        long begun = heard.told.stream().filter(each -> each.contains("begin")).count();
        assertThat(begun).as("one for each request").isEqualTo(gated.calls(Op.GET) - 1);
        assertThat(heard.told).filteredOn(each -> each.contains("ended well")).hasSize((int) begun);
    }

    @Test
    void readersOfAPart_areToldOfOnce_andItsEndBeforeTheirs() {
        gated.hold(Op.GET);
        reader("a", range(16, 40));
        reader("b", range(24, 30));
        assertThat(heard.told).containsExactly("2 begin get k", "2 joined a", "2 joined b");
        gated.take(Op.GET).answer();
        run();
        assertThat(heard.told.subList(3, 4)).containsExactly("2 ended well");
        assertThat(heard.told.subList(4, 6)).containsExactlyInAnyOrder("a is told", "b is told");
        assertThat(heard.told).hasSize(6);
        assertThat(asked).containsExactly("get under 2 get", "body under 2 get");
    }

    @Test
    void readerOfSeveralParts_isToldOfForEach() {
        gated.hold(Op.GET);
        TestSubscriber<String> reader = reader("a", range(8, 72));
        gated.pass(Op.GET);
        assertThat(heard.told).containsExactly("2 begin get k", "2 joined a", "3 begin get k", "3 joined a");
        gated.take(Op.GET).answer();
        gated.take(Op.GET).answer();
        run();
        assertThat(reader.getReceivedOnNext()).containsExactly(TEXT.substring(8, 72));
        assertThat(heard.told)
                .filteredOn(each -> each.contains("ended"))
                .containsExactly("2 ended well", "3 ended well");
        assertThat(asked).containsExactly("get under 2 get", "get under 3 get", "body under 2 get", "body under 3 get");
    }

    @Test
    void partThatFails_endsWithItsError_beforeItsReaders() {
        gated.hold(Op.GET);
        TestSubscriber<String> reader = reader("a", range(16, 40));
        gated.take(Op.GET).answer(new StoreUnavailableException("get", "k", "down", true, null));
        run();
        assertThat(reader.expectTerminalError()).isInstanceOf(StoreUnavailableException.class);
        assertThat(heard.told).containsExactly("2 begin get k", "2 joined a", "2 ended get k: down", "a is told");
    }

    @Test
    void partThatEverybodyHasLeft_isCancelled_andEndsWithoutAnError() {
        gated.hold(Op.GET);
        TestSubscriber<String> one = reader("a", range(16, 40));
        TestSubscriber<String> two = reader("b", range(16, 40));
        one.cancel();
        assertThat(heard.told).doesNotContain("2 ended well");
        two.cancel();
        assertThat(gated.waits(Op.GET)).isFalse();
        assertThat(heard.told).containsExactly("2 begin get k", "2 joined a", "2 joined b", "2 ended well");
    }

    @Test
    void partThatEverybodyHasLeft_isFinishedAndKept_ifSuchLoadsAre_andNoOtherIsBegun() {
        given(cache(true, heard));
        gated.hold(Op.GET);
        reader("a", range(16, 160)).cancel();
        assertThat(heard.told).containsExactly("3 begin get k", "3 joined a", "4 begin get k", "4 joined a");
        gated.take(Op.GET).answer();
        gated.take(Op.GET).answer();
        run();
        assertThat(heard.told.subList(4, 6)).containsExactly("3 ended well", "4 ended well");
        int calls = gated.calls(Op.GET);
        TestSubscriber<String> later = reader("b", range(16, 80));
        run();
        assertThat(later.getReceivedOnNext()).containsExactly(TEXT.substring(16, 80));
        assertThat(gated.calls(Op.GET)).as("nothing was asked since").isEqualTo(calls);
        assertThat(heard.told).hasSize(7);
    }

    @Test
    void abandonedPartThatIsFinished_hasWhoComesLater() {
        given(cache(true, heard));
        gated.hold(Op.GET);
        reader("a", range(16, 40)).cancel();
        TestSubscriber<String> later = reader("b", range(16, 40));
        gated.take(Op.GET).answer();
        run();
        assertThat(later.getReceivedOnNext()).containsExactly(TEXT.substring(16, 40));
        assertThat(heard.told)
                .containsExactly("3 begin get k", "3 joined a", "3 joined b", "3 ended well", "b is told");
    }

    @Test
    void close_endsParts_alsoThoseThatAreFinishedAlone() {
        given(cache(true, heard));
        gated.hold(Op.GET);
        TestSubscriber<String> reader = reader("a", range(16, 40));
        reader("b", range(48, 56)).cancel();
        simulation.await(cache.close());
        run();
        assertThat(reader.expectTerminalError()).isInstanceOf(StoreClosedException.class);
        assertThat(heard.told)
                .filteredOn(each -> each.contains("ended"))
                .hasSize(2)
                .allMatch(each -> each.contains("closed"));
    }

    @Test
    void listenerThatThrows_failsTheReaders_andLeavesNothing() {
        List<String> begun = new ArrayList<>();
        given(cache(false, (operation, subject) -> {
            begun.add(subject);
            if (begun.size() == 2) {
                throw new IllegalStateException("broken");
            }
            return new LoadListener.Begun() {};
        }));
        TestSubscriber<String> first = reader("a", range(16, 40));
        run();
        assertThat(first.expectTerminalError()).hasMessage("broken");
        TestSubscriber<String> second = reader("a", range(16, 40));
        run();
        assertThat(second.getReceivedOnNext()).containsExactly(TEXT.substring(16, 40));
    }
}
