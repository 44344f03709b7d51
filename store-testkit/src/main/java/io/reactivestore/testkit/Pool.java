package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;

/** A pool of buffers as a network library has it: what is given back is overwritten at once, and must be given back just once. */
final class Pool {

    private final List<Pooled> taken = new CopyOnWriteArrayList<>();

    /** An element that holds a copy of these bytes. */
    Pooled take(byte[] bytes) {
        Pooled pooled =
                new Pooled(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
        taken.add(pooled);
        return pooled;
    }

    static Content content(Publisher<Pooled> elements) {
        return Content.publisher(elements, Pooled::size, Pooled::copy, Pooled::release);
    }

    int takenCount() {
        return taken.size();
    }

    long releasedCount() {
        return taken.stream().filter(pooled -> pooled.releases.get() > 0).count();
    }

    /** All that was taken has come back, each element once. */
    void assertAllReleasedOnce() {
        assertThat(taken)
                .allSatisfy(pooled -> assertThat(pooled.releases).as("releases").hasValue(1));
    }

    static final class Pooled {

        private final ByteBuffer memory;
        private final AtomicInteger releases = new AtomicInteger();

        private Pooled(ByteBuffer memory) {
            this.memory = memory;
        }

        int size() {
            return memory.capacity();
        }

        void copy(ByteBuffer target) {
            target.put(memory.duplicate());
        }

        void release() {
            releases.incrementAndGet();
            byte[] garbage = new byte[memory.capacity()];
            Arrays.fill(garbage, (byte) 'X');
            memory.duplicate().clear().put(garbage);
        }
    }
}
