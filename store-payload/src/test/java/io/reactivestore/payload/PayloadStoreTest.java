package io.reactivestore.payload;

import static io.reactivestore.payload.PayloadFixture.all;
import static io.reactivestore.payload.PayloadFixture.done;
import static io.reactivestore.payload.PayloadFixture.failure;
import static io.reactivestore.payload.PayloadFixture.key;
import static io.reactivestore.payload.PayloadFixture.lookup;
import static io.reactivestore.payload.PayloadFixture.one;
import static io.reactivestore.payload.PayloadFixture.persist;
import static io.reactivestore.payload.PayloadFixture.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.decorate.ReadOnlyStore;
import io.reactivestore.embeddeds3.EmbeddedS3;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreCorruptException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.local.LocalStore;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.s3.S3Dialect;
import io.reactivestore.s3.S3Store;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/** What a payload store promises, in memory, in a bucket and in a directory. */
class PayloadStoreTest {

    @Nested
    class InMemory extends Cases {

        @Override
        Store newStore() {
            return MemoryStore.create();
        }
    }

    @Nested
    class InS3 extends Cases {

        @Override
        Store newStore() {
            EmbeddedS3 server = EmbeddedS3.shared();
            return S3Store.builder(server.newBucket())
                    .endpoint(server.endpoint())
                    .region(Region.US_EAST_1)
                    .credentialsProvider(AnonymousCredentialsProvider.create())
                    .dialect(S3Dialect.s3Compatible().withListOrder(ListOrder.UTF16))
                    .build();
        }
    }

    @Nested
    class InDirectory extends Cases {

        @TempDir
        Path directory;

        @Override
        Store newStore() {
            return LocalStore.create(directory);
        }

        @Test
        void layout_isTwoFilesUnderTheFirstTwoDigits() throws Exception {
            persist(payloads, "a", "payload");
            String hex = key("a").hex();
            Path shard = directory.resolve(hex.substring(0, 2));

            assertThat(shard.resolve(hex + ".payload")).hasContent("payload");
            assertThat(shard.resolve(hex + ".meta.json"))
                    .content()
                    .contains("\"payload_hash\":\"" + key("payload") + "\"", "\"bytes\":7", "\"tool_kind\":\"read\"");
        }

        @Test
        void directoryThatAnotherProgramWrote_isRead() throws Exception {
            String hex = key("foreign").hex();
            Path shard = Files.createDirectories(directory.resolve(hex.substring(0, 2)));
            Files.writeString(shard.resolve(hex + ".payload"), "theirs");
            Files.writeString(shard.resolve(hex + ".meta.json"), """
                    {"payload_hash": "%s", "bytes": 6, "tool_kind": "bash",
                     "file_roots": [{"path": "/a", "expected_hash": "12"}], "later_field": {"x": 1}}
                    """.formatted(key("theirs")));

            Payload found = one(payloads.lookup(key("foreign")));

            assertThat(PayloadFixture.text(found)).isEqualTo("theirs");
            assertThat(found.meta())
                    .isEqualTo(new PayloadMeta(
                            key("theirs").hex(), 6, "bash", List.of(new FileRoot("/a", "12")), List.of()));
        }
    }

    abstract static class Cases {

        Store store;
        PayloadStore payloads;

        abstract Store newStore();

        @BeforeEach
        void open() {
            store = newStore();
            payloads = PayloadStore.builder(store).build();
        }

        @AfterEach
        void close() {
            done(payloads.close());
            done(store.close());
        }

        @Test
        void persistedPayload_isFoundWithItsMetadata() {
            List<FileRoot> roots = List.of(new FileRoot("/src/a", "ab"));
            List<PayloadKey> upstreams = List.of(key("up"));
            PayloadMeta written =
                    one(payloads.persistWithUpstreams(key("a"), Content.text("hello world"), "read", roots, upstreams));

            Payload found = one(payloads.lookup(key("a")));

            assertThat(PayloadFixture.text(found)).isEqualTo("hello world");
            assertThat(found.bytes().isReadOnly()).isTrue();
            assertThat(found.meta())
                    .isEqualTo(written)
                    .isEqualTo(new PayloadMeta(key("hello world").hex(), 11, "read", roots, upstreams));
        }

        @Test
        void emptyAndLargePayloads_areFound() {
            String large = "x".repeat(200_000);
            persist(payloads, "empty", "");
            persist(payloads, "large", large);
            assertThat(lookup(payloads, "empty")).isEmpty();
            assertThat(lookup(payloads, "large")).isEqualTo(large);
        }

        @Test
        void absentPayload_isEmpty() {
            assertThat(lookup(payloads, "never")).isNull();
            assertThat(one(payloads.contains(key("never")))).isFalse();
            done(payloads.remove(key("never")));
        }

        @Test
        void halfWithoutTheOther_isAMiss() {
            persist(payloads, "no payload", "x");
            persist(payloads, "no meta", "x");
            done(store.delete(Names.payload(key("no payload"))));
            done(store.delete(Names.meta(key("no meta"))));

            assertThat(lookup(payloads, "no payload")).isNull();
            assertThat(lookup(payloads, "no meta")).isNull();
            assertThat(one(payloads.contains(key("no payload")))).isFalse();
            assertThat(one(payloads.contains(key("no meta")))).isFalse();
            assertThat(all(payloads.entries())).isEmpty();
        }

        @Test
        void persistedAgain_theLastWriterWins() {
            persist(payloads, "a", "old");
            persist(payloads, "a", "new");
            assertThat(lookup(payloads, "a")).isEqualTo("new");
            assertThat(all(payloads.entries())).hasSize(1);
        }

        @Test
        void changedBytes_areCorruptionWithBothHashes_untilPersistedAgain() {
            persist(payloads, "a", "trusted");
            put(store, Names.payload(key("a")), "tampered");

            StoreCorruptException error = failure(StoreCorruptException.class, payloads.lookup(key("a")));
            assertThat(error)
                    .hasMessage("lookup " + key("a") + ": the payload should have the hash " + key("trusted")
                            + ", but has " + key("tampered"));
            assertThat(error.key()).isEqualTo(key("a").hex());
            failure(StoreCorruptException.class, payloads.lookup(key("a")));

            persist(payloads, "a", "healed");
            assertThat(lookup(payloads, "a")).isEqualTo("healed");
        }

        @Test
        void metadataThatCannotBeRead_isCorruption_andNoEntry() {
            persist(payloads, "a", "x");
            for (String json : List.of("", "{", "[]", "{\"payload_hash\": 1, \"bytes\": 1, \"tool_kind\": \"\"}")) {
                put(store, Names.meta(key("a")), json);
                StoreCorruptException error = failure(StoreCorruptException.class, payloads.lookup(key("a")));
                assertThat(error).hasMessageContaining("the metadata cannot be read");
                assertThat(all(payloads.entries())).isEmpty();
            }
        }

        @Test
        void dropCorrupt_removesTheEntry_andTellsOfAMiss() {
            PayloadStore dropping = PayloadStore.builder(store).dropCorrupt().build();
            persist(dropping, "a", "trusted");
            put(store, Names.payload(key("a")), "tampered");

            assertThat(lookup(dropping, "a")).isNull();
            assertThat(all(store.list(""))).isEmpty();
        }

        @Test
        void removedPayload_leavesNothing() {
            persist(payloads, "a", "x");
            done(payloads.remove(key("a")));
            assertThat(lookup(payloads, "a")).isNull();
            assertThat(all(store.list(""))).isEmpty();
        }

        @Test
        void entries_areAllWholeOnes() {
            persist(payloads, "a", "1");
            persist(payloads, "b", "22");
            put(store, "ab/foreign.txt", "not ours");

            assertThat(all(payloads.entries()))
                    .extracting(PayloadEntry::key, entry -> entry.meta().bytes())
                    .containsExactlyInAnyOrder(tuple(key("a"), 1L), tuple(key("b"), 2L));
        }

        @Test
        void totalBytes_isThatOfBothHalves_andFollowsWrites() {
            assertThat(one(payloads.totalBytes())).isZero();
            persist(payloads, "a", "x".repeat(1000));
            assertThat(one(payloads.totalBytes())).isEqualTo(present());
            persist(payloads, "a", "short");
            persist(payloads, "b", "y");
            assertThat(one(payloads.totalBytes())).isEqualTo(present());
            done(payloads.remove(key("b")));
            assertThat(one(payloads.totalBytes())).isEqualTo(present());
        }

        @Test
        void totalBytes_countsOrphans_butNothingOfOthers() {
            put(store, "readme.txt", "not ours");
            put(store, Names.meta(key("a")).replace(".meta.json", ".other"), "not ours");
            put(store, Names.meta(key("a")), "12345");
            put(store, Names.payload(key("b")), "123");
            assertThat(one(payloads.totalBytes())).isEqualTo(8);
        }

        @Test
        void capOfZero_removesEverything_alsoOrphans_butNothingOfOthers() {
            persist(payloads, "a", "x".repeat(100));
            put(store, Names.meta(key("meta")), "orphan");
            put(store, Names.payload(key("payload")), "orphan");
            put(store, "readme.txt", "not ours");

            Eviction eviction = one(payloads.evictToCap(0));

            assertThat(eviction.dropped()).containsExactlyInAnyOrder(key("a"), key("meta"), key("payload"));
            assertThat(eviction.skipped()).isEmpty();
            assertThat(one(payloads.totalBytes())).isZero();
            assertThat(all(store.list("").map(ObjectInfo::key))).containsExactly("readme.txt");
        }

        @Test
        void cap_aboveWhatIsThere_removesNothing() {
            persist(payloads, "a", "tiny");
            assertThat(one(payloads.evictToCap(Long.MAX_VALUE)).dropped()).isEmpty();
            assertThat(one(payloads.evictToCap(one(payloads.totalBytes()))).dropped())
                    .isEmpty();
            assertThat(lookup(payloads, "a")).isEqualTo("tiny");
        }

        @Test
        void payloadBeyondTheLimit_isRejected_andTheOldOneStays() {
            PayloadStore small = PayloadStore.builder(store).maxPayloadBytes(10).build();
            persist(small, "a", "old");
            Content endless =
                    Content.publisher(Flux.generate(sink -> sink.next(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}))));

            StoreRejectedException error =
                    failure(StoreRejectedException.class, small.persist(key("a"), endless, "read", List.of()));

            assertThat(error)
                    .hasMessage("persist " + key("a") + ": the content is longer than maxPayloadBytes, 10 bytes");
            assertThat(lookup(small, "a")).isEqualTo("old");
        }

        @Test
        void closedStore_refuses_andLeavesTheOneBelowOpen() {
            done(payloads.close());
            assertThat(failure(StoreClosedException.class, payloads.lookup(key("a")))
                            .operation())
                    .isEqualTo("lookup");
            put(store, "still", "open");
        }

        @Test
        void badArguments_areRefusedAtTheCall() {
            assertThatThrownBy(() -> payloads.evictToCap(-1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("evictToCap: need 0 or more bytes, was -1");
            assertThatThrownBy(
                            () -> PayloadStore.builder(ReadOnlyStore.of(store)).build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot write and delete");
            assertThatThrownBy(() -> PayloadStore.builder(store).maxPayloadBytes(0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("was 0");
        }

        private long present() {
            return one(store.sizeOf(""));
        }
    }
}
