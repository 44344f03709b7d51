package io.reactivestore.cache.window;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.internals.CachingWindowStore;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.slf4j.LoggerFactory;

/**
 * Kafka Streams' own CachingWindowStore over its in-memory store, as a processor that has a record at hand sees it. The cache is small,
 * so that it evicts.
 */
final class KafkaWindows {

    private static final String NAME = "windows";
    private static final long CACHE_BYTES = 8 << 10;
    private static final Duration RETENTION = Duration.ofDays(365);

    static {
        // It tells every setting and every cache access.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
    }

    private KafkaWindows() {}

    /** Runs this with the layer of the store that has raw keys and raw wrapped values. */
    static void use(Consumer<WindowStore<Bytes, byte[]>> work) {
        Topology topology = new Topology();
        topology.addSource("source", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "topic");
        topology.addProcessor("processor", () -> new Worker(work), "source");
        topology.addStateStore(
                Stores.timestampedWindowStoreBuilder(
                                Stores.inMemoryWindowStore(NAME, RETENTION, Duration.ofMillis(10), false),
                                Serdes.Bytes(),
                                Serdes.ByteArray())
                        .withCachingEnabled()
                        .withLoggingDisabled(),
                "processor");
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "windows");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, settings)) {
            driver.createInputTopic("topic", new ByteArraySerializer(), new ByteArraySerializer())
                    .pipeInput(new byte[0], new byte[0]);
        }
    }

    static void flush(WindowStore<Bytes, byte[]> store) {
        ((CachingWindowStore) store).flushCache();
    }

    private static final class Worker implements Processor<byte[], byte[], byte[], byte[]> {

        private final Consumer<WindowStore<Bytes, byte[]>> work;
        private Object store;

        Worker(Consumer<WindowStore<Bytes, byte[]>> work) {
            this.work = work;
        }

        @Override
        public void init(ProcessorContext<byte[], byte[]> context) {
            store = context.getStateStore(NAME);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            while (!(store instanceof CachingWindowStore)) {
                store = ((WrappedStateStore<?, ?, ?>) store).wrapped();
            }
            work.accept((CachingWindowStore) store);
        }
    }
}
