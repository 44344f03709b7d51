package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.StoreRuntime;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;

/** A load that ends beside the close finds the ledger's thread gone. */
class CaffeineTierTest {

    private static final Logger CAFFEINE = Logger.getLogger("com.github.benmanes.caffeine");

    private final List<LogRecord> logged = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {

        @Override
        public void publish(LogRecord entry) {
            logged.add(entry);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        CAFFEINE.addHandler(handler);
    }

    @AfterEach
    void leave() {
        CAFFEINE.removeHandler(handler);
    }

    @Test
    void withItsThreadGone_evictsByItselfAndLogsNothing() {
        Scheduler ledger = StoreRuntime.system().newSerial("ledger");
        CaffeineTier memory = new CaffeineTier(5000, StoreRuntime.system(), ledger);
        ledger.disposeGracefully().block(Duration.ofSeconds(10));
        for (int i = 0; i < 1000; i++) {
            memory.putBlock(new BlockKey("a", "etag", i), ByteBuffer.allocate(100));
            memory.block(new BlockKey("a", "etag", i / 2));
        }
        assertThat(memory.evictions()).isPositive();
        assertThat(memory.bytes()).isLessThanOrEqualTo(5000);
        assertThat(logged).isEmpty();
    }
}
