package io.reactivestore.cache.disk.internal;

import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.kill.KilledProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The process that {@link DiskLogKillTest} kills: it reads all keys, then writes and removes them for ever, and tells what it does, a
 * line each: {@code read KEY NUMBER}, {@code begin KEY NUMBER}, {@code ack KEY NUMBER}; {@code 0} stands for absence, {@code suspect}
 * behind a read for an entry that is to be confirmed, and a removal is told as {@code -NUMBER}.
 */
final class DiskLogKillTarget {

    static final int KEYS = 40;

    private static final DiskLogSettings SETTINGS = new DiskLogSettings(1 << 20, 64 << 10);

    private final SplittableRandom random;
    private final DiskLog log;
    private long stamp;

    private DiskLogKillTarget(Path directory, long seed) throws IOException {
        random = new SplittableRandom(seed);
        log = DiskLog.open(DirectoryFiles.in(directory), SETTINGS, (segment, reason) -> {});
    }

    public static void main(String[] arguments) throws IOException {
        DiskLogKillTarget target = new DiskLogKillTarget(Path.of(arguments[0]), Long.parseLong(arguments[2]));
        target.readAll();
        target.write(Long.parseLong(arguments[1]));
    }

    private void readAll() throws IOException {
        log.recover();
        for (int key = 0; key < KEYS; key++) {
            Place place = log.find("k" + key);
            LogRecord record = place == null ? null : log.read("k" + key, place);
            KilledProcess.say("read " + key + " " + (record == null ? 0 : number(record))
                    + (place != null && place.suspect() ? " suspect" : ""));
        }
    }

    /** All bytes must be those of the same write. */
    private static long number(LogRecord record) {
        byte[] bytes = new byte[record.payload().remaining()];
        record.payload().duplicate().get(bytes);
        long number = ByteBuffer.wrap(bytes).getLong();
        for (int i = Long.BYTES; i < bytes.length; i++) {
            if (bytes[i] != (byte) number) {
                throw new AssertionError("a wrong byte in " + record.key());
            }
        }
        return number;
    }

    private void write(long highest) throws IOException {
        for (long number = highest + 1; ; number++) {
            int key = random.nextInt(KEYS);
            boolean removes = random.nextInt(5) == 0;
            KilledProcess.say("begin " + key + " " + (removes ? -number : number));
            append(LogRecord.tombstone("k" + key, version(stamp)));
            stamp++;
            if (!removes) {
                byte[] bytes = new byte[Long.BYTES + random.nextInt(random.nextInt(4) == 0 ? 9_000 : 300)];
                Arrays.fill(bytes, (byte) number);
                ByteBuffer.wrap(bytes).putLong(number);
                ObjectInfo info = new ObjectInfo("k" + key, bytes.length, "e" + number, null, Instant.EPOCH, null);
                Place place = append(LogRecord.entry(version(stamp), 0, number, info, ByteBuffer.wrap(bytes)));
                log.publish(place);
                log.touch(place);
            }
            KilledProcess.say("ack " + key + " " + (removes ? -number : number));
            if (number % 100 == 0 && random.nextInt(4) == 0) {
                log.markOff();
                log.clearOff();
            }
        }
    }

    private Place append(LogRecord record) throws IOException {
        while (!log.prepareFree()) {
            recycle(log.segments().get(0).number());
        }
        return log.append(List.of(record)).get(0);
    }

    /** Keeps every entry, since none was not touched. */
    private void recycle(long segment) throws IOException {
        for (Place place : log.readEntries(segment)) {
            LogRecord record = log.read(place);
            if (record != null && log.isCurrent(place, record)) {
                Place again = log.append(List.of(record)).get(0);
                log.replace(place, again);
                log.touch(again);
            }
        }
        log.recycle(segment, Keep.NOTHING);
    }

    private RecordVersion version(long stamp) {
        return new RecordVersion(log.epoch(), stamp);
    }
}
