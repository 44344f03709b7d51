package io.reactivestore.cache;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Keeps what a put sends, so that it need not be read back. */
final class Capture {
    /*
     * How it works. Each subscription to the content is an attempt and begins anew; only the last one counts, and only if it ran to its
     * end and is as long as the object that the source acknowledged. One that gets too long, or finds no room in the budget, lets go
     * of what it has.
     *
     *   state        written by                         guard         seen by others
     *   last, over   attempts, release                  this object   at once; over is never taken back
     *   an attempt   its own signals, while it is last  this object   at once
     */

    private final long maxBytes;
    private final ByteBudget budget;
    private @Nullable Attempt last;
    private boolean over;

    Capture(long maxBytes, ByteBudget budget) {
        this.maxBytes = maxBytes;
        this.budget = budget;
    }

    Flux<ByteBuffer> tee(Flux<ByteBuffer> body) {
        return Flux.defer(() -> {
            Attempt mine = begin();
            return body.doOnNext(chunk -> add(mine, chunk)).doOnComplete(() -> complete(mine));
        });
    }

    /** The bytes of the acknowledged attempt, or null if they were not all seen or are too many to keep. */
    synchronized byte @Nullable [] bytes(long size) {
        Attempt acknowledged = last;
        return acknowledged != null && acknowledged.complete && acknowledged.bytes.size() == size
                ? acknowledged.bytes.toByteArray()
                : null;
    }

    /** Lets go of everything, at the end of the put. */
    synchronized void release() {
        over = true;
        forget();
    }

    private synchronized Attempt begin() {
        forget();
        Attempt mine = new Attempt();
        last = over ? null : mine;
        return mine;
    }

    private synchronized void add(Attempt attempt, ByteBuffer chunk) {
        if (attempt != last) {
            return;
        }
        int length = chunk.remaining();
        if (attempt.bytes.size() + (long) length > maxBytes || !budget.take(length)) {
            forget();
            return;
        }
        byte[] copy = new byte[length];
        chunk.get(chunk.position(), copy);
        attempt.bytes.writeBytes(copy);
    }

    private synchronized void complete(Attempt attempt) {
        attempt.complete = true;
    }

    private void forget() {
        if (last != null) {
            budget.give(last.bytes.size());
            last = null;
        }
    }

    private static final class Attempt {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean complete;
    }
}
