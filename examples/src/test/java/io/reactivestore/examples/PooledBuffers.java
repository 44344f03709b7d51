package io.reactivestore.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import reactor.core.publisher.Flux;

/** Pooled buffers as they come off a socket, each of which can be asked whether it was given back. */
final class PooledBuffers {

    private final NettyDataBufferFactory factory = new NettyDataBufferFactory(PooledByteBufAllocator.DEFAULT);
    private final Queue<NettyDataBuffer> given = new ConcurrentLinkedQueue<>();

    /** These bytes in buffers of at most this many, each allocated when it is asked for. */
    Flux<DataBuffer> of(byte[] bytes, int bufferBytes) {
        return Flux.range(0, (bytes.length + bufferBytes - 1) / bufferBytes).map(i -> {
            byte[] piece = Arrays.copyOfRange(bytes, i * bufferBytes, Math.min(bytes.length, (i + 1) * bufferBytes));
            NettyDataBuffer buffer = factory.allocateBuffer(piece.length);
            given.add(buffer);
            return buffer.write(piece);
        });
    }

    void assertAllGivenBack(int atLeast) {
        assertThat(given).hasSizeGreaterThanOrEqualTo(atLeast);
        assertThat(given)
                .allSatisfy(
                        buffer -> assertThat(buffer.getNativeBuffer().refCnt()).isZero());
    }
}
