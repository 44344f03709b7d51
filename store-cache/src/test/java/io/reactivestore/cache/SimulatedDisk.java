package io.reactivestore.cache;

import io.reactivestore.cache.disk.internal.LogFiles;
import io.reactivestore.cache.disk.internal.MemoryLogFiles;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.testkit.simulate.SimulatedRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A disk for caches in simulated processes, which outlives them. One at a time has the directory, until it gives it back or is killed. */
public final class SimulatedDisk {

    private static final String PAGE = "state";

    public final MemoryLogFiles files;
    private @Nullable SimulatedRuntime owner;
    private boolean broken;
    private Runnable beforeFailure = () -> {};
    private int boots;

    public SimulatedDisk(long seed) {
        files = new MemoryLogFiles(seed);
    }

    /** Nothing can be read or written any more, but for the small page that tells of it. */
    public void broken(boolean broken) {
        this.broken = broken;
    }

    /** Runs this in the middle of what is about to fail. */
    void beforeFailure(Runnable run) {
        beforeFailure = run;
    }

    /** Lets the next process find that the system was started anew; all bytes are there, as they may be. */
    void restartSystem() {
        boots++;
    }

    /** Changes the first byte of this text, wherever it lies. */
    void damage(String text) {
        try {
            for (String name : files.names()) {
                byte[] bytes = files.bytes(name);
                int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
                if (at >= 0) {
                    bytes[at] ^= 1;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Changes any byte of any segment. */
    void damage(RandomGenerator random) {
        try {
            List<String> segments = files.names().stream()
                    .filter(name -> name.endsWith("segment"))
                    .toList();
            byte[] bytes = files.bytes(segments.get(random.nextInt(segments.size())));
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets a cache in this process use it. */
    public DiskSpec of(SimulatedRuntime process, DiskSpec spec) {
        process.onKill(() -> {
            if (owner == process) {
                files.kill();
                owner = null;
            }
        });
        return spec.directory(new Directory(process));
    }

    private final class Directory implements DiskDirectory {

        private final SimulatedRuntime process;

        Directory(SimulatedRuntime process) {
            this.process = process;
        }

        @Override
        public Mono<LogFiles> take() {
            return Mono.<LogFiles>fromCallable(() -> {
                        if (owner != null && owner != process) {
                            throw new StoreUnavailableException("open", null, "in use", false, null);
                        }
                        owner = process;
                        return new Breaking();
                    })
                    .subscribeOn(process.io());
        }

        @Override
        public Mono<Void> giveBack() {
            return Mono.<Void>fromRunnable(() -> owner = owner == process ? null : owner)
                    .subscribeOn(process.io());
        }

        @Override
        public String toString() {
            return "disk";
        }
    }

    /** The files while the disk is in order. */
    private final class Breaking implements LogFiles {

        private void check(String name) throws IOException {
            if (broken && !name.equals(PAGE)) {
                beforeFailure.run();
                throw new IOException("the disk is broken");
            }
        }

        @Override
        public String bootId() {
            return files.bootId() + "-" + boots;
        }

        @Override
        public long random() {
            return files.random();
        }

        @Override
        public List<String> names() throws IOException {
            check("");
            return files.names();
        }

        @Override
        public File open(String name, boolean toWrite) throws IOException {
            check(name);
            return new BreakingFile(name, files.open(name, toWrite));
        }

        @Override
        public File create(String name, long bytes) throws IOException {
            check(name);
            return new BreakingFile(name, files.create(name, bytes));
        }

        @Override
        public void forceNames() throws IOException {
            check("");
            files.forceNames();
        }

        @Override
        public void requirePresent() throws IOException {
            check("");
            files.requirePresent();
        }

        private final class BreakingFile implements File {

            private final String name;
            private final File file;

            BreakingFile(String name, File file) {
                this.name = name;
                this.file = file;
            }

            @Override
            public long length() {
                return file.length();
            }

            @Override
            public void read(ByteBuffer into, long position) throws IOException {
                check(name);
                file.read(into, position);
            }

            @Override
            public byte @Nullable [] readResident(long position, int count) {
                return file.readResident(position, count); // a broken disk does not take it out of memory
            }

            @Override
            public void write(ByteBuffer from, long position) throws IOException {
                check(name);
                file.write(from, position);
            }

            @Override
            public void force() throws IOException {
                check(name);
                file.force();
            }

            @Override
            public void rename(String other) throws IOException {
                check(name);
                file.rename(other);
            }

            @Override
            public void delete() throws IOException {
                check(name);
                file.delete();
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        }
    }
}
