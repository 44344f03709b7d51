package io.reactivestore.cache;

import io.reactivestore.cache.Fence.Pass;
import io.reactivestore.cache.internal.DirectoryLock;
import io.reactivestore.local.LocalStore;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Copies in a local directory: a store tier over files, behind a lock on the directory. */
final class DiskTier implements Tier {

    private final StoreTier tier;
    private final LocalStore files;
    private final DirectoryLock lock;

    /** @param tier over {@code files}, whose root is {@link #filesIn} of the locked directory */
    DiskTier(StoreTier tier, LocalStore files, DirectoryLock lock) {
        this.tier = tier;
        this.files = files;
        this.lock = lock;
    }

    /** Where the copies lie in a cache's directory; beside them there is the lock. */
    static Path filesIn(Path directory) {
        return directory.resolve("objects");
    }

    @Override
    public String name() {
        return tier.name();
    }

    @Override
    public Mono<Void> open() {
        return lock.take().then(tier.open()).doOnError(tier::turnOff);
    }

    @Override
    public Mono<Void> close() {
        return tier.close().then(files.close().onErrorComplete()).then(lock.release());
    }

    @Override
    public boolean mayHold(String key) {
        return tier.mayHold(key);
    }

    @Override
    public boolean contradicts(String key, @Nullable String etag) {
        return tier.contradicts(key, etag);
    }

    @Override
    public Mono<TierCopy> read(String key) {
        return tier.read(key);
    }

    @Override
    public void fill(String key, CachedEntry entry, Pass pass) {
        tier.fill(key, entry, pass);
    }

    @Override
    public void renew(String key, CachedEntry entry, Pass pass) {
        tier.renew(key, entry, pass);
    }

    @Override
    public Mono<Void> drop(String key, Pass begun) {
        return tier.drop(key, begun);
    }

    @Override
    public Mono<Void> dropPrefix(String prefix, long begun) {
        return tier.dropPrefix(prefix, begun);
    }

    @Override
    public Mono<TierInfo> info() {
        return tier.info();
    }

    @Override
    public String toString() {
        return tier.toString();
    }

    @Override
    public @Nullable String offReason() {
        return tier.offReason();
    }
}
