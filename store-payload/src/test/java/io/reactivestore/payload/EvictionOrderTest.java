package io.reactivestore.payload;

import static io.reactivestore.payload.PayloadFixture.key;
import static io.reactivestore.payload.PayloadFixture.lookup;
import static io.reactivestore.payload.PayloadFixture.one;
import static io.reactivestore.payload.PayloadFixture.persist;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.StoreRuntime;
import io.reactivestore.local.LocalStore;
import io.reactivestore.memory.MemoryStore;
import io.reactivestore.testkit.fault.Fault;
import io.reactivestore.testkit.fault.FaultyStore;
import io.reactivestore.testkit.fault.StoreOperation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which entries go first. */
class EvictionOrderTest {

    @TempDir
    Path directory;

    @Test
    void oldest_goFirst_andJustEnoughOfThem() throws Exception {
        LocalStore store = LocalStore.create(directory);
        PayloadStore payloads = PayloadStore.builder(store).build();
        for (String input : List.of("c", "a", "b")) {
            persist(payloads, input, "x".repeat(1000));
        }
        date("c", 1);
        date("a", 2);
        date("b", 3);
        long each = one(payloads.totalBytes()) / 3;

        Eviction eviction = one(payloads.evictToCap(each + 10));

        assertThat(eviction.dropped()).containsExactly(key("c"), key("a"));
        assertThat(lookup(payloads, "b")).hasSize(1000);
    }

    @Test
    void persistedAgain_isYoung() throws Exception {
        LocalStore store = LocalStore.create(directory);
        PayloadStore payloads = PayloadStore.builder(store).build();
        persist(payloads, "a", "same");
        persist(payloads, "b", "same");
        date("a", 1);
        date("b", 2);
        persist(payloads, "a", "same");

        long each = one(payloads.totalBytes()) / 2;
        assertThat(one(payloads.evictToCap(each)).dropped()).containsExactly(key("b"));
    }

    @Test
    void sameAge_goesByKey() throws Exception {
        LocalStore store = LocalStore.create(directory);
        PayloadStore payloads = PayloadStore.builder(store).build();
        List<String> inputs = Stream.of("1", "2", "3", "4", "5", "6", "7", "8").toList();
        for (String input : inputs) {
            persist(payloads, input, "same");
            date(input, 7);
        }
        List<PayloadKey> sorted = inputs.stream()
                .map(PayloadFixture::key)
                .sorted(Comparator.naturalOrder())
                .toList();

        long half = one(payloads.totalBytes()) / 2;
        assertThat(one(payloads.evictToCap(half)).dropped()).isEqualTo(sorted.subList(0, 4));
    }

    @Test
    void entryThatCannotBeRemoved_isSkippedAndTold_andOthersGoInstead() {
        FaultyStore store = FaultyStore.over(MemoryStore.create(), StoreRuntime.system());
        PayloadStore payloads = PayloadStore.builder(store).build();
        persist(payloads, "a", "same");
        persist(payloads, "b", "same");
        store.next(StoreOperation.DELETE, Fault.failBefore());

        Eviction eviction = one(payloads.evictToCap(0));

        assertThat(eviction.dropped()).hasSize(1);
        assertThat(eviction.skipped()).hasSize(1);
        PayloadKey skipped = eviction.skipped().get(0).key();
        assertThat(skipped).isNotIn(eviction.dropped());
        assertThat(one(payloads.contains(skipped))).isTrue();
        assertThat(one(payloads.totalBytes())).isPositive();
    }

    private void date(String input, int second) throws Exception {
        Path file = directory.resolve(Names.payload(key(input)));
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L + 1000L * second));
    }
}
