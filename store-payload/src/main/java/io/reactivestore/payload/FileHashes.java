package io.reactivestore.payload;

import io.reactivestore.StoreRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The hashes of files, read again only if a file may have changed. */
final class FileHashes {
    /*
     * How it works. A hash is remembered with the file's stamp: size, both times and inode. It counts while the file has that stamp, if the
     * file was 2 s old when it was hashed: a younger one may change again within the precision of its file system's clock.
     *
     *   state   written by   guard            seen by others
     *   known   hash         concurrent map   at once; emptied when it is full
     */

    private static final Duration SETTLED = Duration.ofSeconds(2);
    private static final int MAX_KNOWN = 100_000;

    private final StoreRuntime runtime;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    FileHashes(StoreRuntime runtime) {
        this.runtime = runtime;
    }

    private record Stamp(Map<String, Object> facts, FileTime modified) {}

    private record Known(Stamp stamp, String hash) {}

    /** Whether a file has the hash that is expected of it; one that is missing or cannot be read has not. */
    Mono<Boolean> matches(FileRoot root) {
        return Mono.fromCallable(() -> hash(root.path()).equals(root.expectedHash()))
                .onErrorReturn(e -> e instanceof IOException || e instanceof IllegalArgumentException, false)
                .subscribeOn(runtime.io())
                .publishOn(runtime.delivery());
    }

    private String hash(String name) throws IOException {
        Path file = Path.of(name);
        Instant now = runtime.clock().instant();
        Stamp before = stamp(file);
        Known last = known.get(name);
        if (before != null && last != null && before.equals(last.stamp)) {
            return last.hash;
        }
        String hash = Blake3Hash.of(file);
        if (before != null
                && before.equals(stamp(file))
                && !before.modified.toInstant().isAfter(now.minus(SETTLED))) {
            if (known.size() >= MAX_KNOWN) {
                known.clear();
            }
            known.put(name, new Known(before, hash));
        }
        return hash;
    }

    /** Null where the file system does not tell enough. */
    private static @Nullable Stamp stamp(Path file) throws IOException {
        try {
            Map<String, Object> facts = Files.readAttributes(file, "unix:size,lastModifiedTime,ctime,ino");
            return new Stamp(facts, Files.getLastModifiedTime(file));
        } catch (UnsupportedOperationException notUnix) {
            return null;
        }
    }
}
