package io.reactivestore.cache.control.internal;

import io.reactivestore.cache.disk.internal.DirectoryFiles;
import io.reactivestore.cache.disk.internal.DiskLog;
import io.reactivestore.cache.disk.internal.DiskLogSettings;
import io.reactivestore.cache.disk.internal.Keep;
import io.reactivestore.cache.disk.internal.LogRecord;
import io.reactivestore.cache.disk.internal.LogView;
import io.reactivestore.cache.disk.internal.Place;
import io.reactivestore.cache.disk.internal.RecordVersion;
import io.reactivestore.cache.disk.internal.SegmentFacts;
import io.reactivestore.cache.internal.DirectoryLock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import reactor.core.scheduler.Schedulers;

/** The commands that write, for which no cache may have the directory open. */
final class Housekeeping {

    /** Of a segment that has less to give back nothing is moved. */
    private static final double DENSE = 0.75;

    private final Path directory;
    private final PrintStream out;
    private final Progress progress;

    Housekeeping(Path directory, PrintStream out, Progress progress) {
        this.directory = directory;
        this.out = out;
        this.progress = progress;
    }

    /** Something to do with the log of the directory. */
    private interface Work {
        void on(DiskLog log) throws IOException;
    }

    int evict(String prefix) throws IOException {
        return alone(log -> {
            long entries = log.entries();
            long blocks = log.blocks();
            // Everything of before is of an earlier epoch than this.
            log.append(List.of(LogRecord.prefix(prefix, new RecordVersion(log.epoch(), 0))));
            log.sweep(() -> true);
            out.println(entries - log.entries() + " entries removed, " + log.entries() + " left; "
                    + (blocks - log.blocks()) + " blocks removed, " + log.blocks() + " left");
        });
    }

    int compact() throws IOException {
        return alone(log -> {
            List<SegmentFacts> before = log.segments();
            progress.begin();
            for (int i = 0; i < before.size(); i++) {
                SegmentFacts segment = before.get(i);
                if (segment.sealed() && segment.liveBytes() < DENSE * segment.fileBytes()) {
                    empty(log, segment.number());
                }
                progress.done("compacting", i + 1, before.size());
            }
            log.dropFree();
            out.println(bytes(before) - bytes(log.segments()) + " bytes given back, " + log.entries()
                    + " entries kept, " + log.blocks() + " blocks");
        });
    }

    /** Appends the entries and blocks of a segment to the last one, and lets it go; not if there are suspect ones, which keep their age. */
    private static void empty(DiskLog log, long segment) throws IOException {
        List<Place> places = new ArrayList<>();
        log.forEachCopy(segment, (key, place, payloadBytes) -> places.add(place));
        if (places.stream().anyMatch(Place::suspect)) {
            return;
        }
        for (Place place : places) {
            LogRecord record = log.read(place);
            if (record != null) {
                log.replace(place, log.append(List.of(record)).get(0));
            }
        }
        log.recycle(segment, log.opening().closedCleanly() ? Keep.NOTHING : Keep.ALL);
    }

    private static long bytes(List<SegmentFacts> segments) {
        return segments.stream().mapToLong(SegmentFacts::fileBytes).sum();
    }

    private int alone(Work work) throws IOException {
        int segmentBytes;
        try (LogView view = LogView.open(DirectoryFiles.toRead(directory), progress)) {
            List<SegmentFacts> segments = view.segments();
            segmentBytes = Math.toIntExact(segments.get(segments.size() - 1).fileBytes());
        }
        DirectoryLock lock = new DirectoryLock("cache", directory, Schedulers.immediate());
        lock.takeNow();
        try {
            DiskLogSettings settings = new DiskLogSettings(Long.MAX_VALUE, segmentBytes);
            try (DiskLog log = DiskLog.open(DirectoryFiles.in(directory), settings, progress)) {
                log.recover();
                work.on(log);
                if (log.opening().closedCleanly()) {
                    log.closeCleanly();
                }
            }
        } finally {
            lock.releaseNow();
        }
        return 0;
    }
}
