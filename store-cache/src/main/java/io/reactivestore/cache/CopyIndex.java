package io.reactivestore.cache;

import io.reactivestore.cache.Fence.Pass;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Which copies in a store tier may be served. Any thread reads and removes; a copy enters only under the fence, and counts only while
 * what lies in the store carries its generation.
 */
final class CopyIndex {

    private final ConcurrentMap<String, Copy> copies = new ConcurrentHashMap<>();
    private final AtomicLong generations = new AtomicLong();
    private final String process;
    private final Fence fence;

    /** @param process tells the generations of this process from those of others */
    CopyIndex(String process, Fence fence) {
        this.process = process;
        this.fence = fence;
    }

    String nextGeneration() {
        return process + "-" + Long.toHexString(generations.incrementAndGet());
    }

    boolean isOurs(@Nullable String generation) {
        return generation != null && generation.startsWith(process + "-");
    }

    @Nullable Copy get(String key) {
        return copies.get(key);
    }

    /** Lets a copy be served, if nothing was written since its pass was taken. */
    boolean publish(String key, Copy copy, Pass pass) {
        Runnable install = () -> copies.put(key, copy);
        return copy.neverTrusted() ? fence.ifUnwritten(key, pass, install) : fence.ifAdmitted(key, pass, install);
    }

    /** Replaces what is known about a copy that is still served. */
    void update(String key, Copy old, Copy renewed) {
        copies.replace(key, old, renewed);
    }

    @Nullable Copy remove(String key) {
        return copies.remove(key);
    }

    /** Removes the copy of a key if it is still this one. */
    boolean remove(String key, Copy copy) {
        return copies.remove(key, copy);
    }

    void removePrefix(String prefix) {
        copies.keySet().removeIf(key -> key.startsWith(prefix));
    }

    /** Of what is there; whether it has what comes and goes while it is walked through is open. */
    Set<String> keys() {
        return copies.keySet();
    }

    int size() {
        return copies.size();
    }
}
