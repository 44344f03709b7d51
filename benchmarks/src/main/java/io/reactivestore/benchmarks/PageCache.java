package io.reactivestore.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The operating system's copies of files in memory, which Linux drops for root. */
final class PageCache {

    private static final Path DROP = Path.of("/proc/sys/vm/drop_caches");

    private PageCache() {}

    /** Drops it, directories and all; says whether that was possible. */
    static boolean drop() {
        if (!Files.isWritable(DROP)) {
            return false;
        }
        try {
            boolean written = write(); // what is not written yet would stay
            Files.writeString(DROP, "3");
            return written;
        } catch (IOException refused) {
            return false;
        }
    }

    /** Has all that was changed written to the devices; says whether that was possible. */
    static boolean write() {
        try {
            return new ProcessBuilder("sync").start().waitFor() == 0;
        } catch (IOException refused) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
