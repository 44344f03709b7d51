package io.reactivestore.cache.disk.internal;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The segments of a log, and the free files beside them. Files come and go by the writer alone; anybody may look segments up. */
final class SegmentFiles {

    private static final Pattern SEGMENT = Pattern.compile("[0-9a-f]{16}-[0-9a-f]{8}\\.segment");
    private static final Pattern FREE = Pattern.compile("[0-9a-f]{16}\\.free");
    private static final int HEX = 16;

    /** A directory is given up while there is a life's worth of numbers left for what is being written. */
    private static final long LAST_FIRST_NUMBER = Place.MAX_SEGMENT / 2;

    /** With fewer, a disk without room for more is an error; with so many the log can go on by recycling. */
    private static final int ENOUGH_SEGMENTS = 3;

    private final LogFiles files;
    private final DiskLogSettings settings;
    private final ConcurrentNavigableMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private final Deque<LogFiles.File> free = new ArrayDeque<>();
    private long totalBytes;
    private boolean diskIsFull;
    private long lastNumber;

    private SegmentFiles(LogFiles files, DiskLogSettings settings) {
        this.files = files;
        this.settings = settings;
    }

    /** Opens all there are. */
    static SegmentFiles open(LogFiles files, DiskLogSettings settings, boolean toWrite) throws IOException {
        SegmentFiles opened = new SegmentFiles(files, settings);
        try {
            for (String name : files.names()) {
                opened.open(name, toWrite);
            }
            return opened;
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    private void open(String name, boolean toWrite) throws IOException {
        try {
            if (SEGMENT.matcher(name).matches()) {
                long number = Long.parseUnsignedLong(name, 0, HEX, HEX);
                long bytes = Long.parseUnsignedLong(name, HEX + 1, HEX + 1 + HEX / 2, HEX);
                add(Segment.found(number, files.open(name, toWrite), bytes));
            } else if (toWrite && FREE.matcher(name).matches()) {
                addFree(files.open(name, true));
            }
        } catch (NoSuchFileException gone) {
            if (toWrite) {
                throw gone;
            }
            // The process whose directory is looked at has recycled it.
        }
    }

    private void add(Segment segment) {
        segments.put(segment.number, segment);
        totalBytes += segment.file.length();
        lastNumber = Math.max(lastNumber, segment.number);
    }

    private void addFree(LogFiles.File file) throws IOException {
        if (file.length() == settings.segmentBytes() && totalBytes + file.length() <= settings.maxBytes()) {
            free.add(file);
            totalBytes += file.length();
        } else {
            file.delete();
        }
    }

    /** Whether there have been so many segments that the directory must begin anew. */
    boolean isWornOut() {
        return lastNumber > LAST_FIRST_NUMBER;
    }

    @Nullable Segment get(long number) {
        return segments.get(number);
    }

    /** The oldest first. */
    Collection<Segment> all() {
        return segments.values();
    }

    /** The oldest last. */
    Collection<Segment> newestFirst() {
        return segments.descendingMap().values();
    }

    @Nullable Segment newest() {
        return segments.isEmpty() ? null : segments.lastEntry().getValue();
    }

    boolean isOldest(Segment segment) {
        return segments.headMap(segment.number).isEmpty();
    }

    /** The oldest one if they take more than they may, beside one to append to. */
    @Nullable Segment surplus() throws IOException {
        if (totalBytes > settings.maxBytes()) {
            dropFree();
        }
        return totalBytes > settings.maxBytes() && segments.size() > 1
                ? segments.firstEntry().getValue()
                : null;
    }

    /** Sees to it that there is a free file, if the limit and the disk allow it. */
    boolean prepareFree() throws IOException {
        if (free.isEmpty() && totalBytes + settings.segmentBytes() <= settings.maxBytes()) {
            try {
                create();
            } catch (IOException full) {
                diskIsFull = true;
                if (segments.size() < ENOUGH_SEGMENTS) {
                    throw full;
                }
            }
        }
        return !free.isEmpty();
    }

    private void create() throws IOException {
        free.add(files.create(freeName(lastNumber + 1), settings.segmentBytes()));
        totalBytes += settings.segmentBytes();
        diskIsFull = false;
    }

    /** Whether there may be more files, as far as is known. */
    boolean hasRoom() {
        return !diskIsFull && totalBytes + settings.segmentBytes() <= settings.maxBytes();
    }

    /** With its length, so that one that was cut is known. */
    private static String segmentName(long number, long bytes) {
        return String.format("%016x-%08x.segment", number, bytes);
    }

    private static String freeName(long number) {
        return String.format("%016x.free", number);
    }

    /** Makes a segment, of a free file or of one above the limit: for a log that is being opened, and will let one go. */
    Segment beginAboveLimit() throws IOException {
        if (!prepareFree()) {
            create();
        }
        return begin();
    }

    /** Makes a segment of a free file. */
    Segment begin() throws IOException {
        if (!prepareFree()) {
            throw new NoFreeSegmentException();
        }
        if (lastNumber >= Place.MAX_SEGMENT) {
            throw new IOException(
                    "the numbers of segments are used up; the directory begins anew when it is opened again");
        }
        LogFiles.File file = free.element();
        file.rename(segmentName(lastNumber + 1, file.length()));
        free.remove();
        lastNumber++;
        Segment segment = Segment.begun(lastNumber, file);
        segments.put(segment.number, segment);
        return segment;
    }

    /** Makes a free file of a segment, or none if there are enough. */
    void free(Segment segment) throws IOException {
        LogFiles.File file = segment.file;
        if (file.length() == settings.segmentBytes() && totalBytes <= settings.maxBytes()) {
            file.rename(freeName(segment.number));
            free.add(file);
            segments.remove(segment.number);
        } else {
            delete(file);
            segments.remove(segment.number);
        }
    }

    /** Makes free files of all segments, of which no record is good any more. */
    void freeAll() throws IOException {
        for (Segment segment : List.copyOf(segments.values())) {
            free(segment);
        }
        lastNumber = 0;
    }

    void dropFree() throws IOException {
        while (!free.isEmpty()) {
            delete(free.remove());
        }
    }

    /** Keeps the figures of the segments. */
    Index.Accounts accounts() {
        return new Index.Accounts() {
            @Override
            public void live(long number, int recordBytes, int sign) {
                Segment segment = get(number);
                if (segment != null) {
                    segment.liveBytes.addAndGet((long) sign * recordBytes);
                }
            }

            @Override
            public void read(long number, int recordBytes, int sign) {
                Segment segment = get(number);
                if (segment != null) {
                    segment.readBytes.addAndGet((long) sign * recordBytes);
                }
            }
        };
    }

    private void delete(LogFiles.File file) throws IOException {
        file.delete();
        totalBytes -= file.length();
    }

    void close() {
        List<LogFiles.File> open = new ArrayList<>(free);
        segments.values().forEach(segment -> open.add(segment.file));
        for (LogFiles.File file : open) {
            try {
                file.close();
            } catch (IOException isClosed) {
                // As far as it can be.
            }
        }
    }
}
