package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.Span;
import io.reactivestore.StoreRuntime;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.disk.internal.DiskLog;
import io.reactivestore.cache.disk.internal.DiskLogSettings;
import io.reactivestore.cache.disk.internal.LogFiles;
import io.reactivestore.cache.disk.internal.Opening;
import io.reactivestore.cache.disk.internal.Place;
import io.reactivestore.cache.disk.internal.SegmentFacts;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.OverlappingFileLockException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;

/** Copies in a log on the local disk, and blocks. */
final class LogTier implements Tier {
    /*
     * How it works. While it is on there is a session; reads, fills and removals go to that. What fails to be written, and a removal that
     * takes too long, ends the session: the tier is off, callers are served from below, and it is opened anew after a while.
     *
     *   not opened --open--> on --failure, late removal--> off --open--> on
     *                        on, off --close--> closed
     *
     * A mutation waits until its removal is written. If the tier is off it waits for the off mark instead, not longer than a second: it
     * goes on without, and the tier says so. What was missed makes everything that lies in the log suspect, before the tier is on again,
     * and for good. The mark stays on the disk until a clean close: whoever opens the log after a kill must know that mutations were sent
     * of which the log knows nothing.
     *
     *   found at the first opening of a process     what lies there                        keys in doubt
     *   closed cleanly                              as it was then                         none
     *   killed                                      as it was then                         those whose newest record is a removal, all
     *                                                                                      until recovery knows them
     *   killed, with the off mark; or the           suspect                                all
     *   operating system was stopped
     *   nothing, since it cannot be opened          not served                     all
     *
     * When the last process was not closed cleanly, what was read before that was known becomes suspect too. A cache that listens to others
     * has missed what they said, so that it trusts nothing that it finds. What lies there belongs to the cache's epoch in which the session
     * before has ended; the next one finds out by itself that another has begun meanwhile.
     *
     *   state     written by                        guard                          seen by others
     *   session   open, turnOff, close              this                           volatile; null while it is off
     *   off       the same                          this                           volatile
     *   rest      turnOff                           this                           -
     *   missed    drop, dropPrefix, open            this                           at once
     *   mark      the same                          this                           one write, which all wait for; forgotten if it fails
     *   last      open, close                       filesLock, held during I/O     the session whose log is not closed yet
     *   taken     open                              filesLock                      the files, once they are ours
     *   trusted   open                              filesLock                      -
     *   failed    open                              filesLock                      whether an opening has failed
     *   admission the writers, one after another    filesLock in between           -
     */

    private static final Logger LOG = Loggers.getLogger(LogTier.class);
    private static final String NOT_OPEN = "not opened yet";
    private static final String CLOSED = "closed";

    /** After it a removal is late: the disk is in trouble, and writers wait. */
    private static final Duration REMOVAL_WAIT = Duration.ofSeconds(1);

    private static final Duration MARK_WAIT = Duration.ofSeconds(1);

    /** How long it is off at least: twice as long each time, unless it was on for so long in between. */
    private static final Duration FIRST_REST = Duration.ofMillis(100);

    private static final Duration LAST_REST = Duration.ofSeconds(30);

    private final String name;
    private final DiskDirectory directory;
    private final DiskLogSettings settings;
    private final long maxPendingBytes;
    private final StoreTier.Shared shared;
    private final StoreRuntime runtime;
    private final BiConsumer<Tier, Duration> openLater;
    private final LogClock clock;
    private final Admission admission;
    private final TierRecorder recorder;
    private final ReadBreaker breaker;
    private final Object filesLock = new Object();
    private @Nullable LogFiles taken;
    private @Nullable DiskSession last;
    private boolean opened;
    private boolean failed;
    private long trusted;
    private long onSinceNanos;
    private Duration rest = FIRST_REST;
    private volatile @Nullable DiskSession session;
    private volatile @Nullable String off = NOT_OPEN;
    private volatile boolean unmarked;
    private boolean missed;
    private @Nullable Mono<Void> mark;

    /**
     * @param openLater opens this tier after a time, and again and again until that succeeds
     */
    LogTier(
            String name,
            DiskDirectory directory,
            DiskLogSettings settings,
            Admission.Settings admission,
            long maxPendingBytes,
            StoreTier.Shared shared,
            BiConsumer<Tier, Duration> openLater) {
        this.name = name;
        this.directory = directory;
        this.settings = settings;
        this.maxPendingBytes = maxPendingBytes;
        this.shared = shared;
        this.runtime = shared.runtime();
        this.openLater = openLater;
        this.breaker = new ReadBreaker(runtime, shared.pace());
        this.clock = new LogClock(runtime);
        this.admission = new Admission(admission, runtime.random(), runtime.nanoTime());
        this.recorder = new TierRecorder(runtime);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public @Nullable String offReason() {
        String reason = off;
        if (reason == null) {
            return null;
        }
        return unmarked ? reason + "; that removals were missed could not be noted on the disk" : reason;
    }

    // ---- opening and closing ----

    @Override
    public Mono<Void> open() {
        return directory
                .take()
                .flatMap(files -> onDisk(() -> {
                    openNow(files);
                    return true;
                }))
                .then()
                .doOnError(this::openingFailed);
    }

    private void openingFailed(Throwable error) {
        synchronized (filesLock) {
            // Who holds the directory is alive; else a killed process may have left anything under way.
            if (!opened && !failed && !(error.getCause() instanceof OverlappingFileLockException)) {
                failed = true;
                shared.doubtAll();
            }
        }
        stayOff(String.valueOf(error.getMessage()));
    }

    private void openNow(LogFiles files) throws IOException {
        synchronized (filesLock) {
            taken = files;
            if (last != null) {
                if (!last.isOver()) {
                    throw new StoreUnavailableException("open", null, "the disk has not answered yet", true, null);
                }
                trusted = last.writer.trusted();
                last.log.close();
                last = null;
            }
            DiskRecovery recovery = new DiskRecovery(directory.toString(), shared.fence());
            DiskLog log = DiskLog.open(files, settings, recovery);
            try {
                last = begin(log, recovery);
            } catch (IOException | RuntimeException failure) {
                log.close();
                throw failure;
            }
        }
    }

    private DiskSession begin(DiskLog log, DiskRecovery recovery) throws IOException {
        Opening opening = log.opening();
        if (opening.discarded() != null) {
            LOG.warn("{}: begun anew: {}", directory, opening.discarded());
        }
        // While the process lives, its fence knows what is under way.
        boolean killed = !opened && !opening.closedCleanly();
        boolean holds = killed && !opening.allSuspect();
        if (holds) {
            shared.fence().hold();
            shared.freshness().newEpoch();
        } else if (killed) {
            shared.doubtAll();
        }
        recovery.decide(holds);
        DiskSession begun;
        try {
            if (!opened) {
                trusted = shared.freshness().epoch();
                if (shared.listens()) {
                    log.beginEpoch();
                }
            }
            begun = session(log, recovery);
            begun.writer.prepare();
            while (!turnOn(begun)) {
                log.markOff();
                log.beginEpoch();
            }
        } catch (IOException | RuntimeException failure) {
            if (holds) {
                shared.fence().doubtAll();
                shared.fence().release();
            }
            throw failure;
        }
        opened = true;
        begun.recover(holds);
        return begun;
    }

    private DiskSession session(DiskLog log, DiskRecovery recovery) {
        recorder.beginRound();
        DiskSession[] made = new DiskSession[1];
        Consumer<Throwable> onFailure = failure -> turnOff(made[0], String.valueOf(failure.getMessage()));
        DiskWriter writer =
                new DiskWriter(log, settings, admission, recorder, clock, shared, maxPendingBytes, trusted, onFailure);
        DiskReader reader = new DiskReader(log, writer, clock, breaker, recorder, shared);
        made[0] = new DiskSession(log, writer, reader, recovery, shared, onFailure);
        return made[0];
    }

    /** Not if a removal was missed meanwhile. */
    private synchronized boolean turnOn(DiskSession begun) {
        if (isClosed()) {
            throw new StoreClosedException("open", null);
        }
        if (missed) {
            missed = false;
            return false;
        }
        mark = null;
        unmarked = false;
        off = null;
        session = begun;
        onSinceNanos = runtime.nanoTime();
        return true;
    }

    private synchronized void stayOff(String reason) {
        if (!isClosed()) {
            off = reason;
        }
    }

    /** Ends a session, if it is the present one. */
    private void turnOff(DiskSession ended, String reason) {
        Duration resting;
        synchronized (this) {
            if (session != ended) {
                return;
            }
            session = null;
            off = reason;
            boolean lasted = runtime.nanoTime() - onSinceNanos > LAST_REST.toNanos();
            resting = lasted ? FIRST_REST : rest;
            rest = resting.multipliedBy(resting.compareTo(LAST_REST) < 0 ? 2 : 1);
        }
        LOG.warn("{}: off, and tried again later: {}", directory, reason);
        shared.stats().tierFailures.increment();
        boolean owes = ended.writer.owesRemovals();
        ended.stop();
        if (owes) {
            miss();
        }
        openLater.accept(this, resting);
    }

    private boolean isClosed() {
        return CLOSED.equals(off);
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            DiskSession present;
            synchronized (this) {
                present = session;
                session = null;
                off = CLOSED;
            }
            Mono<Void> drained = present == null ? Mono.empty() : present.writer.drained();
            return drained.then(onDisk(() -> {
                        closeNow(present != null);
                        return true;
                    }))
                    .onErrorResume(error -> {
                        LOG.warn("{}: not closed cleanly: {}", directory, error.toString());
                        return Mono.empty();
                    })
                    .then(directory.giveBack());
        });
    }

    /** A mutation that is still under way, or may still be applied, is the business of the next process too. */
    private void closeNow(boolean isOn) throws IOException {
        synchronized (filesLock) {
            DiskSession present = last;
            if (present == null) {
                return;
            }
            boolean clean = isOn && shared.fence().isQuiet();
            present.stop();
            if (clean) {
                present.log.closeCleanly();
            } else {
                present.log.close();
            }
        }
    }

    private <T> Mono<T> onDisk(Callable<T> work) {
        return Mono.fromCallable(work).subscribeOn(runtime.io());
    }

    // ---- copies ----

    @Override
    public boolean mayHold(String key) {
        return find(key) != null;
    }

    @Override
    public boolean contradicts(String key, @Nullable String etag) {
        Place place = find(key);
        return place != null && (etag == null || place.etagHash() != DiskLog.etagHash(etag));
    }

    private @Nullable Place find(String key) {
        DiskSession present = session;
        return present == null ? null : present.writer.find(key);
    }

    @Override
    public @Nullable CachedEntry readAtHand(String key) {
        DiskSession present = session;
        return present == null ? null : present.reader.readAtHand(key);
    }

    @Override
    public Mono<TierCopy> read(String key) {
        return Mono.defer(() -> {
            DiskSession present = session;
            return present == null ? Mono.empty() : present.reader.read(key);
        });
    }

    @Override
    public void fill(String key, CachedEntry entry, Pass pass) {
        DiskSession present = session;
        if (present == null) {
            shared.stats().failedFills.increment();
            return;
        }
        present.writer.fill(key, entry, pass);
    }

    @Override
    public boolean mayHoldBlock(ObjectInfo info, long start) {
        DiskSession present = session;
        return present != null && present.writer.findBlock(info, start) != null;
    }

    @Override
    public Mono<ByteBuffer> readBlock(ObjectInfo info, Span block) {
        return Mono.defer(() -> {
            DiskSession present = session;
            return present == null ? Mono.empty() : present.reader.readBlock(info, block);
        });
    }

    @Override
    public void fillBlock(ObjectInfo info, long start, ByteBuffer bytes, Pass pass) {
        DiskSession present = session;
        if (present == null) {
            shared.stats().failedFills.increment();
            return;
        }
        present.writer.fillBlock(info, start, bytes, pass);
    }

    @Override
    public void renew(String key, CachedEntry entry, Pass pass) {
        DiskSession present = session;
        if (present != null) {
            present.writer.renew(key, entry, pass);
        }
    }

    @Override
    public Mono<Void> drop(String key, Pass begun) {
        DiskSession present = session;
        return present == null ? miss() : written(present, present.writer.remove(key, begun.stamp()));
    }

    @Override
    public Mono<Void> dropPrefix(String prefix, long begun) {
        DiskSession present = session;
        return present == null ? miss() : written(present, present.writer.removePrefix(prefix, begun));
    }

    /** Completes when a removal is written; or when it is noted that it is not. */
    private Mono<Void> written(DiskSession present, Mono<Void> removal) {
        return removal.publishOn(runtime.delivery())
                .timeout(REMOVAL_WAIT, late(present), runtime.timers())
                .onErrorResume(given -> miss());
    }

    private Mono<Void> late(DiskSession present) {
        return Mono.error(() -> {
            String reason = "a removal was not written within " + REMOVAL_WAIT;
            turnOff(present, reason);
            return new IOException(reason);
        });
    }

    /** Notes that a removal is missed; completes when that is on the disk, or has been waited for long enough. */
    private Mono<Void> miss() {
        Mono<Void> written;
        synchronized (this) {
            if (isClosed()) {
                return Mono.empty();
            }
            missed = true;
            if (mark == null) {
                mark = writeMark();
            }
            written = mark;
        }
        written.subscribe(done -> {}, error -> {});
        return written;
    }

    private Mono<Void> writeMark() {
        return onDisk(() -> {
                    markNow();
                    return true;
                })
                .then()
                .timeout(MARK_WAIT, Mono.error(() -> new IOException("not within " + MARK_WAIT)), runtime.timers())
                .doOnError(error -> forgetMark())
                .onErrorComplete()
                .cache();
    }

    private void markNow() throws IOException {
        synchronized (filesLock) {
            if (last != null) {
                last.log.markOff();
            } else if (taken != null) {
                DiskLog.markOff(taken);
            }
            unmarked = false;
        }
    }

    /** The next removal that is missed writes it again. */
    private synchronized void forgetMark() {
        mark = null;
        unmarked = true;
    }

    /** Once in a while: it is of use when a segment is recycled, and readers are many. */
    @Override
    public void usedInMemory(String key, CachedEntry entry) {
        DiskSession present = session;
        if (present == null) {
            return;
        }
        if (entry.isFirstUseIn(recorder.round())) {
            Place place = present.writer.find(key);
            if (place != null) {
                recorder.use(present.log.touch(place));
            }
        }
        Pass firstUse = entry.takeFirstUse();
        if (firstUse != null) {
            present.writer.fill(key, entry, firstUse);
        }
    }

    @Override
    public void blockUsedInMemory(ObjectInfo info, long start) {
        DiskSession present = session;
        if (present == null) {
            return;
        }
        Place place = present.writer.findBlock(info, start);
        if (place != null) {
            recorder.use(present.log.touch(place));
        }
    }

    // ---- facts ----

    @Override
    public Mono<TierInfo> info() {
        return Mono.create(sink -> {
            try {
                shared.serial().schedule(() -> sink.success(infoNow()));
            } catch (RejectedExecutionException closing) {
                sink.error(new StoreClosedException("info", null));
            }
        });
    }

    private TierInfo infoNow() {
        DiskSession present = session;
        long bytes = present == null ? 0 : sum(present.log.segments(), SegmentFacts::recordBytes);
        long payload = present == null ? 0 : sum(present.log.segments(), SegmentFacts::payloadBytes);
        long entries = present == null ? 0 : present.log.entries();
        String reason = off == null ? breaker.reason() : offReason();
        return new TierInfo(
                name, getClass().getSimpleName(), settings.maxBytes(), bytes, payload, entries, entries, reason);
    }

    @Override
    public TierStats stats() {
        DiskSession present = session;
        return recorder.snapshot(present == null ? 0 : present.writer.pendingBytes());
    }

    private static long sum(List<SegmentFacts> segments, ToLongFunction<SegmentFacts> bytes) {
        return segments.stream().mapToLong(bytes).sum();
    }

    @Override
    public Mono<TierCheck> verify() {
        return Mono.defer(() -> {
            DiskSession present = session;
            if (present == null) {
                return Mono.just(new TierCheck(name, 0, 0, 0, 0, whyNotAllTheTime()));
            }
            Checkup checkup = new Checkup(name, shared, () -> session == present ? null : whyNotAllTheTime());
            return new DiskCheck(present.log, shared, checkup).run();
        });
    }

    /** It may be on again by now. */
    private String whyNotAllTheTime() {
        String reason = offReason();
        return reason == null ? "was off in between" : reason;
    }

    @Override
    public String toString() {
        DiskSession present = session;
        return present == null
                ? name + ": off"
                : name + ": " + sum(present.log.segments(), SegmentFacts::recordBytes) + " bytes in "
                        + present.log.entries();
    }
}
