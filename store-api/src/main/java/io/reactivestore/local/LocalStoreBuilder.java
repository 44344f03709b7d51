package io.reactivestore.local;

import io.reactivestore.Keys;
import io.reactivestore.StoreRuntime;
import java.nio.file.Path;

/** Settings of a {@link LocalStore}. */
public final class LocalStoreBuilder {

    private final Path root;
    private StoreRuntime runtime = StoreRuntime.system();
    private boolean fsync;
    private boolean xattrs = true;

    LocalStoreBuilder(Path root) {
        this.root = Keys.requireNonNull("builder", "root", root);
    }

    /** Where time, chance and I/O threads come from. Default: {@link StoreRuntime#system()}. */
    public LocalStoreBuilder runtime(StoreRuntime runtime) {
        this.runtime = Keys.requireNonNull("builder", "runtime", runtime);
        return this;
    }

    /**
     * Whether a write is answered only when it is on the disk, so that it outlives a crash of the operating system. Default: no, which
     * outlives a crash of the process.
     */
    public LocalStoreBuilder fsync(boolean fsync) {
        this.fsync = fsync;
        return this;
    }

    /** Whether to use extended attributes where there are some. Default: yes. */
    LocalStoreBuilder xattrs(boolean xattrs) {
        this.xattrs = xattrs;
        return this;
    }

    /** The store. Does no I/O: a root that cannot be used is told by {@link LocalStore#open()}. */
    public LocalStore build() {
        return new LocalStore(new Settings(root.toAbsolutePath(), runtime, fsync, xattrs));
    }

    record Settings(Path root, StoreRuntime runtime, boolean fsync, boolean xattrs) {

        @Override
        public String toString() {
            return "[root=" + root + ", fsync=" + fsync + "]";
        }
    }
}
