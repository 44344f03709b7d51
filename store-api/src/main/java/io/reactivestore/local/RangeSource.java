package io.reactivestore.local;

import io.reactivestore.ByteRange;
import io.reactivestore.RangedObject;
import io.reactivestore.Span;
import io.reactivestore.error.RangeNotSatisfiableException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.internal.Buffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads several ranges of one version of an object through one channel, a range a step. */
final class RangeSource implements Pull.Source<RangedObject> {

    private final PinnedFile file;
    private final List<ByteRange> ranges;
    private final long maxBytes;
    private @Nullable FileChannel channel;
    private int next;

    RangeSource(PinnedFile file, List<ByteRange> ranges, long maxBytes) {
        this.file = file;
        this.ranges = ranges;
        this.maxBytes = maxBytes;
    }

    @Override
    public boolean isDone() {
        return next == ranges.size();
    }

    @Override
    public RangedObject step() throws IOException {
        Span span = span(ranges.get(next));
        if (channel == null) {
            channel = file.open();
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) span.length());
        int read = 0;
        while (bytes.hasRemaining() && read >= 0) {
            read = channel.read(bytes, span.start() + bytes.position());
        }
        file.requireUnchanged();
        if (bytes.hasRemaining()) {
            throw LocalErrors.changed("getRanges", file.info());
        }
        return new RangedObject(next++, span, Buffers.wrap(bytes.array()));
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    private Span span(ByteRange range) {
        String key = file.info().key();
        Span span = range.clip(file.info().size());
        if (span == null) {
            throw new RangeNotSatisfiableException(
                    "getRanges", key, range.toString(), file.info().size(), null);
        }
        if (span.length() > maxBytes) {
            throw new StoreRejectedException(
                    "getRanges", key, span + " has more bytes than the maxBufferedBytes of " + maxBytes, false, null);
        }
        return span;
    }
}
