package io.reactivestore.embeddeds3.latency;

import java.io.Serializable;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BinaryOperator;

/**
 * What a server has done, at one moment.
 *
 * @param requests by operation, counted when their headers have come
 * @param faults by kind, counted when they happen
 * @param answers by status, counted before their first byte is sent
 * @param cancelled requests whose client closed the connection before it had the whole answer
 * @param cut answers that the server itself broke off
 * @param connectionsOpened since the start
 * @param connectionsOpen now
 * @param requestsOpen now: begun, and not yet answered in full
 * @param bytesSent of bodies, without those that a closed connection did not take
 * @param bytesReceived of bodies, as they came over the wire
 * @param keysListed objects and common prefixes on all pages
 * @param pagesFromCache pages that were rendered for an earlier request
 * @param objectsStored now, by writes
 * @param bytesStored now, by writes and by parts of uploads
 * @param uploadsOpen now: created, and neither completed nor aborted
 * @param cpu time of the threads that serve
 */
public record Counters(
        Map<Operation, Long> requests,
        Map<Fault.Kind, Long> faults,
        Map<Integer, Long> answers,
        long cancelled,
        long cut,
        long connectionsOpened,
        long connectionsOpen,
        long requestsOpen,
        long bytesSent,
        long bytesReceived,
        long keysListed,
        long pagesFromCache,
        long objectsStored,
        long bytesStored,
        long uploadsOpen,
        Duration cpu)
        implements Serializable {

    /** All requests. */
    public long requestCount() {
        return sum(requests);
    }

    /** Requests of one operation. */
    public long requests(Operation operation) {
        return requests.getOrDefault(operation, 0L);
    }

    /** All faults. */
    public long faultCount() {
        return sum(faults);
    }

    /** Faults of one kind. */
    public long faults(Fault.Kind kind) {
        return faults.getOrDefault(kind, 0L);
    }

    /** Answers with one status. */
    public long answers(int status) {
        return answers.getOrDefault(status, 0L);
    }

    /** What has happened since {@code earlier}. What is counted as it is now, stays as it is now. */
    public Counters since(Counters earlier) {
        return new Counters(
                difference(new EnumMap<>(requests), earlier.requests),
                faults.isEmpty() ? faults : difference(new EnumMap<>(faults), earlier.faults),
                difference(new java.util.TreeMap<>(answers), earlier.answers),
                cancelled - earlier.cancelled,
                cut - earlier.cut,
                connectionsOpened - earlier.connectionsOpened,
                connectionsOpen,
                requestsOpen,
                bytesSent - earlier.bytesSent,
                bytesReceived - earlier.bytesReceived,
                keysListed - earlier.keysListed,
                pagesFromCache - earlier.pagesFromCache,
                objectsStored,
                bytesStored,
                uploadsOpen,
                cpu.minus(earlier.cpu));
    }

    private static <K> Map<K, Long> difference(Map<K, Long> later, Map<K, Long> earlier) {
        BinaryOperator<Long> minus = (a, b) -> a - b;
        earlier.forEach((key, count) -> later.merge(key, count, minus));
        return later;
    }

    private static long sum(Map<?, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
