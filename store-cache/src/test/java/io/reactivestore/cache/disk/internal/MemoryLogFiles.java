package io.reactivestore.cache.disk.internal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that outlives a simulated process: it gets full, fails, is killed in the middle of a write, loses what was not forced,
 * and has its bytes changed. For any number of threads.
 */
public final class MemoryLogFiles implements LogFiles {

    private final TreeMap<String, Disk> files = new TreeMap<>();
    private final SplittableRandom random;
    private final SplittableRandom paging;
    private int bootCount;
    private int process;
    private int open;
    private long freeBytes = Long.MAX_VALUE;
    private long bytesUntilKill = Long.MAX_VALUE;
    private long bytesUntilFailure = Long.MAX_VALUE;
    private @Nullable String failure;
    private boolean absent;
    private long mostBytes;
    private int residentPercent;
    private Runnable onResident = () -> {};

    /** A disk with nothing on it. */
    public MemoryLogFiles(long seed) {
        random = new SplittableRandom(seed);
        paging = new SplittableRandom(seed); // of its own, so that all else goes the same way
    }

    /** The process was killed in a write. */
    public static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    private static final class Disk {
        byte[] bytes;
        byte[] forced;

        Disk(int length) {
            bytes = new byte[length];
            forced = new byte[length];
        }
    }

    /** The process is gone, with its open files. What it wrote is there. */
    public synchronized void kill() {
        process++;
        open = 0;
        bytesUntilKill = Long.MAX_VALUE;
    }

    /** The same, and the system is started anew: of what was not forced there is nothing. */
    public synchronized void losePower() {
        kill();
        bootCount++;
        files.values().forEach(disk -> disk.bytes = disk.forced.clone());
    }

    /** After so many more bytes, renames, creations and deletions, each counting as one, the process is killed. */
    public synchronized MemoryLogFiles killAfter(long bytes) {
        bytesUntilKill = bytes;
        return this;
    }

    /** So many more bytes can be given to files before the disk is full. */
    public synchronized MemoryLogFiles free(long bytes) {
        freeBytes = bytes;
        return this;
    }

    /** After so many more bytes a write fails, once. */
    public synchronized MemoryLogFiles failWriteAfter(long bytes) {
        bytesUntilFailure = bytes;
        return this;
    }

    /** Everything fails with this message; null for nothing does. */
    public synchronized MemoryLogFiles failWith(@Nullable String message) {
        failure = message;
        return this;
    }

    /** Somebody has removed the directory. */
    public synchronized MemoryLogFiles removed(boolean removed) {
        absent = removed;
        return this;
    }

    /** Of so many of a hundred reads all lies in memory. None unless this is called. */
    public synchronized MemoryLogFiles resident(int percent) {
        residentPercent = percent;
        return this;
    }

    /** Happens while what lies in memory is copied. */
    public synchronized MemoryLogFiles onResident(Runnable action) {
        onResident = action;
        return this;
    }

    /** The bytes of a file, to be changed. */
    public synchronized byte[] bytes(String name) {
        return disk(name).bytes;
    }

    /** Cuts a file. */
    public synchronized void truncate(String name, int length) {
        Disk disk = disk(name);
        disk.bytes = Arrays.copyOf(disk.bytes, length);
    }

    /** What all files take. */
    public synchronized long totalBytes() {
        return files.values().stream().mapToLong(disk -> disk.bytes.length).sum();
    }

    /** What they have taken at most. */
    public synchronized long mostBytes() {
        return mostBytes;
    }

    /** How many files the present process has open. */
    public synchronized int openFiles() {
        return open;
    }

    /** The same bytes on another disk. */
    public synchronized MemoryLogFiles copy() {
        MemoryLogFiles copy = new MemoryLogFiles(random.nextLong());
        copy.bootCount = bootCount;
        copy.residentPercent = residentPercent;
        files.forEach((name, disk) -> {
            Disk other = new Disk(0);
            other.bytes = disk.bytes.clone();
            other.forced = disk.forced.clone();
            copy.files.put(name, other);
        });
        return copy;
    }

    @Override
    public synchronized String bootId() {
        return "boot-" + bootCount;
    }

    @Override
    public synchronized long random() {
        return random.nextLong();
    }

    @Override
    public synchronized List<String> names() throws IOException {
        check(0);
        return List.copyOf(files.keySet());
    }

    @Override
    public synchronized File open(String name, boolean toWrite) throws IOException {
        check(0);
        return new Handle(name, disk(name));
    }

    @Override
    public synchronized File create(String name, long bytes) throws IOException {
        check(1);
        if (files.containsKey(name)) {
            throw new IOException(name + " is there");
        }
        if (bytes > freeBytes) {
            throw new IOException("No space left on device");
        }
        freeBytes -= freeBytes == Long.MAX_VALUE ? 0 : bytes;
        Disk disk = new Disk(Math.toIntExact(bytes));
        files.put(name, disk);
        mostBytes = Math.max(mostBytes, totalBytes());
        return new Handle(name, disk);
    }

    @Override
    public synchronized void forceNames() throws IOException {
        check(0);
    }

    @Override
    public synchronized void requirePresent() throws IOException {
        check(0);
    }

    private Disk disk(String name) {
        Disk disk = files.get(name);
        if (disk == null) {
            throw new IllegalArgumentException("no file " + name + " among " + files.keySet());
        }
        return disk;
    }

    /** @param steps how many steps towards being killed this is */
    private void check(int steps) throws IOException {
        if (bytesUntilKill < steps) {
            throw new Killed();
        }
        bytesUntilKill -= bytesUntilKill == Long.MAX_VALUE ? 0 : steps;
        if (failure != null) {
            throw new IOException(failure);
        }
        if (absent) {
            throw new NoSuchFileException("the directory");
        }
    }

    private final class Handle implements File {

        private final Disk disk;
        private final int length;
        private final int owner = process;
        private String name;
        private boolean closed;

        Handle(String name, Disk disk) {
            this.name = name;
            this.disk = disk;
            this.length = disk.bytes.length;
            open++;
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public void read(ByteBuffer into, long position) throws IOException {
            synchronized (MemoryLogFiles.this) {
                checkOpen(0);
                if (position + into.remaining() > disk.bytes.length) {
                    throw new EOFException("end of " + name);
                }
                into.put(disk.bytes, (int) position, into.remaining());
            }
        }

        @Override
        public byte @Nullable [] readResident(long position, int count) {
            synchronized (MemoryLogFiles.this) {
                boolean isThere = !closed && owner == process && failure == null && !absent;
                if (!isThere || position + count > disk.bytes.length || paging.nextInt(100) >= residentPercent) {
                    return null;
                }
                onResident.run();
                return Arrays.copyOfRange(disk.bytes, (int) position, (int) position + count);
            }
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            synchronized (MemoryLogFiles.this) {
                checkOpen(0);
                int count = (int) Math.min(from.remaining(), Math.min(bytesUntilKill, bytesUntilFailure));
                if (position + count > disk.bytes.length) {
                    throw new AssertionError("a write beyond the end of " + name);
                }
                boolean cut = count < from.remaining();
                from.get(disk.bytes, (int) position, count);
                check(count);
                bytesUntilFailure -= bytesUntilFailure == Long.MAX_VALUE ? 0 : count;
                if (cut && bytesUntilFailure == 0) {
                    bytesUntilFailure = Long.MAX_VALUE;
                    throw new IOException("No space left on device");
                }
                if (cut) {
                    throw new Killed();
                }
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (MemoryLogFiles.this) {
                checkOpen(0);
                disk.forced = disk.bytes.clone();
            }
        }

        @Override
        public void rename(String other) throws IOException {
            synchronized (MemoryLogFiles.this) {
                checkOpen(1);
                files.remove(name);
                files.put(other, disk);
                name = other;
            }
        }

        @Override
        public void delete() throws IOException {
            synchronized (MemoryLogFiles.this) {
                checkOpen(1);
                close();
                files.remove(name);
                freeBytes += freeBytes == Long.MAX_VALUE ? 0 : length;
            }
        }

        @Override
        public void close() {
            synchronized (MemoryLogFiles.this) {
                open -= closed || owner != process ? 0 : 1;
                closed = true;
            }
        }

        private void checkOpen(int steps) throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
            if (owner != process) {
                throw new Killed();
            }
            check(steps);
        }
    }
}
