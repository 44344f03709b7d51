package io.reactivestore.cache.disk.internal;

import io.reactivestore.cache.disk.internal.Footer.Entry;
import io.reactivestore.cache.disk.internal.PrefixFences.Fence;
import io.reactivestore.cache.disk.internal.Segment.Contents;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Fills the index from what is on disk, from the newest segment to the oldest, and takes out of it what prefix fences hide. */
final class LogRecovery {

    private final SegmentFiles files;
    private final Index index;
    private final KeyHash hash;
    private final PrefixFences fences;
    private final Recovery listener;
    private final long mark;
    private long trustedEpoch;
    private boolean damageSeen;
    private volatile boolean done;

    /** @param trustedEpoch the first one whose entries are not suspect */
    LogRecovery(
            SegmentFiles files,
            Index index,
            KeyHash hash,
            PrefixFences fences,
            Recovery listener,
            long mark,
            long trustedEpoch) {
        this.files = files;
        this.index = index;
        this.hash = hash;
        this.fences = fences;
        this.listener = listener;
        this.mark = mark;
        this.trustedEpoch = trustedEpoch;
    }

    boolean isDone() {
        return done;
    }

    /** Everything in the index, and what comes into it from now on of earlier epochs, is suspect. */
    synchronized void distrust(long trustedEpoch) {
        this.trustedEpoch = trustedEpoch;
        index.suspectAll();
    }

    /**
     * Reads the last segment.
     *
     * @param closedCleanly whether it must have a footer
     * @return it, open again, or null if there is none to go on with
     */
    @Nullable Segment recoverLast(boolean closedCleanly) throws IOException {
        Segment last = files.newest();
        if (last == null) {
            return null;
        }
        Contents contents = last.contents(mark);
        if (!contents.ended() && !closedCleanly) {
            // The process died: that there is no footer is no damage, unless the scan says so.
            contents = last.scanned(mark);
        }
        apply(last, contents);
        if (contents.damaged()) {
            return null;
        }
        last.reopen(contents);
        return last;
    }

    /** Reads what is not read yet; returns whether nothing is left. */
    boolean recover() throws IOException {
        int count = files.all().size();
        int read = 0;
        for (Segment segment : files.newestFirst()) {
            if (!segment.recovered) {
                if (!listener.goesOn()) {
                    return false;
                }
                recover(segment);
            }
            listener.progress(++read, count, index.entries());
        }
        finish();
        return true;
    }

    private synchronized void finish() {
        done = true;
        index.forgetRemovals();
        fences.removeFound();
    }

    private void recover(Segment segment) throws IOException {
        Contents contents;
        try {
            contents = segment.contents(mark);
        } catch (IOException e) {
            if (segment.recycled) {
                return;
            }
            throw e;
        }
        apply(segment, contents);
    }

    private synchronized void apply(Segment segment, Contents contents) {
        synchronized (segment) {
            if (segment.recycled || segment.recovered) {
                return;
            }
            if (contents.damaged()) {
                damageSeen = true;
                segment.damaged = true;
                listener.damaged(segment.number, "some of it cannot be read");
            }
            List<Entry> entries = contents.footer().entries();
            for (int i = entries.size() - 1; i >= 0; i--) {
                Entry entry = entries.get(i);
                segment.count(entry.kind, entry.recordBytes, entry.payloadBytes());
                apply(segment, entry);
            }
            segment.recovered = true;
        }
    }

    private void apply(Segment segment, Entry entry) {
        if (entry.tellsOfCopy()) {
            long found = entry.hash(hash);
            RecordVersion version = RecordVersion.ofPacked(entry.version);
            boolean suspect = entry.kind != LogRecord.Kind.BLOCK && (damageSeen || version.epoch() < trustedEpoch);
            Place place = entry.place(found, segment.number, suspect);
            if (files.get(place.segment()) != null && !isHidden(entry)) {
                index.recover(place, entry.version);
            }
        } else if (entry.kind.isRemoval()) {
            applyRemoval(entry);
        }
    }

    private boolean isHidden(Entry entry) {
        return fences.hide(entry.bytes, entry.keyAt, entry.keyBytes, entry.version, entry.prefixSequence);
    }

    /** A removal was found, or was appended once more. */
    void applyRemoval(Entry entry) {
        String key = entry.key();
        RecordVersion version = RecordVersion.ofPacked(entry.version);
        if (entry.kind == LogRecord.Kind.PREFIX) {
            if (!done) {
                fences.add(key, entry.version, true);
                listener.prefix(key, version);
            }
        } else if (index.recoverRemoval(hash.of(entry.bytes, entry.keyAt, entry.keyBytes), entry.version)) {
            listener.tombstone(key, version);
        }
    }

    /** Takes out of the index what these fences hide. */
    boolean sweep(BooleanSupplier goesOn) throws IOException {
        List<Fence> swept = fences.present();
        for (Segment segment : swept.isEmpty() ? List.<Segment>of() : files.newestFirst()) {
            if (!goesOn.getAsBoolean()) {
                return false;
            }
            sweep(segment, swept.toArray(Fence[]::new));
        }
        fences.remove(swept);
        return true;
    }

    private void sweep(Segment segment, Fence[] swept) throws IOException {
        Contents contents;
        try {
            contents = segment.contents(mark);
        } catch (IOException e) {
            if (segment.recycled) {
                return;
            }
            throw e;
        }
        for (Entry entry : contents.footer().entries()) {
            if (entry.tellsOfCopy()
                    && PrefixFences.hide(
                            swept, entry.bytes, entry.keyAt, entry.keyBytes, entry.version, entry.prefixSequence)) {
                index.remove(entry.place(entry.hash(hash), segment.number, false));
            }
        }
    }
}
