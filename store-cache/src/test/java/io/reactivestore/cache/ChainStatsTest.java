package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.PutResult;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.CountingStore;
import io.reactivestore.testkit.fault.StoreOperation;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One hit or miss per get, read and exists, one lookup per store, and puts that count when they succeed. */
class ChainStatsTest {

    private static final String KEY = ChainStage.KEY;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ChainStage stage = new ChainStage();

    private ChainStats stats() {
        stage.settle();
        return stage.chain.stats();
    }

    @Test
    void newChain_hasDoneNothing() {
        assertThat(stage.chain.stats()).isEqualTo(new ChainStats(0, 0, 0, 0));
    }

    @Test
    void objectInAnyStore_isOneHit() {
        stage.first.write("a", "1");
        stage.middle.write("b", "2");
        stage.last.write("c", "3");

        for (String key : List.of("a", "b", "c")) {
            stage.await(stage.chain.getText(key));
        }

        assertThat(stats()).isEqualTo(new ChainStats(3, 0, 0, 0));
    }

    @Test
    void absentObject_isOneMiss() {
        stage.read();

        assertThat(stats()).isEqualTo(new ChainStats(0, 1, 0, 0));
    }

    @Test
    void everyKindOfRead_isOneRequest() {
        stage.put("text");
        Store chain = stage.chain;

        stage.await(chain.getBytes(KEY));
        stage.await(chain.getRange(KEY, ByteRange.of(0, 2)));
        stage.await(chain.read(KEY).then());
        stage.await(chain.exists(KEY));
        stage.await(chain.getRanges(KEY, List.of(ByteRange.of(0, 1), ByteRange.of(2, 3)), ReadOptions.defaults())
                .then());
        stage.await(chain.getAll(Flux.just(KEY, "absent"), 1).then());
        stage.await(chain.get("absent"));
        stage.await(chain.exists("absent"));
        stage.await(chain.read("absent").then().onErrorComplete());

        assertThat(stats()).isEqualTo(new ChainStats(6, 4, 1, 0));
    }

    @Test
    void readThatFails_isAMiss() {
        stage.last.fail(Op.GET, ChainStage.down());

        stage.await(stage.chain.get(KEY).onErrorComplete());

        assertThat(stats()).isEqualTo(new ChainStats(0, 1, 0, 0));
    }

    @Test
    void headListDeleteAndCopy_areNotCounted() {
        stage.last.write(KEY, "x");

        stage.await(stage.chain.head(KEY));
        stage.await(stage.chain.list("").then());
        stage.await(stage.chain.copy(KEY, "other"));
        stage.await(stage.chain.delete(KEY));

        assertThat(stats()).isEqualTo(new ChainStats(0, 0, 0, 0));
    }

    @Test
    void putsThatFail_areNotCounted() {
        stage.put("x");
        PutResult refused = stage.await(stage.chain.putIfAbsent(KEY, Content.text("y")));
        stage.last.fail(Op.PUT, ChainStage.down());
        stage.await(stage.chain.put(KEY, Content.text("z")).onErrorComplete());

        assertThat(refused.stored()).isFalse();
        assertThat(stats()).isEqualTo(new ChainStats(0, 0, 1, 0));
    }

    @Test
    void nothingIsCounted_beforeSubscription_andTwoSubscriptionsAreTwo() {
        Mono<Boolean> exists = stage.chain.exists(KEY);
        assertThat(stats()).isEqualTo(new ChainStats(0, 0, 0, 0));

        stage.await(exists);
        stage.await(exists);

        assertThat(stats()).isEqualTo(new ChainStats(0, 2, 0, 0));
    }

    @Test
    void lookup_asksEachStoreOnce() {
        CountingStore first = CountingStore.over(MemoryStore.create());
        CountingStore last = CountingStore.over(MemoryStore.create());
        ChainStore chain = ChainStore.of(first, last);
        last.put("there", Content.text("x")).block(PATIENCE);
        chain.open().block(PATIENCE);
        first.reset();
        last.reset();

        chain.get("absent").block(PATIENCE);
        assertThat(first.calls()).isEqualTo(1);
        assertThat(last.calls()).isEqualTo(1);

        chain.getText("there").block(PATIENCE);
        chain.settled().block(PATIENCE);
        assertThat(first.calls(StoreOperation.GET)).isEqualTo(2);
        assertThat(first.calls(StoreOperation.PUT)).isEqualTo(1);
        assertThat(first.calls()).isEqualTo(3);
        assertThat(last.calls()).isEqualTo(2);

        chain.getText("there").block(PATIENCE);
        assertThat(first.calls()).isEqualTo(4);
        assertThat(last.calls()).isEqualTo(2);

        chain.exists("there").block(PATIENCE);
        assertThat(first.calls()).isEqualTo(4);
        assertThat(last.calls(StoreOperation.HEAD)).isEqualTo(1);
        assertThat(last.calls()).isEqualTo(3);
    }
}
