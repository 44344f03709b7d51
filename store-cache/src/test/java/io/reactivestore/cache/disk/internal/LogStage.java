package io.reactivestore.cache.disk.internal;

import io.reactivestore.ObjectInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A log on a disk in memory, and what it tells. */
final class LogStage implements Recovery {

    static final int SEGMENT_BYTES = 4096;

    final MemoryLogFiles files;
    final Map<String, RecordVersion> tombstones = new LinkedHashMap<>();
    final List<String> prefixes = new ArrayList<>();
    final List<Long> damaged = new ArrayList<>();
    private final DiskLogSettings settings;
    private boolean stopped;
    DiskLog log;

    LogStage(int segments) throws IOException {
        this(new MemoryLogFiles(1).resident(50), segments);
    }

    LogStage(MemoryLogFiles files, int segments) throws IOException {
        this.files = files;
        this.settings = new DiskLogSettings((long) segments * SEGMENT_BYTES, SEGMENT_BYTES);
        log = DiskLog.open(files, settings, this);
        log.recover();
    }

    /** Opens it again, with everything recovered. */
    LogStage reopen() throws IOException {
        openOnly();
        log.recover();
        return this;
    }

    LogStage openOnly() throws IOException {
        tombstones.clear();
        prefixes.clear();
        damaged.clear();
        log = DiskLog.open(files, settings, this);
        return this;
    }

    LogStage kill() throws IOException {
        files.kill();
        return reopen();
    }

    LogStage closeCleanly() throws IOException {
        log.closeCleanly();
        return reopen();
    }

    /** Appends and publishes an entry. */
    Place put(String key, String value, long stamp) throws IOException {
        Place place = append(entry(key, value, stamp));
        log.publish(place);
        return place;
    }

    Place append(LogRecord record) throws IOException {
        return log.append(List.of(record)).get(0);
    }

    void delete(String key, long stamp) throws IOException {
        append(LogRecord.tombstone(key, version(stamp)));
    }

    RecordVersion version(long stamp) {
        return new RecordVersion(log.epoch(), stamp);
    }

    LogRecord entry(String key, String value, long stamp) {
        return entry(key, value, stamp, 0);
    }

    LogRecord entry(String key, String value, long stamp, long sequence) {
        return LogRecord.entry(version(stamp), sequence, 5_000, info(key, value), bytes(value));
    }

    /** Appends and publishes the bytes of an object from one on. */
    Place putBlock(String key, String whole, int start, int end, long sequence) throws IOException {
        Place place = append(block(key, whole, start, end, sequence));
        log.publish(place);
        return place;
    }

    LogRecord block(String key, String whole, int start, int end, long sequence) {
        ByteBuffer bytes = bytes(whole.substring(start, end));
        return LogRecord.block(version(0), sequence, 5_000, info(key, whole), start, bytes);
    }

    /** These bytes of an object if they are there as a block, or null. */
    @Nullable String getBlock(String key, String whole, int start, int end) throws IOException {
        ObjectInfo info = info(key, whole);
        Place place = log.findBlock(info, start);
        ByteBuffer bytes = place == null ? null : log.readBlock(info, start, end - start, place, log.resident(place));
        return bytes == null ? null : StandardCharsets.ISO_8859_1.decode(bytes).toString();
    }

    static ObjectInfo info(String key, String value) {
        return new ObjectInfo(key, value.length(), "etag-" + value.hashCode(), null, Instant.EPOCH, null);
    }

    static ByteBuffer bytes(String value) {
        return ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** The value of a key, or null. */
    @Nullable String get(String key) throws IOException {
        LogRecord record = record(key);
        return record == null ? null : text(record);
    }

    @Nullable LogRecord record(String key) throws IOException {
        Place place = log.find(key);
        return place == null ? null : log.read(key, place, log.resident(place));
    }

    static String text(LogRecord record) {
        return StandardCharsets.ISO_8859_1.decode(record.payload().duplicate()).toString();
    }

    boolean suspect(String key) {
        Place place = log.find(key);
        return place != null && place.suspect();
    }

    /** Begins a new segment, by filling the present one; returns the number of the one that was sealed. */
    long seal() throws IOException {
        long before = newest();
        for (int i = 0; newest() == before; i++) {
            append(entry("filler", "x".repeat(600), i));
            prepare();
        }
        return before;
    }

    /** Sees to a free segment, as the writer does, if there may be more files. */
    void prepare() throws IOException {
        log.prepareFree();
    }

    long newest() {
        List<SegmentFacts> segments = log.segments();
        return segments.get(segments.size() - 1).number();
    }

    List<Long> numbers() {
        return log.segments().stream().map(SegmentFacts::number).toList();
    }

    SegmentFacts facts(long number) {
        return log.segments().stream()
                .filter(each -> each.number() == number)
                .findFirst()
                .orElseThrow();
    }

    /** Recycles the oldest until there is a free segment. */
    void makeRoom() throws IOException {
        while (!log.prepareFree()) {
            log.recycle(numbers().get(0), Keep.NOTHING);
        }
    }

    /** Recovery stops before its next segment. */
    void stop(boolean stopped) {
        this.stopped = stopped;
    }

    @Override
    public void tombstone(String key, RecordVersion version) {
        tombstones.put(key, version);
    }

    @Override
    public void prefix(String prefix, RecordVersion version) {
        prefixes.add(prefix);
    }

    @Override
    public void damaged(long segment, String reason) {
        damaged.add(segment);
    }

    @Override
    public boolean goesOn() {
        return !stopped;
    }
}
