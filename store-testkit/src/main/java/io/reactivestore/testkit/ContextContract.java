package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** Each caller keeps its Context: what it passed in sees it, and never that of somebody else. */
public interface ContextContract extends StoreContract {

    @Test
    @Needs(Need.WRITES)
    default void contentOfAPut_seesTheContextOfItsCaller() {
        done(store().put(KEY, whoAmI()).contextWrite(Context.of("who", "me")));
        assertThat(textOf(KEY)).isEqualTo("me");
    }

    @Test
    @Needs(Need.WRITES)
    default void contentOfKnownLength_seesTheContextOfItsCaller() {
        done(store().put(KEY, whoAmI().withLength(2)).contextWrite(Context.of("who", "me")));
        assertThat(textOf(KEY)).isEqualTo("me");
    }

    @Test
    @Needs(Need.WRITES)
    default void pooledContent_seesTheContextOfItsCaller() {
        Pool pool = new Pool();
        Flux<Pool.Pooled> elements = Flux.deferContextual(
                context -> Flux.just(pool.take(context.<String>get("who").getBytes(StandardCharsets.UTF_8))));
        done(store().put(KEY, Pool.content(elements)).contextWrite(Context.of("who", "me")));
        assertThat(textOf(KEY)).isEqualTo("me");
    }

    @Test
    @Needs(Need.WRITES)
    default void putSubscribedToTwice_seesTheContextOfEachCaller() {
        Mono<?> put = store().put(KEY, whoAmI());
        done(put.contextWrite(Context.of("who", "first")));
        assertThat(textOf(KEY)).isEqualTo("first");
        done(put.contextWrite(Context.of("who", "second")));
        assertThat(textOf(KEY)).isEqualTo("second");
    }

    @Test
    @Needs(Need.WRITES)
    default void concurrentPuts_seeEachTheirOwnContext() {
        List<String> callers =
                IntStream.range(0, 20).mapToObj(i -> "caller-" + i).toList();
        done(Flux.fromIterable(callers)
                .flatMap(who -> store().put(who, whoAmI()).contextWrite(Context.of("who", who)), 8));
        callers.forEach(who -> assertThat(textOf(who)).isEqualTo(who));
    }

    @Test
    @Needs({Need.WRITES, Need.CONDITIONAL_PUT})
    default void conditionalPut_seesTheContextOfItsCaller() {
        WriteOptions ifAbsent = WriteOptions.defaults().withIfAbsent();
        done(store().put(KEY, whoAmI(), ifAbsent).contextWrite(Context.of("who", "me")));
        assertThat(textOf(KEY)).isEqualTo("me");
    }

    @Test
    @Needs(Need.DELETES)
    default void deletedKeys_seeTheContextOfTheirCaller() {
        givenKeys("me", "others");
        done(store().deleteAll(Flux.deferContextual(context -> Flux.just(context.<String>get("who"))))
                .contextWrite(Context.of("who", "me")));
        assertThat(keys()).containsExactly("others");
    }

    @Test
    default void readKeys_seeTheContextOfTheirCaller() {
        given("me", "mine");
        given("others", "theirs");
        Flux<StoredObject> found = store().getAll(
                        Flux.deferContextual(context -> Flux.just(context.<String>get("who"))), 2)
                .contextWrite(Context.of("who", "me"));
        assertThat(all(found.concatMap(StoredObject::text))).containsExactly("mine");
    }

    @Test
    default void readers_findTheirContextAfterEachSignal() {
        given(KEY, 10);
        assertThat(all(tagged(store().get(KEY), "one"))).containsExactly("one");
        assertThat(all(tagged(store().head(KEY), "two"))).containsExactly("two");
        assertThat(all(tagged(store().list(""), "three"))).containsExactly("three");
        assertThat(all(tagged(store().read(KEY), "four"))).containsExactly("four");
    }

    private static Flux<String> tagged(Publisher<?> publisher, String who) {
        return Flux.from(publisher)
                .concatMap(value -> Mono.deferContextual(context -> Mono.just(context.<String>get("who"))))
                .contextWrite(Context.of("who", who));
    }

    private static Content whoAmI() {
        return Content.publisher(Flux.deferContextual(context ->
                        Flux.just(ByteBuffer.wrap(context.<String>get("who").getBytes(StandardCharsets.UTF_8)))))
                .asReplayable();
    }
}
