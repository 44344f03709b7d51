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
import reactor.core.publisher.Signal;

/**
 * Reads copies and blocks from the log: copies of up to 1 MiB and small blocks that lie in memory on the thread of the caller, all others on
 * the I/O scheduler.
 */
final class DiskReader {
    /*
     * How it works. The records of a log that is read much are in the page cache, where a copy takes a few microseconds for 4 KiB and
     * some 170 for 1 MiB, and each of three changes of threads ten to seventy. So the caller's thread asks the log for what lies in
     * memory, and goes on with that: no hop, no timer. It does so only while the breaker is closed, and tells it nothing, since such a
     * read says nothing of the disk. If a page leaves memory between the question and the copy, the caller waits for the disk after
     * all; that it took long is counted.
     *
     * A copy that is not at hand, or not to be served as it is, is read again by the I/O scheduler: whoever then decides has both ways
     * the same.
     */

    /** After it the reader asks below; the read itself cannot be ended. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** A copy on the caller's thread that takes longer has waited for the disk, or its thread for a processor; it takes a fifth at most. */
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

    /** The copy of a key if its bytes lie in memory and it may be served as it is; else null. */
    @Nullable CachedEntry readAtHand(String key) {
        long epoch = shared.freshness().epoch(); // first: what was found before one began is of the one before
        Place place = writer.find(key);
        if (place == null || place.suspect() || writer.trusted() != epoch) {
            return null;
        }
        byte[] resident = resident(place);
        if (resident == null) {
            return null;
        }
        TierCopy copy;
        try {
            copy = copy(log.read(key, place, resident), place, epoch);
        } catch (IOException | RuntimeException failure) {
            return null; // who reads it by the other way finds the same, and sees to it
        }
        if (copy == null
                || copy.suspect()
                || !shared.freshness().stateOf(copy.entry()).isServed()) {
            return null;
        }
        recorder.use(log.touch(place));
        return copy.entry();
    }

    /** The copy of a key, or empty; never an error. */
    Mono<TierCopy> read(String key) {
        return Mono.defer(() -> {
            long epoch = shared.freshness().epoch(); // first, as above
            Place place = writer.find(key);
            int bytes = place == null ? 0 : place.recordBytes();
            if (place == null || !shared.budget().take(bytes)) {
                return Mono.empty();
            }
            if (!breaker.lets()) {
                shared.budget().give(bytes);
                return Mono.empty();
            }
            return read(() -> {
                        TierCopy copy = readAt(place, key, epoch);
                        // Who took a copy for missing that was written once more since it was looked up would have it
                        // written yet again.
                        Place later = copy == null ? writer.find(key) : null;
                        return later == null || later.equals(place) || later.recordBytes() > bytes
                                ? copy
                                : readAt(later, key, epoch);
                    })
                    .doFinally(signal -> shared.budget().give(bytes));
        });
    }

    private @Nullable TierCopy readAt(Place place, String key, long epoch) throws IOException {
        TierCopy copy = unlessDamaged(place, () -> copy(log.read(key, place), place, epoch));
        if (copy != null) {
            recorder.use(log.touch(place));
        }
        return copy;
    }

    /** These bytes of an object if they are here as one block, or empty; never an error. The caller has counted them. */
    Mono<ByteBuffer> readBlock(ObjectInfo info, Span block) {
        return Mono.defer(() -> {
            Place place = writer.findBlock(info, block.start());
            if (place == null) {
                return Mono.empty();
            }
            byte[] resident = resident(place);
            try {
                ByteBuffer bytes = resident == null ? null : readBlock(info, block, place, resident);
                if (bytes != null) {
                    return Mono.just(bytes);
                }
            } catch (IOException | RuntimeException failure) {
                return failed();
            }
            return breaker.lets()
                    ? read(() -> {
                        ByteBuffer bytes = readBlock(info, block, place, null);
                        Place later = bytes == null ? writer.findBlock(info, block.start()) : null; // as of a copy
                        return later == null || later.equals(place) ? bytes : readBlock(info, block, later, null);
                    })
                    : Mono.empty();
        });
    }

    private @Nullable ByteBuffer readBlock(ObjectInfo info, Span block, Place place, byte @Nullable [] resident)
            throws IOException {
        int length = Math.toIntExact(block.length());
        ByteBuffer bytes = unlessDamaged(place, () -> log.readBlock(info, block.start(), length, place, resident));
        if (bytes != null) {
            recorder.use(log.touch(place));
        }
        return bytes;
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

    private interface Reading<T> {
        @Nullable T now() throws IOException;
    }

    private <T> Mono<T> read(Reading<T> reading) {
        Mono<T> read = Mono.fromCallable(() -> endOf(reading))
                .subscribeOn(shared.runtime().io())
                .timeout(PATIENCE, shared.runtime().timers())
                .dematerialize();
        return breaker.watched(read).onErrorResume(failure -> failed());
    }

    /** A failure as a value: Reactor logs an error that comes when nobody waits for it any more, such as at the close. */
    private static <T> Signal<T> endOf(Reading<T> reading) {
        try {
            T found = reading.now();
            return found == null ? Signal.complete() : Signal.next(found);
        } catch (IOException | RuntimeException failure) {
            return Signal.error(failure);
        }
    }

    private <T> Mono<T> failed() {
        shared.stats().tierFailures.increment();
        return Mono.empty();
    }

    private <T> @Nullable T unlessDamaged(Place place, Reading<T> reading) throws IOException {
        try {
            return reading.now();
        } catch (DamagedRecordException damaged) {
            if (log.remove(place)) {
                shared.stats().corrupt.increment();
            }
            return null;
        }
    }

    private @Nullable TierCopy copy(@Nullable LogRecord record, Place place, long epoch) {
        ObjectInfo info = record == null ? null : record.info();
        if (record == null || info == null) {
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
        return new TierCopy(entry, suspect);
    }
}
