package io.reactivestore.examples.caching;

import io.reactivestore.Content;
import io.reactivestore.cache.CacheStats;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.local.LocalStore;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Reads the same hundred objects twice through a cache, and shows what the second round cost. */
public final class CacheEffect {

    private static final int OBJECTS = 100;
    private static final int READS_AT_ONCE = 8;

    private CacheEffect() {}

    /** Runs it in a new directory. */
    public static void main(String[] arguments) throws IOException {
        LocalStore files =
                LocalStore.builder(Files.createTempDirectory("cache-effect")).build();
        CacheStore cache = CachingRecipes.localFilesInMemory(files);
        write(files)
                .then(readTwice(cache))
                .doOnNext(stats -> System.out.println(stats.hits() + " hits, " + stats.misses() + " misses"))
                .then(cache.close())
                .then(files.close())
                .block(Duration.ofMinutes(1)); // the end of a program may wait, nothing else
    }

    /** Writes the objects past the cache. */
    static Mono<Void> write(LocalStore files) {
        return Flux.range(0, OBJECTS)
                .flatMap(i -> files.put("chunks/" + i, Content.bytes(new byte[8 << 10])), READS_AT_ONCE)
                .then();
    }

    /** What the cache tells after both rounds: the first is all misses, the second all hits. */
    static Mono<CacheStats> readTwice(CacheStore cache) {
        Mono<Void> round = cache.list("chunks/")
                .flatMap(info -> cache.getBytes(info.key()), READS_AT_ONCE)
                .then();
        return round.then(round).then(Mono.fromSupplier(cache::stats));
    }
}
