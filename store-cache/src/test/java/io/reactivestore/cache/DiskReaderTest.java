package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.error.StoreClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Hooks;
import reactor.test.subscriber.TestSubscriber;

/** Reads of the disk beside its writes. */
@Timeout(30)
class DiskReaderTest {

    private final Stage stage = Stage.disk().open();

    @Test
    void copyThatIsWrittenOnceMore_whileAReadWaits_isAHitAllTheSame() {
        stage.put("text");
        stage.settle();
        stage.io.hold();
        TestSubscriber<String> reader = stage.reader();
        stage.await(stage.cache
                .get(Stage.KEY, ReadOptions.defaults().withMode(ReadMode.SOURCE_ONLY))
                .flatMap(StoredObject::text));
        stage.run();
        long admitted = stage.cache.stats().tier(Served.DISK).admitted();
        int asked = stage.source.calls(Op.GET);
        assertThat(stage.io.runLast()).isTrue();
        stage.run();
        assertThat(stage.cache.stats().tier(Served.DISK).admitted())
                .as("it lies elsewhere now")
                .isEqualTo(admitted + 1);
        stage.io.pass();
        stage.run();
        assertThat(reader.getReceivedOnNext()).containsExactly("text");
        assertThat(stage.source.calls(Op.GET)).isEqualTo(asked);
        assertThat(stage.cache.stats().hits(Served.DISK)).isEqualTo(1);
    }

    @Test
    void readThatFailsWhenNobodyWaitsForIt_isNotLogged() {
        stage.put("text");
        stage.settle();
        AtomicBoolean failed = new AtomicBoolean();
        stage.disk.broken(true);
        stage.disk.beforeFailure(() -> {
            failed.set(true);
            stage.cache.close().subscribe();
        });
        List<Throwable> dropped = new ArrayList<>();
        Hooks.onErrorDropped(dropped::add);
        try {
            TestSubscriber<String> reader = stage.reader();
            stage.run();
            assertThat(reader.expectTerminalError()).isInstanceOf(StoreClosedException.class);
        } finally {
            Hooks.resetOnErrorDropped();
        }
        assertThat(failed).isTrue();
        assertThat(dropped).isEmpty();
    }
}
