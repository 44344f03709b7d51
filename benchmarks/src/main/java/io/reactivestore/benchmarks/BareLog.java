package io.reactivestore.benchmarks;

import io.reactivestore.Attributes;
import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.disk.internal.DirectoryFiles;
import io.reactivestore.cache.disk.internal.DiskLog;
import io.reactivestore.cache.disk.internal.DiskLogSettings;
import io.reactivestore.cache.disk.internal.Keep;
import io.reactivestore.cache.disk.internal.LogRecord;
import io.reactivestore.cache.disk.internal.RecordVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The log of a cache's disk by itself: records with checksums, found by their keys, in segments that are written anew. */
final class BareLog implements AutoCloseable {

    /** As the disk of a cache does. */
    private static final int BATCH_RECORDS = 64;

    private static final int BATCH_BYTES = 1 << 20;

    private final DiskLog log;
    private long appended;

    BareLog(Path directory, long diskBytes) {
        try {
            log = DiskLog.open(DirectoryFiles.in(directory), DiskLogSettings.of(diskBytes), new UnheardRecovery());
            log.recover();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Appends so many entries with the same bytes, each with a key of its own. */
    long append(ByteBuffer value, int count) throws IOException {
        int batch = Math.max(1, Math.min(BATCH_RECORDS, BATCH_BYTES / value.remaining()));
        for (int done = 0; done < count; done += batch) {
            List<LogRecord> records = new ArrayList<>(batch);
            for (int i = done; i < Math.min(count, done + batch); i++) {
                String key = "objects-" + appended++;
                ObjectInfo info = new ObjectInfo(key, value.remaining(), "1", null, Instant.EPOCH, Attributes.none());
                records.add(LogRecord.entry(new RecordVersion(log.epoch(), appended), 0, appended, info, value));
            }
            log.append(records).forEach(log::publish);
            while (!log.prepareFree()) {
                log.recycle(log.segments().get(0).number(), Keep.NOTHING);
            }
        }
        return (long) count * value.remaining();
    }

    @Override
    public void close() {
        try {
            log.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
