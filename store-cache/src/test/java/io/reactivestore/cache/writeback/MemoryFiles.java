package io.reactivestore.cache.writeback;

import io.reactivestore.error.StoreUnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A disk in memory that outlives a simulated process, gets full, breaks in the middle of a write, and loses what was not forced. */
final class MemoryFiles implements JournalFiles {

    private final TreeMap<Long, File> files = new TreeMap<>();
    private long freeBytes = Long.MAX_VALUE;
    private boolean cannotTruncate;
    private boolean cannotDelete;
    private @Nullable Runnable kill;
    private boolean locked;
    private int open;
    private int forces;

    private static final class File {
        byte[] bytes = new byte[0];
        int forced;
    }

    /** The process is gone: the system closes its files and gives its lock back. */
    void kill() {
        locked = false;
        open = 0;
        kill = null;
        freeBytes = Long.MAX_VALUE;
    }

    /**
     * The next write that ends beyond what is {@linkplain #free free} is cut there, and does not fail: the process is killed in it.
     *
     * @param kill kills the process
     */
    MemoryFiles killWhenFull(Runnable kill) {
        this.kill = kill;
        return this;
    }

    /** So much more can be written before the disk is full. */
    MemoryFiles free(long bytes) {
        freeBytes = bytes;
        return this;
    }

    MemoryFiles cannotTruncate(boolean cannot) {
        cannotTruncate = cannot;
        return this;
    }

    MemoryFiles cannotDelete(boolean cannot) {
        cannotDelete = cannot;
        return this;
    }

    /** Of what was not forced the disk may have any part; here it has none. */
    void losePower() {
        kill();
        files.values().forEach(file -> file.bytes = Arrays.copyOf(file.bytes, file.forced));
        files.values().removeIf(file -> file.bytes.length == 0);
    }

    int openFiles() {
        return open;
    }

    int forces() {
        return forces;
    }

    boolean isLocked() {
        return locked;
    }

    long totalBytes() {
        return files.values().stream().mapToLong(file -> file.bytes.length).sum();
    }

    void put(long number, byte[] bytes) {
        File file = new File();
        file.bytes = bytes;
        files.put(number, file);
    }

    @Override
    public Mono<Void> lock() {
        return Mono.defer(() -> {
            if (locked) {
                return Mono.error(new StoreUnavailableException("open", null, "in use", false, null));
            }
            locked = true;
            return Mono.empty();
        });
    }

    @Override
    public Mono<Void> unlock() {
        return Mono.fromRunnable(() -> locked = false);
    }

    @Override
    public List<Long> numbers() {
        return List.copyOf(files.keySet());
    }

    @Override
    public byte[] read(long number) {
        return files.get(number).bytes.clone();
    }

    @Override
    public Appender create(long number) {
        File file = new File();
        files.put(number, file);
        open++;
        return new MemoryAppender(file);
    }

    @Override
    public void delete(long number) throws IOException {
        if (cannotDelete || (kill != null && freeBytes == 0)) {
            throw new IOException("cannot delete");
        }
        File gone = files.remove(number);
        if (gone != null && freeBytes != Long.MAX_VALUE) {
            freeBytes += gone.bytes.length;
        }
    }

    @Override
    public String name(long number) {
        return "file-" + number;
    }

    @Override
    public String toString() {
        return "in memory";
    }

    private final class MemoryAppender implements Appender {

        private final File file;
        private boolean closed;

        MemoryAppender(File file) {
            this.file = file;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            requireOpen();
            int fits = (int) Math.min(bytes.remaining(), freeBytes);
            byte[] written = new byte[fits];
            bytes.get(written);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(file.bytes);
            all.writeBytes(written);
            file.bytes = all.toByteArray();
            freeBytes -= freeBytes == Long.MAX_VALUE ? 0 : fits;
            if (bytes.hasRemaining() && kill != null) {
                kill.run();
                closed = true; // what the dead process would still do to the file
            }
            if (bytes.hasRemaining()) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public void force() throws IOException {
            requireOpen();
            file.forced = file.bytes.length;
            forces++;
        }

        @Override
        public void truncate(long length) throws IOException {
            requireOpen();
            if (cannotTruncate) {
                throw new IOException("cannot truncate");
            }
            if (freeBytes != Long.MAX_VALUE) {
                freeBytes += file.bytes.length - length;
            }
            file.bytes = Arrays.copyOf(file.bytes, (int) length);
        }

        @Override
        public void close() throws IOException {
            requireOpen();
            closed = true;
            open--;
        }

        private void requireOpen() throws IOException {
            if (closed) {
                throw new IOException("closed");
            }
        }
    }
}
