package io.reactivestore.examples.caching;

import io.reactivestore.Store;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.local.LocalStore;
import io.reactivestore.memory.MemoryStore;
import java.nio.file.Path;
import java.time.Duration;

/** Caches that fit most needs. Each leaves the closing of the stores it was given to the caller. */
public final class CachingRecipes {

    private CachingRecipes() {}

    /** Objects in local files, with those that are read often in memory. */
    public static CacheStore localFilesInMemory(LocalStore files) {
        return CacheStore.builder(files)
                .memory(memory -> memory.maxBytes(128L << 20))
                .build();
    }

    /** Objects far away, with copies in memory and on the local disk that are good for an hour and outlive the process. */
    public static CacheStore remoteOnLocalDisk(Store remote, Path directory) {
        return CacheStore.builder(remote)
                .memory(memory -> memory.maxBytes(128L << 20))
                .disk(disk -> disk.directory(directory).maxBytes(1L << 30))
                .freshness(freshness -> freshness.maxAge(Duration.ofHours(1)))
                .build();
    }

    /** A disk that is worn out by writing: what is read once is not written, nor more than 50 GiB a day. */
    public static CacheStore remoteThatIsMostlyReadOnce(Store remote, Path directory) {
        return CacheStore.builder(remote)
                .memory(memory -> memory.maxBytes(128L << 20))
                .disk(disk -> disk.directory(directory)
                        .maxBytes(20L << 30)
                        .onSecondUse()
                        .maxBytesPerDay(50L << 30))
                .freshness(freshness -> freshness.maxAge(Duration.ofHours(1)))
                .build();
    }

    /** The same, but no reader waits for the source again once an object is here, nor notices that the source is down. */
    public static CacheStore remoteThatMayBeAway(Store remote, Path directory) {
        return CacheStore.builder(remote)
                .memory(memory -> memory.maxBytes(128L << 20))
                .disk(disk -> disk.directory(directory).maxBytes(1L << 30))
                .freshness(freshness -> freshness
                        .maxAge(Duration.ofMinutes(10))
                        .staleWhileRevalidate(Duration.ofMinutes(10))
                        .staleIfError(Duration.ofDays(1)))
                .build();
    }

    /** Objects in memory, with copies in a store of files that are there again after a restart. */
    public static CacheStore memoryWithPersistentCopies(MemoryStore source, LocalStore copies) {
        return CacheStore.builder(source)
                .tier(copies, tier -> tier.name("copies").maxBytes(256L << 20))
                .build();
    }

    /** Objects far away, of which it is also asked again and again whether they are there, and what there is: the source hears once a minute. */
    public static CacheStore remoteThatIsAskedALot(Store remote) {
        return CacheStore.builder(remote)
                .memory(memory -> memory.maxBytes(128L << 20))
                .freshness(freshness -> freshness
                        .maxAge(Duration.ofHours(1))
                        .negative(Duration.ofMinutes(1), 100_000)
                        .heads(Duration.ofMinutes(1), 100_000)
                        .listings(Duration.ofMinutes(1), 16L << 20))
                .build();
    }

    /** Large objects far away, of which footers, tiles or time slices are read. */
    public static CacheStore largeFilesOfWhichPartsAreRead(Store remote) {
        return CacheStore.builder(remote)
                .memory(memory -> memory.maxBytes(1L << 30))
                .blocks(blocks -> blocks.blockBytes(256 << 10).partBytes(8L << 20))
                .build();
    }
}
