package io.reactivestore.embeddeds3.latency;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts. Each figure is written before the bytes that show its event to the client. */
final class Meter {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    final LongAdder cancelled = new LongAdder();
    final LongAdder cut = new LongAdder();
    final LongAdder connectionsOpened = new LongAdder();
    final LongAdder connectionsOpen = new LongAdder();
    final LongAdder requestsOpen = new LongAdder();
    final LongAdder bytesSent = new LongAdder();
    final LongAdder bytesReceived = new LongAdder();

    private final Counts<Operation> requests = new Counts<>(Operation.class);
    private final Counts<Fault.Kind> faults = new Counts<>(Fault.Kind.class);
    private final LongAdder[] answers = adders(600);
    private final LongAdder keysListed = new LongAdder();
    private final LongAdder pagesFromCache = new LongAdder();
    private final Set<Long> threads = ConcurrentHashMap.newKeySet();

    /** The calling thread serves. */
    void serving() {
        threads.add(Thread.currentThread().getId());
    }

    void request(Operation operation) {
        requests.add(operation);
        requestsOpen.increment();
    }

    void fault(Fault fault) {
        faults.add(fault.kind());
    }

    void answer(int status) {
        answers[status].increment();
    }

    void page(int keys) {
        keysListed.add(keys);
    }

    void pageFromCache(int keys) {
        keysListed.add(keys);
        pagesFromCache.increment();
    }

    Counters read(Service service) {
        Map<Integer, Long> byStatus = new TreeMap<>();
        for (int status = 0; status < answers.length; status++) {
            if (answers[status].sum() > 0) {
                byStatus.put(status, answers[status].sum());
            }
        }
        return new Counters(
                requests.read(),
                faults.read(),
                byStatus,
                cancelled.sum(),
                cut.sum(),
                connectionsOpened.sum(),
                connectionsOpen.sum(),
                requestsOpen.sum(),
                bytesSent.sum(),
                bytesReceived.sum(),
                keysListed.sum(),
                pagesFromCache.sum(),
                service.objectsStored(),
                service.bytesStored(),
                service.uploadsOpen(),
                Duration.ofNanos(threads.stream()
                        .mapToLong(id -> Math.max(0, THREADS.getThreadCpuTime(id)))
                        .sum()));
    }

    private static LongAdder[] adders(int count) {
        LongAdder[] adders = new LongAdder[count];
        Arrays.setAll(adders, i -> new LongAdder());
        return adders;
    }

    private static final class Counts<K extends Enum<K>> {

        private final Class<K> type;
        private final Map<K, LongAdder> counts;

        Counts(Class<K> type) {
            this.type = type;
            this.counts = new EnumMap<>(type);
            for (K kind : type.getEnumConstants()) {
                counts.put(kind, new LongAdder());
            }
        }

        void add(K kind) {
            Objects.requireNonNull(counts.get(kind)).increment();
        }

        Map<K, Long> read() {
            Map<K, Long> read = new EnumMap<>(type);
            counts.forEach((kind, count) -> {
                if (count.sum() > 0) {
                    read.put(kind, count.sum());
                }
            });
            return read;
        }
    }
}
