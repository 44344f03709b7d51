package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.Span;
import io.reactivestore.cache.Tier.TierCopy;
import io.reactivestore.cache.disk.internal.DamagedRecordException;
import io.reactivestore.cache.disk.internal.DiskLog;
import io.reactivestore.cache.disk.internal.LogRecord;
import io.reactivestore.cache.disk.internal.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Reads copies and blocks from the log: small ones that lie in memory on the thread of the caller, all others on the I/O scheduler. */
final class DiskReader {
    /*
     * How it works. The records of a log that is read much are in the page cache, where a copy takes a few microseconds and a change of
     * threads some ten. So the caller's thread asks the log for what lies in memory, and goes on with that: no hop, no timer. It does so only
     * while the breaker is closed, and tells it nothing, since such a read says nothing of the disk. If a page leaves memory between
     * the question and the copy, the caller waits for the disk after all; that it took long is counted.
     */

    /** After it the reader asks below; the read itself cannot be ended. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** A copy on the caller's thread that takes longer has waited for the disk, or its thread for a processor; it takes a hundredth. */
    static final Duration STALLED = Duration.ofMillis(1);

    private final DiskLog log;
    private final DiskWriter writer;
    private final LogClock clock;
    private final ReadBreaker breaker;
    private final TierRecorder recorder;
    private final StoreTier.Shared shared;

    DiskReader(
            DiskLog log,
            DiskWriter writer,
            LogClock clock,
            ReadBreaker breaker,
            TierRecorder recorder,
            StoreTier.Shared shared) {
        this.log = log;
        this.writer = writer;
        this.clock = clock;
        this.breaker = breaker;
        this.recorder = recorder;
        this.shared = shared;
    }

    /** The copy of a key, or empty; never an error. */
    Mono<TierCopy> read(String key) {
        return Mono.defer(() -> {
            Place place = writer.find(key);
            int bytes = place == null ? 0 : place.recordBytes();
            if (place == null || !shared.budget().take(bytes)) {
                return Mono.empty();
            }
            long epoch = shared.freshness().epoch();
            Reading<TierCopy> reading = given -> {
                LogRecord record = log.read(key, place, given);
                return record == null ? null : copy(record, place, epoch);
            };
            byte[] resident = resident(place);
            if (resident == null && breaker.lets()) {
                return read(place, reading).doFinally(signal -> shared.budget().give(bytes));
            }
            try {
                return resident == null ? Mono.empty() : now(place, reading, resident);
            } finally {
                shared.budget().give(bytes);
            }
        });
    }

    /** These bytes of an object if they are here as one block, or empty; never an error. The caller has counted them. */
    Mono<ByteBuffer> readBlock(ObjectInfo info, Span block) {
        return Mono.defer(() -> {
            Place place = writer.findBlock(info, block.start());
            if (place == null) {
                return Mono.empty();
            }
            Reading<ByteBuffer> reading = given -> block(info, block, place, given);
            byte[] resident = resident(place);
            if (resident != null) {
                return now(place, reading, resident);
            }
            return breaker.lets() ? read(place, reading) : Mono.empty();
        });
    }

    /** What is made of a record; of these bytes, or of those that it reads if they are null. */
    private interface Reading<T> {
        @Nullable T of(byte @Nullable [] given) throws IOException;
    }

    private byte @Nullable [] resident(Place place) {
        if (breaker.isOpen()) {
            return null;
        }
        long began = shared.runtime().nanoTime();
        byte[] bytes = log.resident(place);
        if (shared.runtime().nanoTime() - began > STALLED.toNanos()) {
            recorder.stalledReads.increment();
        }
        return bytes;
    }

    private <T> Mono<T> now(Place place, Reading<T> reading, byte[] resident) {
        try {
            return Mono.justOrEmpty(unlessDamaged(place, reading, resident));
        } catch (IOException | RuntimeException failure) {
            return failed();
        }
    }

    private <T> Mono<T> failed() {
        shared.stats().tierFailures.increment();
        return Mono.empty();
    }

    private <T> Mono<T> read(Place place, Reading<T> reading) {
        Mono<T> read = Mono.fromCallable(() -> unlessDamaged(place, reading, null))
                .subscribeOn(shared.runtime().io())
                .timeout(PATIENCE, shared.runtime().timers());
        return breaker.watched(read).onErrorResume(failure -> failed());
    }

    private <T> @Nullable T unlessDamaged(Place place, Reading<T> reading, byte @Nullable [] resident)
            throws IOException {
        try {
            return reading.of(resident);
        } catch (DamagedRecordException damaged) {
            shared.stats().corrupt.increment();
            log.remove(place);
            return null;
        }
    }

    private @Nullable ByteBuffer block(ObjectInfo info, Span block, Place place, byte @Nullable [] resident)
            throws IOException {
        int length = Math.toIntExact(block.length());
        ByteBuffer bytes = log.readBlock(info, block.start(), length, place, resident);
        if (bytes != null) {
            recorder.use(log.touch(place));
        }
        return bytes;
    }

    private @Nullable TierCopy copy(LogRecord record, Place place, long epoch) {
        ObjectInfo info = record.info();
        if (info == null) {
            return null;
        }
        CachedEntry entry = new CachedEntry(
                info,
                record.isOutline() ? null : record.payload().slice(),
                clock.nanosOf(record.filledAtMillis()),
                epoch,
                shared.freshness(),
                shared.lifecycle());
        boolean suspect = place.suspect() || writer.trusted() != epoch || clock.isAhead(record.filledAtMillis());
        recorder.use(log.touch(place));
        return new TierCopy(entry, suspect);
    }
}
