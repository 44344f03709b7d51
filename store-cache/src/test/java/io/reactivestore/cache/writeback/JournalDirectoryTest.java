package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.window.CachingWindowStore;
import io.reactivestore.cache.window.WindowedKey;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreUnavailableException;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.leak.LeakCheck;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** A journal in real files. */
class JournalDirectoryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path temp;

    @RegisterExtension
    final LeakCheck leaks =
            LeakCheck.create().ignoringThreads("reactivestore-io-").ignoringThreads("parallel-");

    private final Store inner = MemoryStore.create();

    @Test
    void directory_isMadeWithItsParents_forItsOwnerOnly() throws IOException {
        Path directory = temp.resolve("a/b");
        WriteBackStore store = store(directory);
        complete(store.put("k", Content.text("1")));
        assertThat(permissions(directory)).isEqualTo("rwx------");
        assertThat(permissions(directory.getParent())).isEqualTo("rwx------");
        assertThat(journals(directory))
                .singleElement()
                .satisfies(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
        complete(store.close());
        assertThat(journals(directory)).isEmpty();
    }

    @Test
    void secondStore_isRefused() {
        WriteBackStore first = store(temp);
        complete(first.open());
        WriteBackStore second = store(temp);
        StepVerifier.create(second.put("k", Content.text("1")))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(StoreUnavailableException.class)
                        .hasMessage("open: the journal directory " + temp + " is in use by another journal"))
                .verify(PATIENCE);
        complete(first.close());
        complete(second.put("k", Content.text("1")));
        complete(second.close());
    }

    @Test
    void windowStore_hasItsWritesInTheJournalToo() {
        AtomicBoolean refuses = new AtomicBoolean(true);
        Store refusing = new ForwardingStore(inner) {
            @Override
            public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
                return refuses.get()
                        ? Mono.error(new StoreAccessDeniedException("put", key, "not now", null))
                        : super.put(key, content, options);
            }
        };
        WindowedKey key = new WindowedKey(ByteBuffer.wrap(new byte[] {1}), 10);
        RecordContext context = new RecordContext("topic", 0, 7, 8);
        CachingWindowStore first = windows(refusing);
        complete(first.put(key, ByteBuffer.wrap(new byte[] {2}), context));
        StepVerifier.create(first.close())
                .expectErrorSatisfies(error ->
                        assertThat(error).hasMessage("close: 1 writes could not be flushed and stay in the journal"))
                .verify(PATIENCE);

        refuses.set(false);
        CachingWindowStore second = windows(refusing);
        StepVerifier.create(second.flush())
                .assertNext(window -> assertThat(window.context()).isEqualTo(context))
                .expectComplete()
                .verify(PATIENCE);
        StepVerifier.create(second.get(key)).expectNextCount(1).expectComplete().verify(PATIENCE);
        complete(second.close());
    }

    private CachingWindowStore windows(Store refusing) {
        return CachingWindowStore.builder(refusing)
                .writeBack(settings -> settings.journal(temp).inDoubt(Duration.ZERO))
                .build();
    }

    @Test
    void fileInTheWay_isTold() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "x");
        StepVerifier.create(store(file).open())
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(StoreUnavailableException.class)
                        .hasMessageStartingWith("open: the journal directory " + file + " cannot be used"))
                .verify(PATIENCE);
    }

    @Test
    void damagedFile_isTold_andStays_andGivesTheLockBack() throws IOException {
        Path file = temp.resolve("0000000000000001.journal");
        byte[] segment = JournalCodec.encode(JournalRecord.segment(1, 0), 0).array();
        byte[] damaged = new byte[3 * segment.length];
        for (int i = 0; i < 3; i++) {
            System.arraycopy(segment, 0, damaged, i * segment.length, segment.length);
        }
        Files.write(file, damaged);
        for (int i = 0; i < 2; i++) {
            StepVerifier.create(store(temp).open())
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(StoreCorruptException.class)
                            .hasMessageStartingWith(
                                    "open: the journal file " + file + " is damaged at offset " + segment.length))
                    .verify(PATIENCE);
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(damaged);
    }

    @Test
    void manyPutsAtOnce_ofManySizes_synced_areRightInTheEnd() throws IOException {
        WriteBackStore store = WriteBackStore.builder(inner)
                .journal(temp)
                .syncJournal()
                .maxDirtyBytes(4 << 20)
                .build();
        Flux<?> puts = Flux.range(0, 400)
                .flatMap(i -> store.put("k" + i % 50, Content.text((i + ":").repeat(1 + i * 40))), 32);
        complete(puts.then());
        complete(store.close());
        assertThat(journals(temp)).isEmpty();
        StepVerifier.create(inner.list("").flatMap(info -> inner.getText(info.key())))
                .thenConsumeWhile(
                        text -> true,
                        text -> assertThat(Integer.parseInt(text.substring(0, text.indexOf(':'))))
                                .isBetween(318, 399))
                .expectComplete()
                .verify(PATIENCE);
    }

    private WriteBackStore store(Path directory) {
        return WriteBackStore.builder(inner).journal(directory).build();
    }

    private static void complete(Mono<?> mono) {
        StepVerifier.create(mono.then()).expectComplete().verify(PATIENCE);
    }

    private static List<Path> journals(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".journal")).toList();
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
