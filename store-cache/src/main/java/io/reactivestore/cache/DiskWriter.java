package io.reactivestore.cache;

import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.Admission.Verdict;
import io.reactivestore.cache.Fence.End;
import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.Fence.Ticket;
import io.reactivestore.cache.Works.Work;
import io.reactivestore.cache.disk.internal.DamagedRecordException;
import io.reactivestore.cache.disk.internal.DiskLog;
import io.reactivestore.cache.disk.internal.DiskLogSettings;
import io.reactivestore.cache.disk.internal.Keep;
import io.reactivestore.cache.disk.internal.LogRecord;
import io.reactivestore.cache.disk.internal.NoFreeSegmentException;
import io.reactivestore.cache.disk.internal.Place;
import io.reactivestore.cache.disk.internal.RecordVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Writes to the log of the disk tier, behind the callers: one batch at a time, in the order in which it was told. */
final class DiskWriter {
    /*
     * How it works. Any thread puts steps into the queue. One task at a time, on the I/O scheduler, takes a batch of them:
     *
     *   idle --step--> writing a batch --more in the queue--> writing the next
     *                                  --no free segment ahead--> making room (the ledger names a victim) --> writing the next
     *                                  --nothing left--> idle
     *   writing, making room --failure, stop--> stopped, for good: what is in the queue, or comes into it, is given up
     *
     * A fill is checked by the fence directly before its batch is appended, and comes into the index under the fence. So no entry is ever
     * written behind a removal that hides it: the removal of a mutation which begins after the check is behind it in the queue, and hides
     * it by its version. A removal takes its key out of the index when it is told, and once more as it is appended; one of a prefix hides
     * all keys under it until then.
     *
     * A fill that is shed or refused takes the older copy of its key with it, by a removal like any other. That of a block does not: what
     * there is of its key is as good as before.
     *
     *   state           written by            guard       seen by others
     *   queue           step, batch           concurrent  at once
     *   steps           step, end of a batch  atomic      0 is idle; who makes it 1 starts a task
     *   pendingBytes    fill, its end         atomic      at once
     *   owed            removal, its end      atomic      at once
     *   leaving         prefix removal, end   concurrent  at once
     *   stopped         stop, failure         volatile    never taken back
     *   trusted         the task              volatile    at once; see trust()
     *   checkedAt       the task              the task
     *   counted         the task              the task
     *   admission       the task              the task    outlives it
     */

    private static final int BATCH_RECORDS = 64;
    private static final int BATCH_BYTES = 1 << 20;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** More than a record has beside its key and its bytes, but for the facts of the object. */
    private static final int RECORD_BYTES = 200;

    /** How often, at most, the directory is looked for. */
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DiskLog log;
    private final DiskLogSettings settings;
    private final Admission admission;
    private final TierRecorder recorder;
    private final LogClock clock;
    private final StoreTier.Shared shared;
    private final long maxPendingBytes;
    private final Consumer<Throwable> onFailure;
    private final Queue<Step> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger steps = new AtomicInteger();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final AtomicInteger owed = new AtomicInteger();
    private final List<String> leaving = new CopyOnWriteArrayList<>();
    private final Keep keep = new UnderWay();
    private volatile boolean stopped;
    private volatile long trusted;
    private long checkedAt;
    private long counted;

    /**
     * @param trusted the cache's epoch that what lies in the log belongs to, unless it is suspect
     * @param onFailure hears once why it has stopped by itself
     */
    DiskWriter(
            DiskLog log,
            DiskLogSettings settings,
            Admission admission,
            TierRecorder recorder,
            LogClock clock,
            StoreTier.Shared shared,
            long maxPendingBytes,
            long trusted,
            Consumer<Throwable> onFailure) {
        this.log = log;
        this.settings = settings;
        this.admission = admission;
        this.recorder = recorder;
        this.clock = clock;
        this.shared = shared;
        this.maxPendingBytes = maxPendingBytes;
        this.trusted = trusted;
        this.onFailure = onFailure;
        this.checkedAt = shared.runtime().nanoTime();
    }

    /** Something to be done in its turn. */
    private sealed interface Step {
        String key();

        Work work();

        /** What it has of the bytes that wait. */
        default int weight() {
            return 0;
        }
    }

    private record Fill(String key, CachedEntry entry, Pass pass, int weight, Work work) implements Step {}

    /** Of a block: its bytes lie in an answer of the source that was asked for under the pass. */
    private record BlockFill(ObjectInfo info, long start, ByteBuffer bytes, Pass pass, int weight, Work work)
            implements Step {
        @Override
        public String key() {
            return info.key();
        }
    }

    private record Renewal(String key, CachedEntry entry, Pass pass, Work work) implements Step {}

    /** @param stamp of its mutation's begin, or sequence; the epoch is that of the append */
    private record Removal(boolean ofPrefix, String key, long stamp, Sinks.Empty<Void> done, Work work)
            implements Step {}

    private record Last(String key, Sinks.Empty<Void> done, Work work) implements Step {}

    /**
     * Makes a segment free ahead, before anything is told: a log that was left without one has none when it is opened.
     *
     * @throws NoFreeSegmentException if all the room is taken by removals that are still needed
     */
    void prepare() throws IOException {
        while (!log.prepareFree()) {
            recycleNow(Victims.choose(log.segments()));
        }
    }

    /** Takes a copy, or sheds it if it is too large or too much waits already. */
    void fill(String key, CachedEntry entry, Pass pass) {
        int weight = CachedEntry.weight(key, entry);
        if (pendingBytes.addAndGet(weight) > maxPendingBytes || entry.length() > settings.maxRecordBytes()) {
            pendingBytes.addAndGet(-weight);
            shared.stats().shed.increment();
            retract(key);
            return;
        }
        add(new Fill(key, entry, pass, weight, shared.works().begin()));
    }

    /** The same of a block. */
    void fillBlock(ObjectInfo info, long start, ByteBuffer bytes, Pass pass) {
        int weight = BlockKey.weight(bytes.remaining());
        if (pendingBytes.addAndGet(weight) > maxPendingBytes || bytes.remaining() > settings.maxRecordBytes()) {
            pendingBytes.addAndGet(-weight);
            shared.stats().shed.increment();
            return;
        }
        add(new BlockFill(info, start, bytes, pass, weight, shared.works().begin()));
    }

    /** Notes that the source has confirmed the copy of this key. */
    void renew(String key, CachedEntry entry, Pass pass) {
        add(new Renewal(key, entry, pass, shared.works().begin()));
    }

    /**
     * Keeps the copy of a key away for good.
     *
     * @param stamp at the begin of the mutation
     * @return completes when it is written; fails if it is given up
     */
    Mono<Void> remove(String key, long stamp) {
        log.remove(key);
        return remove(false, key, stamp);
    }

    /** The same for all keys with a prefix. */
    Mono<Void> removePrefix(String prefix, long sequence) {
        leaving.add(prefix);
        return remove(true, prefix, sequence);
    }

    private Mono<Void> remove(boolean ofPrefix, String key, long stamp) {
        Sinks.Empty<Void> done = Sinks.empty();
        owed.incrementAndGet();
        add(new Removal(ofPrefix, key, stamp, done, shared.works().begin()));
        return done.asMono();
    }

    /** Completes when all that was told before is done or given up. */
    Mono<Void> drained() {
        Sinks.Empty<Void> done = Sinks.empty();
        add(new Last("", done, shared.works().begin()));
        return done.asMono();
    }

    /** Where the copy of a key lies, or null if there is none. */
    @Nullable Place find(String key) {
        return isLeaving(key) ? null : log.find(key);
    }

    /** Where a block lies, or null if it is not here. */
    @Nullable Place findBlock(ObjectInfo info, long start) {
        return isLeaving(info.key()) ? null : log.findBlock(info, start);
    }

    private boolean isLeaving(String key) {
        for (String prefix : leaving) {
            if (key.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** Gives up what is in the queue, and what is told from now on. */
    void stop() {
        stopped = true;
    }

    /** What the copies weigh that wait. */
    long pendingBytes() {
        return pendingBytes.get();
    }

    boolean isIdle() {
        return steps.get() == 0;
    }

    /** Whether removals wait to be written. */
    boolean owesRemovals() {
        return owed.get() > 0;
    }

    /** The cache's epoch in which what is not suspect may be served. */
    long trusted() {
        return trusted;
    }

    private void add(Step step) {
        recorder.backlog.told();
        queue.add(step);
        if (steps.getAndIncrement() == 0) {
            schedule(this::write, List.of());
        }
    }

    private void schedule(Runnable task, List<Step> done) {
        try {
            shared.runtime().io().schedule(task);
        } catch (RejectedExecutionException overloaded) {
            stopped = true;
            onFailure.accept(overloaded);
            giveUpAll(done);
        }
    }

    private void write() {
        if (stopped) {
            giveUpAll(List.of());
            return;
        }
        List<Step> batch = take();
        try {
            requirePresent();
            trust();
            append(batch);
            countWritten();
            batch.forEach(this::end);
        } catch (IOException | RuntimeException failure) {
            fail(batch, failure);
            return;
        }
        makeRoom(batch);
    }

    /** So many that they fit into the open segment and the free one. */
    private List<Step> take() {
        List<Step> batch = new ArrayList<>();
        long room = Math.min(BATCH_BYTES, settings.segmentBytes() / 4);
        while (batch.size() < BATCH_RECORDS && room > 0) {
            Step step = queue.poll();
            if (step == null) {
                break;
            }
            batch.add(step);
            room -= RECORD_BYTES + 3L * step.key().length() + step.weight();
        }
        return batch;
    }

    private void requirePresent() throws IOException {
        long now = shared.runtime().nanoTime();
        if (now - checkedAt > CHECK_NANOS) {
            checkedAt = now;
            log.requirePresent();
        }
    }

    /** In a new epoch of the cache, everything of before becomes suspect. Until then nobody trusts anything. */
    private void trust() throws IOException {
        long epoch = shared.freshness().epoch();
        if (epoch != trusted) {
            log.beginEpoch();
            trusted = epoch;
        }
    }

    private void countWritten() {
        long written = log.writtenBytes();
        admission.written(written - counted);
        recorder.writtenBytes.add(written - counted);
        counted = written;
    }

    private void append(List<Step> batch) throws IOException {
        List<Step> written = new ArrayList<>(batch.size());
        List<LogRecord> records = new ArrayList<>(batch.size());
        for (Step step : batch) {
            LogRecord record = recordOf(step);
            if (record != null) {
                written.add(step);
                records.add(record);
            }
        }
        if (records.isEmpty()) {
            return;
        }
        List<Place> places = log.append(records);
        for (int i = 0; i < places.size(); i++) {
            if (written.get(i) instanceof Fill fill) {
                publish(fill.key, fill.pass, places.get(i));
            } else if (written.get(i) instanceof BlockFill fill) {
                publish(fill.info.key(), fill.pass, places.get(i));
            } else if (written.get(i) instanceof Renewal renewal) {
                Place renewed = places.get(i);
                shared.fence().ifAdmitted(renewal.key, renewal.pass, () -> log.renew(renewed));
            }
        }
    }

    /** What a step appends; null if it is refused, or appends nothing. */
    private @Nullable LogRecord recordOf(Step step) {
        if (step instanceof Fill fill) {
            if (!admits(fill.key, fill.entry, fill.pass)) {
                shared.stats().outdated.increment();
                retract(fill.key);
                return null;
            }
            if (!isWorthIt(fill)) {
                recorder.refused.increment();
                retract(fill.key);
                return null;
            }
            LogRecord record = LogRecord.entry(
                    version(fill.pass.stamp()),
                    fill.pass.sequence(),
                    clock.millisOf(fill.entry.filledAtNanos()),
                    fill.entry.info(),
                    fill.entry.isOutline() ? NOTHING : fill.entry.buffer());
            if (DiskLog.recordBytes(record) > settings.maxRecordBytes()) {
                shared.stats().shed.increment();
                retract(fill.key);
                return null;
            }
            return record;
        }
        if (step instanceof BlockFill fill) {
            return recordOf(fill);
        }
        if (step instanceof Renewal renewal) {
            ObjectInfo info = renewal.entry.info();
            Place renewed = log.find(renewal.key);
            // The confirmed copy may have been another tier's; this one's may be older.
            if (renewed == null
                    || renewed.etagHash() != DiskLog.etagHash(info.etag())
                    || !admits(renewal.key, renewal.entry, renewal.pass)) {
                return null;
            }
            long filledAt = clock.millisOf(renewal.entry.filledAtNanos());
            return LogRecord.renewal(version(renewal.pass.stamp()), renewal.pass.sequence(), filledAt, info, renewed);
        }
        if (step instanceof Removal removal) {
            RecordVersion version = version(removal.stamp);
            return removal.ofPrefix
                    ? LogRecord.prefix(removal.key, version)
                    : LogRecord.tombstone(removal.key, version);
        }
        return null;
    }

    private @Nullable LogRecord recordOf(BlockFill fill) {
        if (!shared.fence().ifAdmitted(fill.info.key(), fill.pass, () -> {})) {
            shared.stats().outdated.increment();
            return null;
        }
        if (!isWorthIt(fill)) {
            recorder.refused.increment();
            return null;
        }
        LogRecord record = LogRecord.block(
                version(fill.pass.stamp()),
                fill.pass.sequence(),
                clock.millisOf(shared.runtime().nanoTime()),
                fill.info.withAttributes(null), // those of the outline count
                fill.start,
                fill.bytes);
        if (DiskLog.recordBytes(record) > settings.maxRecordBytes()) {
            shared.stats().shed.increment();
            return null;
        }
        return record;
    }

    private RecordVersion version(long stamp) {
        return new RecordVersion(log.epoch(), stamp);
    }

    private boolean admits(String key, CachedEntry entry, Pass pass) {
        return entry.epoch() == trusted && shared.fence().ifAdmitted(key, pass, () -> {});
    }

    private void publish(String key, Pass pass, Place place) {
        if (shared.fence().ifAdmitted(key, pass, () -> log.publish(place))) {
            recorder.admitted.increment();
        } else {
            shared.stats().outdated.increment();
        }
    }

    private boolean isWorthIt(Fill fill) {
        // While there is room that was never used, and where a copy lies that this one is to take the place of.
        BooleanSupplier firstUseIsEnough = () -> log.hasRoom() || log.find(fill.key) != null;
        long now = shared.runtime().nanoTime();
        Verdict verdict = admission.judge(fill.key, fill.entry.info().size(), firstUseIsEnough, now);
        if (verdict == Verdict.FIRST_USE) {
            fill.entry.wantedOnSecondUse(fill.pass);
        }
        return verdict == Verdict.ADMITTED;
    }

    /** Each block has uses of its own; how large a copy is to be is said of objects. */
    private boolean isWorthIt(BlockFill fill) {
        ObjectInfo info = fill.info;
        String name = info.key() + '\0' + info.etag() + '\0' + fill.start;
        BooleanSupplier firstUseIsEnough = () -> log.hasRoom() || log.findBlock(info, fill.start) != null;
        long now = shared.runtime().nanoTime();
        return admission.judge(name, info.size(), firstUseIsEnough, now) == Verdict.ADMITTED;
    }

    /** Removes an older copy, and outdates what is being loaded. */
    private void retract(String key) {
        if (log.find(key) != null) {
            Ticket ticket = shared.fence().begin(key);
            remove(key, ticket.begun.stamp()).subscribe(done -> {}, missed -> {});
            shared.fence().end(ticket, End.REFUSED);
        }
    }

    // ---- room ----

    /** Keeps a segment free ahead, so that there is always room for removals; then goes on behind what is done. */
    private void makeRoom(List<Step> done) {
        try {
            if (log.prepareFree()) {
                release(done);
                return;
            }
            shared.serial().schedule(() -> {
                long victim = Victims.choose(log.segments());
                schedule(() -> recycle(victim, done), done);
            });
        } catch (IOException | RuntimeException failure) {
            fail(List.of(), failure);
            release(done);
        }
    }

    private void recycle(long victim, List<Step> done) {
        if (stopped) {
            giveUpAll(done);
            return;
        }
        try {
            recycleNow(victim);
        } catch (IOException | RuntimeException failure) {
            fail(List.of(), failure);
            release(done);
            return;
        }
        makeRoom(done);
    }

    private void recycleNow(long victim) throws IOException {
        long before = log.entries() + log.blocks();
        if (victim == Victims.NONE || !makeFree(victim)) {
            throw new IOException("segment " + victim + " cannot be recycled");
        }
        shared.stats().evictions.add(Math.max(0, before - log.entries() - log.blocks()));
        countWritten();
        recorder.beginRound();
    }

    private boolean makeFree(long victim) throws IOException {
        try {
            reinsert(victim);
            return log.recycle(victim, keep);
        } catch (NoFreeSegmentException full) {
            // What is to be kept does not fit; of the oldest that is least, since there is nothing older to hide.
            return log.recycle(Victims.oldest(log.segments()), keep);
        }
    }

    /** Appends again what was read since it was written, half a segment of it at most. */
    private void reinsert(long victim) throws IOException {
        long room = settings.segmentBytes() / 2;
        for (Place place : log.readEntries(victim)) {
            if (place.recordBytes() > room) {
                break;
            }
            LogRecord record;
            try {
                record = log.read(place);
            } catch (DamagedRecordException damaged) {
                shared.stats().corrupt.increment();
                continue;
            }
            if (record != null && log.isCurrent(place, record)) {
                log.replace(place, log.append(List.of(record)).get(0));
                room -= place.recordBytes();
            }
        }
    }

    // ---- ends ----

    private void end(Step step) {
        pendingBytes.addAndGet(-step.weight());
        if (step instanceof Removal removal) {
            owed.decrementAndGet();
            if (removal.ofPrefix) {
                leaving.remove(removal.key);
            }
            removal.done.tryEmitEmpty();
        }
        recorder.backlog.done();
        if (!(step instanceof Last)) {
            shared.works().end(step.work());
        }
    }

    private void giveUp(Step step) {
        if (step instanceof Fill || step instanceof BlockFill) {
            shared.stats().failedFills.increment();
        } else if (step instanceof Removal removal) {
            removal.done.tryEmitError(new IOException("the disk tier is off"));
        }
        end(step);
    }

    private void fail(List<Step> batch, Throwable failure) {
        stopped = true;
        onFailure.accept(failure);
        batch.forEach(this::giveUp);
        release(batch);
    }

    private void giveUpAll(List<Step> done) {
        List<Step> given = new ArrayList<>(done);
        for (Step step = queue.poll(); step != null; step = queue.poll()) {
            giveUp(step);
            given.add(step);
        }
        release(given);
    }

    /** The log is not used any more for these, and what comes before them. */
    private void release(List<Step> done) {
        for (Step step : done) {
            if (step instanceof Last last) {
                last.done.tryEmitEmpty();
                shared.works().end(last.work);
            }
        }
        if (!done.isEmpty() && steps.addAndGet(-done.size()) > 0) {
            schedule(this::write, List.of());
        }
    }

    /** Removals whose mutations are under way or in doubt: their keys must be in doubt for the next process too. */
    private final class UnderWay implements Keep {

        @Override
        public boolean tombstone(String key, RecordVersion version) {
            return !shared.fence().isQuiet(key);
        }

        @Override
        public boolean prefix(String prefix, RecordVersion version) {
            return !shared.fence().arePrefixesQuiet();
        }
    }
}
