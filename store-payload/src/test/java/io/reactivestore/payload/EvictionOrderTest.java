package io.reactivestore.payload;

import static io.reactivestore.payload.PayloadFixture.key;
import static io.reactivestore.payload.PayloadFixture.lookup;
import static io.reactivestore.payload.PayloadFixture.one;
import static io.reactivestore.payload.PayloadFixture.persist;
import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.DeleteOptions;
import io.reactivestore.StoreRuntime;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.error.StoreUnavailableException;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

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

    @Test
    void several_goAtOnce_butNoMoreThanAreTooMany_andTheNextOnesOnlyForThoseThatStay() {
        MemoryStore memory = MemoryStore.create();
        PayloadStore filling = PayloadStore.builder(memory).build();
        Stream.of("1", "2", "3", "4", "5").forEach(input -> persist(filling, input, "same"));
        List<Sinks.Empty<Void>> held = new CopyOnWriteArrayList<>();
        PayloadStore payloads = PayloadStore.builder(new ForwardingStore(memory) {
                    @Override
                    public Mono<Void> delete(String key, DeleteOptions options) {
                        Sinks.Empty<Void> sink = Sinks.empty();
                        held.add(sink);
                        return sink.asMono().then(super.delete(key, options));
                    }
                })
                .build();
        long each = one(payloads.totalBytes()) / 5;
        CompletableFuture<Eviction> eviction = payloads.evictToCap(2 * each).toFuture();
        assertThat(held).hasSize(3);

        held.get(0).tryEmitError(new StoreUnavailableException("delete", "k", "down", true, null));
        held.get(1).tryEmitEmpty();
        held.get(2).tryEmitEmpty();
        assertThat(held).as("two payloads after their metadata").hasSize(5);
        held.get(3).tryEmitEmpty();
        held.get(4).tryEmitEmpty();
        assertThat(held).as("one more in the place of the first").hasSize(6);
        held.get(5).tryEmitEmpty();
        held.get(6).tryEmitEmpty();

        assertThat(eviction.join().dropped()).hasSize(3);
        assertThat(eviction.join().skipped()).hasSize(1);
        assertThat(one(payloads.totalBytes())).isEqualTo(2 * each);
    }

    private void date(String input, int second) throws Exception {
        Path file = directory.resolve(Names.payload(key(input)));
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L + 1000L * second));
    }
}
