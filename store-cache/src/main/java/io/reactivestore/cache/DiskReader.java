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

/** Reads copies and blocks from the log, on the I/O scheduler. */
final class DiskReader {

    /** After it the reader asks below; the read itself cannot be ended. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

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
            if (place == null || !shared.budget().take(place.recordBytes())) {
                return Mono.empty();
            }
            if (!breaker.lets()) {
                shared.budget().give(place.recordBytes());
                return Mono.empty();
            }
            long epoch = shared.freshness().epoch();
            return read(place, () -> {
                        LogRecord record = log.read(key, place);
                        return record == null ? null : copy(record, place, epoch);
                    })
                    .doFinally(signal -> shared.budget().give(place.recordBytes()));
        });
    }

    /** These bytes of an object if they are here as one block, or empty; never an error. The caller has counted them. */
    Mono<ByteBuffer> readBlock(ObjectInfo info, Span block) {
        return Mono.defer(() -> {
            Place place = writer.findBlock(info, block.start());
            return place == null || !breaker.lets() ? Mono.empty() : read(place, () -> block(info, block, place));
        });
    }

    private interface Reading<T> {
        @Nullable T now() throws IOException;
    }

    private <T> Mono<T> read(Place place, Reading<T> reading) {
        Mono<T> read = Mono.fromCallable(() -> unlessDamaged(place, reading))
                .subscribeOn(shared.runtime().io())
                .timeout(PATIENCE, shared.runtime().timers());
        return breaker.watched(read).onErrorResume(failure -> {
            shared.stats().tierFailures.increment();
            return Mono.empty();
        });
    }

    private <T> @Nullable T unlessDamaged(Place place, Reading<T> reading) throws IOException {
        try {
            return reading.now();
        } catch (DamagedRecordException damaged) {
            shared.stats().corrupt.increment();
            log.remove(place);
            return null;
        }
    }

    private @Nullable ByteBuffer block(ObjectInfo info, Span block, Place place) throws IOException {
        int length = Math.toIntExact(block.length());
        ByteBuffer bytes = log.readBlock(info, block.start(), length, place);
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
