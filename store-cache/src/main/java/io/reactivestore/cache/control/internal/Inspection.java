package io.reactivestore.cache.control.internal;

import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.disk.internal.DamagedRecordException;
import io.reactivestore.cache.disk.internal.DirectoryFiles;
import io.reactivestore.cache.disk.internal.LogRecord;
import io.reactivestore.cache.disk.internal.LogView;
import io.reactivestore.cache.disk.internal.Place;
import io.reactivestore.cache.disk.internal.SegmentFacts;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The commands that change nothing. */
final class Inspection {

    private final Path directory;
    private final PrintStream out;
    private final Progress progress;

    Inspection(Path directory, PrintStream out, Progress progress) {
        this.directory = directory;
        this.out = out;
        this.progress = progress;
    }

    int info() throws IOException {
        try (LogView log = open()) {
            List<SegmentFacts> segments = log.segments();
            out.println("directory       " + directory);
            out.println("state           " + state(log));
            out.println("epoch           " + log.epoch());
            out.println("entries         " + log.entries());
            out.println("blocks          " + log.blocks());
            out.println("segments        " + segments.size() + ", damaged "
                    + segments.stream().filter(SegmentFacts::damaged).count());
            out.println("segment bytes   " + sum(segments, SegmentFacts::fileBytes));
            out.println("record bytes    " + sum(segments, SegmentFacts::recordBytes));
            out.println("entry bytes     " + sum(segments, SegmentFacts::liveBytes));
            out.println("removal bytes   " + sum(segments, SegmentFacts::removalBytes));
            return 0;
        }
    }

    private static String state(LogView log) {
        String open = log.isOpen() ? "in use, or its process was killed" : "closed";
        return log.offMark() ? open + "; a write went past the tier, so all of it is suspect" : open;
    }

    private static long sum(List<SegmentFacts> segments, ToLongFunction<SegmentFacts> figure) {
        return segments.stream().mapToLong(figure).sum();
    }

    int list(String prefix) throws IOException {
        try (LogView log = open()) {
            for (SegmentFacts segment : log.segments()) {
                log.forEachCopy(segment.number(), (key, place, payloadBytes) -> {
                    if (key.startsWith(prefix) && !place.isBlock()) {
                        // Only the record tells an outline from an object without bytes.
                        LogRecord empty = payloadBytes == 0 ? read(log, place) : null;
                        out.println(line(key, place) + (empty == null ? "" : outline(empty)));
                    }
                });
            }
            return 0;
        }
    }

    private static String line(String key, Place place) {
        String filled = Instant.ofEpochSecond(place.filledAtSeconds()).toString();
        return String.format("%12d  %s  %s%s", place.recordBytes(), filled, key, place.suspect() ? "  (suspect)" : "");
    }

    private static String outline(LogRecord record) {
        return record.isOutline() ? "  (" + size(record) + " bytes, in blocks)" : "";
    }

    private static long size(LogRecord record) {
        return Objects.requireNonNull(record.info()).size();
    }

    int verify() throws IOException {
        try (LogView log = open()) {
            Count count = new Count();
            progress.begin();
            for (SegmentFacts segment : log.segments()) {
                count.damaged += segment.damaged() ? 1 : 0;
                log.forEachCopy(segment.number(), (key, place, payloadBytes) -> {
                    count.done++;
                    count.blocks += place.isBlock() ? 1 : 0;
                    count.damaged += isDamaged(log, key, place) ? 1 : 0;
                    progress.done("verifying", count.done, log.entries() + log.blocks());
                });
            }
            out.println(count.done - count.blocks + " entries and " + count.blocks + " blocks read, " + count.damaged
                    + " damaged entries, blocks and segments");
            return count.damaged == 0 ? 0 : 1;
        }
    }

    private static final class Count {
        long done;
        long blocks;
        long damaged;
    }

    private boolean isDamaged(LogView log, String key, Place place) throws IOException {
        try {
            log.read(place);
            return false;
        } catch (DamagedRecordException e) {
            progress.problem(key + ": " + e.getMessage());
            return true;
        }
    }

    int export(String key) throws IOException {
        try (LogView log = open()) {
            Place place = log.find(key);
            LogRecord record = place == null ? null : read(log, place);
            if (record == null || !record.key().equals(key)) {
                progress.problem("there is no sound entry of " + key);
                return 1;
            }
            if (!record.isOutline()) {
                write(record);
                return 0;
            }
            long gap = forEachBlock(log, record, block -> {});
            if (gap < size(record)) {
                progress.problem(key + " is kept in blocks, and the one from byte " + gap + " on is not here");
                return 1;
            }
            return forEachBlock(log, record, this::write) < gap ? 1 : 0;
        }
    }

    private interface BlockVisitor {
        void block(LogRecord block) throws IOException;
    }

    /** Goes through the blocks of an object in order, whatever their sizes, and tells where one is missing. */
    private static long forEachBlock(LogView log, LogRecord outline, BlockVisitor visitor) throws IOException {
        ObjectInfo info = Objects.requireNonNull(outline.info());
        long start = 0;
        while (start < info.size()) {
            Place place = log.findBlock(info, start);
            LogRecord block = place == null ? null : read(log, place);
            int length = block == null ? 0 : block.payload().remaining();
            if (block == null || length == 0 || !block.isBlock(info, start, length)) {
                return start;
            }
            visitor.block(block);
            start += length;
        }
        return start;
    }

    private void write(LogRecord record) throws IOException {
        ByteBuffer payload = record.payload().duplicate();
        while (payload.hasRemaining()) {
            Channels.newChannel(out).write(payload);
        }
    }

    private static @Nullable LogRecord read(LogView log, Place place) throws IOException {
        try {
            return log.read(place);
        } catch (DamagedRecordException damaged) {
            return null;
        }
    }

    private LogView open() throws IOException {
        return LogView.open(DirectoryFiles.toRead(directory), progress);
    }
}
