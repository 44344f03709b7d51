package io.reactivestore.cache.disk.internal;

import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.internal.RecordText;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Records in segments on disk, and an index of the copies among them: entries, and blocks of large objects.
 *
 * <p>Any thread may look into the index, change it, and read. One thread at a time may append, recycle and close, the <em>writer</em>; one
 * at a time may {@link #recover} and {@link #sweep}, beside it. Nothing of the index does I/O or waits for more than a lock that is held
 * for some hundred nanoseconds, or some microseconds while its part of the index grows; it may be called under other locks.
 */
public final class DiskLog implements Closeable {
    /*
     * How it works. A segment is a file of fixed length. Its name tells its number, and so its age; each record in it repeats the number,
     * so that what an earlier life has left in the file counts for nothing.
     *
     *   nothing --first need--> free --roll--> open --full, or a clean close--> sealed --recycle--> free
     *                                          open <--the next process goes on with it-- sealed by a clean close
     *
     * Free files have names of their own: to rename a file is what makes it free, and nothing of it comes back. There are never more
     * files than the limit allows. Of too many, or those of another length, the oldest are deleted when the log is opened.
     *
     * A record is appended first and comes into the index afterwards, so that the caller can do that under a lock. A removal takes its
     * key out of the index as it is appended. The order in which records count is that of their versions, a removal before an entry of the
     * same version, and among entries the later one; the caller appends no entry behind a removal that hides it.
     *
     * Recovery reads the last segment when the log is opened, and the others from the newest to the oldest beside everything else. What
     * the index has of a key is newer than what recovery finds: an entry is only put where there is nothing. So that an older entry does
     * not come back, until recovery is done the index has removals too, with their versions; a prefix fence stays in `fences` until a
     * sweep has removed what it hides.
     *
     * A block is found by key, etag and first byte, and is what it says as long as there is such a version: no tombstone is meant for it,
     * and it is never suspect. A prefix fence hides it as it hides an entry. In all else it is treated like one.
     *
     * What cannot be read may have been a removal. All that is older than it becomes suspect, and such a segment is recycled only as
     * the oldest, so that the next recovery finds the same. Suspicion of other causes is kept as the epoch that is trusted first, in the
     * state page.
     *
     *   state                      written by                     guard                      seen by others
     *   segments                   the writer                     concurrent map             at once
     *   a segment's state          the writer, recovery once      volatile, its lock         recovery checks it under the lock
     *   a segment's figures        whoever changes the index      atomic                     at once, about
     *   the open segment's footer  the writer                     the footer's lock          a sweep copies it
     *   index                      anybody                        a lock per shard           at once
     *   fences                     the writer, recovery, a sweep  their own lock             volatile array
     *   state page                 anybody                        stateLock                  volatile
     *
     * Lock order: this log, stateLock, recovery, a segment, a shard. I/O is done under the first two only.
     */

    private final LogFiles files;
    private final LogFiles.File stateFile;
    private final SegmentFiles segments;
    private final KeyHash hash;
    private final Index index;
    private final PrefixFences fences = new PrefixFences();
    private final LogReader reader;
    private final LogRecovery recovery;
    private final LogWriter writer;
    private final Object stateLock = new Object();
    private final Opening opening;
    private volatile StatePage state;

    private DiskLog(
            LogFiles files,
            LogFiles.File stateFile,
            StatePage state,
            Opening opening,
            SegmentFiles segments,
            DiskLogSettings settings,
            Recovery listener) {
        this.files = files;
        this.stateFile = stateFile;
        this.state = state;
        this.opening = opening;
        this.segments = segments;
        this.hash = new KeyHash(files.random(), files.random());
        this.index = new Index(segments.accounts());
        this.reader = new LogReader(segments, index, hash, fences, state.mark());
        this.recovery = new LogRecovery(segments, index, hash, fences, listener, state.mark(), state.trustedEpoch());
        this.writer = new LogWriter(segments, state.mark(), settings.maxRecordBytes(), hash, this::written);
    }

    /**
     * Opens the log in a directory, or makes one. After it appends may begin, and what the last segment has is in the index. The epoch of
     * this process is on disk.
     *
     * @param listener hears what is found in the last segment, and by {@link #recover} in the others
     * @throws IOException if it cannot be read or written; nothing is left open
     */
    public static DiskLog open(LogFiles files, DiskLogSettings settings, Recovery listener) throws IOException {
        List<Closeable> opened = new ArrayList<>();
        boolean done = false;
        try {
            LogFiles.File stateFile = openState(files);
            opened.add(stateFile);
            SegmentFiles segments = SegmentFiles.open(files, settings, true);
            opened.add(segments::close);
            DiskLog log = open(files, settings, listener, stateFile, segments);
            done = true;
            return log;
        } finally {
            for (Closeable each : done ? List.<Closeable>of() : opened) {
                each.close();
            }
        }
    }

    private static LogFiles.File openState(LogFiles files) throws IOException {
        if (files.names().contains(StatePage.NAME)) {
            LogFiles.File file = files.open(StatePage.NAME, true);
            if (file.length() == StatePage.FILE_BYTES) {
                return file;
            }
            file.delete();
        }
        return files.create(StatePage.NAME, StatePage.FILE_BYTES);
    }

    private static DiskLog open(
            LogFiles files, DiskLogSettings settings, Recovery listener, LogFiles.File stateFile, SegmentFiles segments)
            throws IOException {
        StatePage found = StatePage.read(stateFile);
        String unusable = segments.all().isEmpty() && found == null ? null : StatePage.unusable(found, segments);
        StatePage good = unusable == null ? found : null;
        String boot = files.bootId();
        StatePage state = good == null ? StatePage.first(files.random(), unusable != null, boot) : good.opened(boot);
        // From now on nothing counts that does not repeat its mark.
        state.write(stateFile);
        if (good == null) {
            segments.freeAll();
        }
        Opening opening = new Opening(
                state.epoch(),
                good == null ? unusable == null : !good.open(),
                state.off(),
                good != null && good.isFromEarlierStart(boot),
                unusable);
        DiskLog log = new DiskLog(files, stateFile, state, opening, segments, settings, listener);
        log.writer.open(log.recovery.recoverLast(opening.closedCleanly()), settings.segmentBytes());
        log.shrink();
        return log;
    }

    /** Lets the oldest segments go until the rest is what is allowed. */
    private void shrink() throws IOException {
        for (Segment oldest = segments.surplus(); oldest != null; oldest = segments.surplus()) {
            try {
                recycle(oldest.number, opening.closedCleanly() ? Keep.NOTHING : Keep.ALL);
            } catch (NoFreeSegmentException noRoom) {
                recycle(oldest.number, Keep.NOTHING);
            }
        }
    }

    /** How it was found. */
    public Opening opening() {
        return opening;
    }

    /**
     * Puts what the other segments have into the index, from the newest to the oldest. Goes on where it was stopped.
     *
     * @return whether it is done
     * @throws IOException if the disk fails; what cannot be read is no failure, but makes suspect
     */
    public boolean recover() throws IOException {
        return recovery.recover();
    }

    // ---- index ----

    /** Where the newest entry of a key lies, or null. */
    public @Nullable Place find(String key) {
        return index.find(hash.of(key));
    }

    /** Where a block lies, or null: of this version of an object, from this byte on. */
    public @Nullable Place findBlock(ObjectInfo info, long start) {
        return index.find(hash.ofBlock(hash.of(info.key()), etagHash(info.etag()), start));
    }

    /**
     * Notes that an entry or a block was read.
     *
     * @return whether the index still has it there
     */
    public boolean touch(Place place) {
        return index.touch(place);
    }

    /** Lets an entry or a block that was appended be found. */
    public void publish(Place place) {
        index.put(place);
    }

    /**
     * Lets an entry or a block be found where it was appended once more, as suspect as it was.
     *
     * @return whether the index had it at the expected place until now
     */
    public boolean replace(Place expected, Place place) {
        return index.replace(expected, place, true);
    }

    /**
     * Lets an entry count as confirmed.
     *
     * @param place as appending the renewal gave it
     * @return whether the index has the entry there
     */
    public boolean renew(Place place) {
        return index.replace(place, place, false);
    }

    /** Whether the index has it there. */
    public boolean isCurrent(Place place) {
        return index.isCurrent(place);
    }

    /** Whether the index has this record there, and no prefix fence hides it: then it may be appended again. */
    public boolean isCurrent(Place place, LogRecord record) {
        byte[] key = record.key().getBytes(StandardCharsets.UTF_8);
        return !fences.hide(key, 0, key.length, record.version().packed(), record.prefixSequence())
                && index.isCurrent(place); // in this order, see read
    }

    /**
     * Lets an entry or a block not be found any more; for one that is damaged. It may come back when the log is opened again.
     *
     * @return whether the index had it there
     */
    public boolean remove(Place place) {
        return index.remove(place);
    }

    /**
     * Lets the entry of a key not be found any more, ahead of its tombstone, which alone keeps it away for good.
     *
     * @return where it was, or null
     */
    public @Nullable Place remove(String key) {
        return index.remove(hash.of(key));
    }

    /** How many entries can be found, not counting blocks. */
    public long entries() {
        return index.entries();
    }

    /** How many blocks can be found. */
    public long blocks() {
        return index.blocks();
    }

    /** How many bytes the records take that can be found. */
    public long liveBytes() {
        return index.liveBytes();
    }

    // ---- reading ----

    /**
     * The bytes of a record that lie in memory, for a thread that must not wait; they are not looked at yet.
     *
     * @return null if {@link #read} or {@link #readBlock} is to be called without them, where one may wait: they are not in memory, the record
     *     is large, or is there no more
     */
    public byte @Nullable [] resident(Place place) {
        return reader.resident(place);
    }

    /** As {@link #read(String, Place, byte[])}, without bytes. */
    public @Nullable LogRecord read(String key, Place place) throws IOException {
        return read(key, place, null);
    }

    /**
     * The entry at a place, filled when it was written or confirmed last.
     *
     * @param resident its bytes as {@link #resident} has given them; null to read them now
     * @return null if it is another key's, was recycled meanwhile, or is hidden by a prefix fence
     * @throws DamagedRecordException if its bytes are not those that were written
     * @throws IOException if it cannot be read
     */
    public @Nullable LogRecord read(String key, Place place, byte @Nullable [] resident) throws IOException {
        LogRecord record = reader.read(place, resident);
        return record != null
                        && record.kind() == LogRecord.Kind.ENTRY
                        && record.key().equals(key)
                        // Behind the look at the fences: a sweep takes a copy out of the index before it lets go of the
                        // fence that hid it.
                        && index.isCurrent(place)
                ? record
                : null;
    }

    /** As {@link #readBlock(ObjectInfo, long, int, Place, byte[])}, without bytes. */
    public @Nullable ByteBuffer readBlock(ObjectInfo info, long start, int length, Place place) throws IOException {
        return readBlock(info, start, length, place, null);
    }

    /**
     * The bytes of a block at a place.
     *
     * @param info of the version whose block it is
     * @param length how many bytes it has
     * @param resident the bytes of its record as {@link #resident} has given them; null to read them now
     * @return null if it is another block, or one of another length, was recycled meanwhile, or is hidden by a prefix fence
     * @throws DamagedRecordException if its bytes are not those that were written
     * @throws IOException if it cannot be read
     */
    public @Nullable ByteBuffer readBlock(
            ObjectInfo info, long start, int length, Place place, byte @Nullable [] resident) throws IOException {
        LogRecord record = reader.read(place, resident);
        return record != null && record.isBlock(info, start, length) && index.isCurrent(place)
                ? record.payload().slice()
                : null;
    }

    /** The entry or the block at a place, whatever the key. */
    public @Nullable LogRecord read(Place place) throws IOException {
        return reader.read(place, null);
    }

    /** Goes through the entries and blocks of a segment that can be found, in their order there; reads its footer. */
    public void forEachCopy(long segment, CopyVisitor visitor) throws IOException {
        reader.forEachCopy(segment, visitor);
    }

    // ---- writing ----

    /** How long a record is on disk; appending one longer than {@link DiskLogSettings#maxRecordBytes} is refused. */
    public static int recordBytes(LogRecord record) {
        return RecordHeader.recordBytes(
                RecordText.length(record.key()) - Integer.BYTES,
                record.info() == null ? 0 : InfoCodec.length(record.info()),
                record.payload().remaining());
    }

    /** The hash of an etag as {@link Place#etagHash} has it; of null it is 0. */
    public static int etagHash(@Nullable String etag) {
        if (etag == null) {
            return 0;
        }
        CRC32C crc = new CRC32C();
        crc.update(etag.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    /**
     * Appends records in their order, in one write if they fit. Survives the death of the process when it returns. Removals have taken
     * effect on the index then, and copies not.
     *
     * @return the places, in the same order; of a renewal that of the entry
     * @throws NoFreeSegmentException if none is left; some of the records may have been appended
     * @throws IOException if it fails; nothing of what was not appended before comes back later
     */
    public synchronized List<Place> append(List<LogRecord> records) throws IOException {
        return writer.append(records);
    }

    private void written(LogRecord record, long keyHash) {
        if (record.kind() == LogRecord.Kind.TOMBSTONE) {
            index.hide(keyHash, record.version().packed());
        } else if (record.kind() == LogRecord.Kind.PREFIX) {
            fences.add(record.key(), record.version().packed(), false);
        }
    }

    /**
     * Makes room ahead, so that the next roll has a free segment.
     *
     * @return whether there is one; if not, {@link #recycle} one before anything else is appended
     */
    public synchronized boolean prepareFree() throws IOException {
        return segments.prepareFree();
    }

    /** Whether it may still grow, and nothing has to go for what is appended. */
    public synchronized boolean hasRoom() {
        return segments.hasRoom();
    }

    /** How many bytes of records were written since it was opened. */
    public synchronized long writtenBytes() {
        return writer.writtenBytes();
    }

    /** Deletes the free files. */
    public synchronized void dropFree() throws IOException {
        segments.dropFree();
    }

    /** Waits until what was appended is on the disk itself. */
    public synchronized void force() throws IOException {
        for (Segment segment : segments.all()) {
            if (!segment.forced) {
                segment.file.force();
                segment.forced = true;
            }
        }
    }

    // ---- recycling ----

    /** The segments, the oldest first. */
    public List<SegmentFacts> segments() {
        return segments.all().stream().map(Segment::facts).toList();
    }

    /**
     * The copies of a segment that were read since they were written and are not suspect, in their order there. To keep one, read it,
     * append it if it {@linkplain #isCurrent(Place, LogRecord) is current} directly before, and {@link #replace} it.
     */
    public List<Place> readEntries(long segment) {
        List<Place> places = new ArrayList<>();
        index.forEachRead(segment, places::add);
        places.sort(Comparator.comparingInt(Place::offset));
        return places;
    }

    /**
     * Makes a sealed segment free. Its copies are not found any more. Its removals are appended again where an older segment may have
     * what they hide, or where they are to be kept.
     *
     * @return whether it was; not one that is not sealed, or a damaged one that is not the oldest
     * @throws NoFreeSegmentException if its removals do not fit, and there is no free one ahead; it is as it was then. The oldest one
     *     needs no room but for what is to be kept
     */
    public synchronized boolean recycle(long number, Keep keep) throws IOException {
        Segment segment = segments.get(number);
        if (segment == null || !segment.sealed) {
            return false;
        }
        Segment.Contents contents = segment.contents(state.mark());
        boolean oldest = segments.isOldest(segment);
        if (contents.damaged() && !oldest) {
            return false;
        }
        writer.append(removals(segment, contents, oldest ? keep : Keep.ALL), (record, keyHash) -> {});
        segments.free(segment);
        synchronized (segment) {
            segment.recycled = true;
        }
        index.removeSegment(number);
        return true;
    }

    /** Those that are to be kept; recovery hears of all, as it will not find them. */
    private List<LogRecord> removals(Segment segment, Segment.Contents contents, Keep keep) {
        List<LogRecord> kept = new ArrayList<>();
        for (Footer.Entry entry : contents.footer().entries()) {
            if (entry.kind.isRemoval()) {
                if (!segment.recovered) {
                    recovery.applyRemoval(entry);
                }
                String key = entry.key();
                RecordVersion version = RecordVersion.ofPacked(entry.version);
                if (entry.kind == LogRecord.Kind.PREFIX) {
                    if (keep.prefix(key, version)) {
                        kept.add(LogRecord.prefix(key, version));
                    }
                } else if (keep.tombstone(key, version)) {
                    kept.add(LogRecord.tombstone(key, version));
                }
            }
        }
        return kept;
    }

    // ---- prefix fences ----

    /** How many prefix fences may hide entries that are still in the index. */
    public int fences() {
        return fences.present().size();
    }

    /**
     * Takes out of the index what is hidden by prefix fences that were there at the begin; afterwards those are gone. Only after recovery
     * is done.
     *
     * @param goesOn asked before each segment
     * @return whether it is done
     */
    public boolean sweep(BooleanSupplier goesOn) throws IOException {
        return recovery.isDone() && recovery.sweep(goesOn);
    }

    // ---- the state page ----

    /** Writes down that a mutation goes past the tier: the next opening finds everything suspect. */
    public void markOff() throws IOException {
        synchronized (stateLock) {
            if (!state.off()) {
                change(state.with(state.epoch(), state.trustedEpoch(), true, true, state.bootId()));
            }
        }
    }

    /** The same for a log that is not open in any process, and cannot be opened. */
    public static void markOff(LogFiles files) throws IOException {
        try (LogFiles.File file = files.open(StatePage.NAME, true)) {
            StatePage found = file.length() == StatePage.FILE_BYTES ? StatePage.read(file) : null;
            if (found != null && !found.off()) {
                found.with(found.epoch(), found.trustedEpoch(), found.open(), true, found.bootId())
                        .write(file);
            }
        }
    }

    /** Takes the off mark back: after a {@link #beginEpoch}, or since the opening, no mutation that went past the tier is in doubt any more. */
    public void clearOff() throws IOException {
        synchronized (stateLock) {
            if (state.off()) {
                change(state.with(state.epoch(), state.trustedEpoch(), true, false, state.bootId()));
            }
        }
    }

    /**
     * Begins a new epoch, on disk when this returns. Everything of before is suspect from then on, now and after any opening. The off mark
     * stays.
     */
    public long beginEpoch() throws IOException {
        synchronized (stateLock) {
            long epoch = state.epoch() + 1;
            if (epoch > RecordVersion.MAX_EPOCH) {
                throw new IOException("the epochs are used up; the directory begins anew when it is opened again");
            }
            change(state.with(epoch, epoch, true, state.off(), state.bootId()));
            recovery.distrust(epoch);
            return epoch;
        }
    }

    /** The epoch for the versions of what is appended now. */
    public long epoch() {
        return state.epoch();
    }

    private void change(StatePage changed) throws IOException {
        changed.write(stateFile);
        state = changed;
    }

    /** Fails if the directory is not what it was when it was opened. */
    public void requirePresent() throws IOException {
        files.requirePresent();
    }

    // ---- end ----

    /**
     * Closes it cleanly: all is on the disk, and the next opening trusts everything. Not while a mutation is in flight or in doubt; then
     * {@link #close} it.
     */
    public synchronized void closeCleanly() throws IOException {
        try {
            writer.end();
            force();
            files.forceNames();
            synchronized (stateLock) {
                change(state.with(state.epoch(), state.trustedEpoch(), false, false, state.bootId()));
            }
        } finally {
            close();
        }
    }

    /** Closes the files and leaves all else as the death of the process would. */
    @Override
    public synchronized void close() throws IOException {
        segments.close();
        stateFile.close();
    }
}
