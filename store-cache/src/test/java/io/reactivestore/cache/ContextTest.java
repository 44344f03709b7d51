package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reactivestore.Content;
import io.reactivestore.Store;
import io.reactivestore.StoredObject;
import io.reactivestore.decorate.ForwardingStore;
import io.reactivestore.memory.MemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/** Each reader keeps its Context, a shared load has one of its own, and nobody finds anything of anybody else. */
class ContextTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final MemoryStore objects = MemoryStore.create();
    private final Sinks.Empty<Void> gate = Sinks.empty();
    private final List<ContextView> contexts = Collections.synchronizedList(new ArrayList<>());
    private final Hearing heard = new Hearing();

    /** Tells under which Context it is asked, and answers when the gate opens. */
    private final Store source = new ForwardingStore(objects) {
        @Override
        protected <T> Mono<T> around(String operation, String key, Mono<T> work) {
            return Mono.deferContextual(context -> {
                contexts.add(context);
                return gate.asMono().then(work);
            });
        }

        @Override
        protected <T> Flux<T> around(String operation, @Nullable String key, Flux<T> work) {
            return Flux.deferContextual(context -> {
                contexts.add(context);
                return gate.asMono().thenMany(work);
            });
        }
    };

    private final CacheStore cache = CacheStore.builder(source)
            .memory(memory -> memory.maxBytes(1 << 20))
            .freshness(f -> f.heads(PATIENCE, 10).listings(PATIENCE, 10_000))
            .loads(heard)
            .build();

    /** What may be asked for. */
    private enum Asked {
        GET {
            @Override
            Mono<?> of(CacheStore cache) {
                return cache.get("k").flatMap(StoredObject::text);
            }
        },
        HEAD {
            @Override
            Mono<?> of(CacheStore cache) {
                return cache.head("k");
            }
        },
        LIST {
            @Override
            Mono<?> of(CacheStore cache) {
                return cache.list("k").next();
            }
        };

        abstract Mono<?> of(CacheStore cache);
    }

    @BeforeEach
    void given() {
        objects.put("k", Content.text("1")).block(PATIENCE);
    }

    @AfterEach
    void clear() {
        MDC.clear();
    }

    @ParameterizedTest
    @EnumSource
    void eachReader_keepsItsContext_andTheLoadHasOneOfItsOwn(Asked asked) {
        ConcurrentMap<String, String> seen = new ConcurrentHashMap<>();
        List<String> tenants = IntStream.range(0, 20).mapToObj(i -> "t" + i).toList();
        for (String tenant : tenants) {
            asked.of(cache)
                    .flatMap(answer -> Mono.deferContextual(context -> Mono.just(context.<String>get(Hearing.TENANT))))
                    .contextWrite(Context.of(Hearing.TENANT, tenant))
                    .subscribe(own -> seen.put(tenant, own), error -> seen.put(tenant, error.toString()));
        }
        gate.tryEmitEmpty();
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).hasSize(tenants.size()));
        seen.forEach((tenant, own) -> assertThat(own).isEqualTo(tenant));
        String operation = asked.name().toLowerCase(Locale.ROOT);
        assertThat(contexts).isNotEmpty().allSatisfy(context -> {
            assertThat(context.hasKey(Hearing.TENANT)).isFalse();
            assertThat(context.<String>get(Hearing.LOAD)).isEqualTo("1 " + operation);
        });
        assertThat(heard.told).startsWith("1 begin " + operation + " k").endsWith("1 ended well");
        assertThat(new TreeSet<>(heard.told.subList(1, tenants.size() + 1)))
                .isEqualTo(new TreeSet<>(
                        tenants.stream().map(tenant -> "1 joined " + tenant).toList()));
        assertThat(heard.told).hasSize(tenants.size() + 2);
    }

    @Test
    void withoutAListener_theContextOfALoadIsEmpty() {
        gate.tryEmitEmpty();
        CacheStore plain = CacheStore.builder(source)
                .memory(memory -> memory.maxBytes(1 << 20))
                .build();
        plain.getText("k").contextWrite(Context.of(Hearing.TENANT, "a")).block(PATIENCE);
        assertThat(contexts).isNotEmpty().allMatch(ContextView::isEmpty);
    }

    @Test
    void hit_beginsNoLoad() {
        gate.tryEmitEmpty();
        cache.getText("k").block(PATIENCE);
        heard.told.clear();
        cache.getText("k").block(PATIENCE);
        cache.exists("k").block(PATIENCE);
        assertThat(heard.told).isEmpty();
    }

    @Test
    void failedLoad_isToldItsError_andAnAbandonedOneNone() {
        gate.tryEmitError(new IllegalStateException("not now"));
        cache.get("k").onErrorComplete().block(PATIENCE);
        assertThat(heard.told).containsExactly("1 begin get k", "1 joined nobody", "1 ended not now");
        heard.told.clear();
        Sinks.Empty<Void> never = Sinks.empty();
        CacheStore hanging = CacheStore.builder(
                        new GetsThrough(objects, get -> never.asMono().then(get)))
                .memory(memory -> memory.maxBytes(1 << 20))
                .loads(heard)
                .build();
        hanging.get("k").subscribe(object -> {}, error -> {}).dispose();
        assertThat(heard.told).containsExactly("2 begin get k", "2 joined nobody", "2 ended well");
    }

    @Test
    void listenerThatThrows_failsTheReaders_andLeavesNoLoadBehind() {
        List<String> begun = new ArrayList<>();
        CacheStore broken = CacheStore.builder(objects)
                .memory(memory -> memory.maxBytes(1 << 20))
                .loads((operation, subject) -> {
                    begun.add(subject);
                    if (begun.size() == 1) {
                        throw new IllegalStateException("broken");
                    }
                    return new LoadListener.Begun() {};
                })
                .build();
        assertThat(broken.getText("k").onErrorReturn("failed").block(PATIENCE)).isEqualTo("failed");
        assertThat(broken.getText("k").block(PATIENCE)).isEqualTo("1");
    }

    @ParameterizedTest
    @EnumSource
    void mdcOfAReader_isAsBefore_andNoOtherReaderFindsIt(Asked asked) throws InterruptedException {
        ConcurrentMap<String, Map<String, String>> seen = new ConcurrentHashMap<>();
        for (String tenant : List.of("a", "b", "c")) {
            Thread reader = new Thread(() -> {
                MDC.put(Hearing.TENANT, tenant);
                asked.of(cache)
                        .subscribe(
                                answer -> seen.put(
                                        tenant,
                                        MDC.getCopyOfContextMap() == null ? Map.of() : MDC.getCopyOfContextMap()),
                                error -> seen.put(tenant, Map.of("failed", error.toString())));
                seen.put("after " + tenant, MDC.getCopyOfContextMap());
            });
            reader.start();
            reader.join(PATIENCE.toMillis());
        }
        MDC.put(Hearing.TENANT, "source");
        gate.tryEmitEmpty();
        assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of(Hearing.TENANT, "source"));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(seen).hasSize(6));
        for (String tenant : List.of("a", "b", "c")) {
            assertThat(seen.get("after " + tenant)).isEqualTo(Map.of(Hearing.TENANT, tenant));
            assertThat(seen.get(tenant)).as("on the delivery scheduler").isEmpty();
        }
    }
}
