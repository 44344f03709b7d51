package io.reactivestore.cache.disk.internal;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** The removals of whole prefixes that still hide something: entries that are in the index, or that recovery may find. */
final class PrefixFences {
    /*
     * How it works. A fence hides what has its prefix and was filled in an earlier epoch, or in the same one by a flight that began
     * with its sequence or a lower one. One that hides no more than another is left out. Beyond MAX the two with the longest common
     * prefix become one, of that prefix and the higher version: it hides more than it must, which only loses entries.
     *
     *   fences   add, remove   this object   volatile array, replaced as a whole
     */

    private static final int MAX = 64;

    private volatile Fence[] fences = {};

    /** One of them. */
    static final class Fence {
        private final byte[] prefix;
        private final long version;
        private final boolean found;

        /** @param found only by recovery, so that what is in the index has been compared with it when recovery is done */
        private Fence(byte[] prefix, long version, boolean found) {
            this.prefix = prefix;
            this.version = version;
            this.found = found;
        }

        private boolean hidesAllOf(Fence other) {
            return version >= other.version && (other.found || !found) && commonBytes(other) == prefix.length;
        }

        private int commonBytes(Fence other) {
            int mismatch = Arrays.mismatch(prefix, other.prefix);
            return mismatch < 0 ? prefix.length : mismatch;
        }
    }

    void add(String prefix, long version, boolean found) {
        add(new Fence(prefix.getBytes(StandardCharsets.UTF_8), version, found));
    }

    boolean isEmpty() {
        return fences.length == 0;
    }

    List<Fence> present() {
        return List.of(fences);
    }

    /** Whether an entry is hidden, of a key of which the bytes are these. */
    boolean hide(byte[] bytes, int offset, int length, long version, long prefixSequence) {
        Fence[] present = fences;
        return present.length > 0 && hide(present, bytes, offset, length, version, prefixSequence);
    }

    static boolean hide(Fence[] fences, byte[] bytes, int offset, int length, long version, long prefixSequence) {
        long filled = new RecordVersion(RecordVersion.ofPacked(version).epoch(), prefixSequence).packed();
        for (Fence fence : fences) {
            byte[] prefix = fence.prefix;
            if (filled <= fence.version
                    && prefix.length <= length
                    && Arrays.equals(prefix, 0, prefix.length, bytes, offset, offset + prefix.length)) {
                return true;
            }
        }
        return false;
    }

    synchronized void remove(Collection<Fence> swept) {
        fences = Arrays.stream(fences)
                .filter(fence -> !Set.copyOf(swept).contains(fence))
                .toArray(Fence[]::new);
    }

    /** Recovery is done, and what it found has been compared with everything. */
    synchronized void removeFound() {
        fences = Arrays.stream(fences).filter(fence -> !fence.found).toArray(Fence[]::new);
    }

    private synchronized void add(Fence added) {
        List<Fence> next = new ArrayList<>(List.of(fences));
        if (next.stream().anyMatch(present -> present.hidesAllOf(added))) {
            return;
        }
        next.removeIf(added::hidesAllOf);
        next.add(added);
        while (next.size() > MAX) {
            mergeTwo(next);
        }
        fences = next.toArray(Fence[]::new);
    }

    private static void mergeTwo(List<Fence> fences) {
        int first = 0;
        int second = 1;
        int longest = -1;
        for (int i = 0; i < fences.size(); i++) {
            for (int j = i + 1; j < fences.size(); j++) {
                int common = fences.get(i).commonBytes(fences.get(j));
                if (common > longest) {
                    longest = common;
                    first = i;
                    second = j;
                }
            }
        }
        Fence other = fences.remove(second);
        Fence one = fences.get(first);
        byte[] common = Arrays.copyOf(one.prefix, longest);
        fences.set(first, new Fence(common, Math.max(one.version, other.version), one.found && other.found));
    }
}
