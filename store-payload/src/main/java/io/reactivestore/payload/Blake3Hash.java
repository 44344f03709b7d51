package io.reactivestore.payload;

import io.reactivestore.StoreRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.apache.commons.codec.digest.Blake3;
import reactor.core.publisher.Mono;

/** BLAKE3 of 256 bits, as 64 lower-case hex digits. */
final class Blake3Hash {

    private static final int BUFFER_BYTES = 64 << 10;

    /** Hashing more than this takes longer than a hop to another thread. */
    private static final int HASHED_INLINE_BYTES = 64 << 10;

    private Blake3Hash() {}

    /** The hash of these bytes, told by a thread that may not block. */
    static Mono<String> of(ByteBuffer bytes, StoreRuntime runtime) {
        Mono<String> hash = Mono.fromSupplier(() -> of(bytes));
        return bytes.remaining() <= HASHED_INLINE_BYTES
                ? hash
                : hash.subscribeOn(runtime.io()).publishOn(runtime.delivery());
    }

    /** Does not move the buffer. */
    static String of(ByteBuffer bytes) {
        ByteBuffer rest = bytes.duplicate();
        Blake3 hash = Blake3.initHash();
        byte[] block = new byte[Math.min(BUFFER_BYTES, rest.remaining())];
        while (rest.hasRemaining()) {
            int length = Math.min(block.length, rest.remaining());
            rest.get(block, 0, length);
            hash.update(block, 0, length);
        }
        return hex(hash);
    }

    /** Blocking. */
    static String of(Path file) throws IOException {
        Blake3 hash = Blake3.initHash();
        byte[] block = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int length = in.read(block); length >= 0; length = in.read(block)) {
                hash.update(block, 0, length);
            }
        }
        return hex(hash);
    }

    private static String hex(Blake3 hash) {
        return HexFormat.of().formatHex(hash.doFinalize(32));
    }
}
