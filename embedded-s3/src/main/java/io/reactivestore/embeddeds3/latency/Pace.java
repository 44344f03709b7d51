package io.reactivestore.embeddeds3.latency;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** The law in the time of this machine: which request waits how long, and how long bytes take. */
final class Pace {

    private final LatencyLaw law;
    private final long seed;
    private final double speed;
    private final double bytesPerNano;
    private final Map<Operation, AtomicLong> requests = new EnumMap<>(Operation.class);

    Pace(LatencySettings settings) {
        for (Operation operation : Operation.values()) {
            requests.put(operation, new AtomicLong());
        }
        this.law = settings.law();
        this.seed = settings.seed();
        this.speed = settings.speed();
        this.bytesPerNano = law.bytesPerSecond() == LatencyLaw.UNLIMITED
                ? Double.POSITIVE_INFINITY
                : law.bytesPerSecond() * speed / 1e9;
    }

    /** How long the next request of an operation waits for the first byte of its answer. */
    long firstByteNanos(Operation operation) {
        long number = Objects.requireNonNull(requests.get(operation)).getAndIncrement();
        Delay delay = operation == Operation.LIST_OBJECTS ? law.listPage() : law.firstByte();
        return scaled(
                delay.nanos(new SplittableRandom(Mix.of(seed, operation.name().hashCode(), number))));
    }

    long scaled(long lawNanos) {
        return (long) (lawNanos / speed);
    }

    /** How long so many bytes take on one connection. */
    long transferNanos(long bytes) {
        return (long) (bytes / bytesPerNano);
    }

    boolean isUnlimited() {
        return Double.isInfinite(bytesPerNano);
    }

    /** What is sent at a time: few enough that a body comes evenly, enough that it does not come by drips. */
    int stepBytes() {
        double fourMillis = bytesPerNano * 4_000_000;
        return (int) Math.max(4 << 10, Math.min(VirtualContent.MAX_SLICE_BYTES, fourMillis));
    }
}
