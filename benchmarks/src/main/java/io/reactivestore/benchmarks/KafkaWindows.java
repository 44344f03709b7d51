package io.reactivestore.benchmarks;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.CachingWindowStore;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Kafka Streams' own CachingWindowStore over its in-memory store, with a cache that never has to evict. */
final class KafkaWindows {

    private static final String NAME = "windows";
    private static final long CACHE_BYTES = 8L << 30;
    private static final Duration RETENTION = Duration.ofDays(365);
    private static final Duration WINDOW = Duration.ofMillis(10);

    static {
        // It tells every setting and every cache access.
        ((Logger) LoggerFactory.getLogger("org.apache.kafka")).setLevel(Level.ERROR);
    }

    private KafkaWindows() {}

    /** Runs this with the layer of the store that has raw keys and raw wrapped values, which spares it all serialization. */
    static void use(Consumer<CachingWindowStore> work) {
        Topology topology = new Topology();
        topology.addSource("source", new ByteArrayDeserializer(), new ByteArrayDeserializer(), "topic");
        topology.addProcessor("processor", () -> new Worker(work), "source");
        topology.addStateStore(
                Stores.timestampedWindowStoreBuilder(
                                Stores.inMemoryWindowStore(NAME, RETENTION, WINDOW, false),
                                new Serdes.BytesSerde(),
                                Serdes.ByteArray())
                        .withCachingEnabled()
                        .withLoggingDisabled(),
                "processor");
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, NAME);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
        try (TopologyTestDriver driver = new TopologyTestDriver(topology, settings)) {
            driver.createInputTopic("topic", new ByteArraySerializer(), new ByteArraySerializer())
                    .pipeInput(new byte[0], new byte[0]);
        }
    }

    private static final class Worker implements Processor<byte[], byte[], byte[], byte[]> {

        private final Consumer<CachingWindowStore> work;
        private @Nullable StateStore store;

        Worker(Consumer<CachingWindowStore> work) {
            this.work = work;
        }

        @Override
        public void init(ProcessorContext<byte[], byte[]> context) {
            store = context.getStateStore(NAME);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            StateStore layer = store;
            while (layer instanceof WrappedStateStore<?, ?, ?> wrapper && !(layer instanceof CachingWindowStore)) {
                layer = wrapper.wrapped();
            }
            if (!(layer instanceof CachingWindowStore caching)) {
                throw new IllegalStateException("no caching layer in " + store);
            }
            work.accept(caching);
        }
    }
}
