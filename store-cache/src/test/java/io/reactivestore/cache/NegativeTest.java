package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Served;
import io.reactivestore.StoredObject;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.StoreAccessDeniedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** What is remembered of objects that are not there. */
class NegativeTest {

    private static final Duration LIFETIME = Duration.ofSeconds(30);
    private static final int MAX_KEYS = 100;

    private final Stage stage = Stage.both(builder -> builder.freshness(f -> f.negative(LIFETIME, MAX_KEYS)))
            .open();

    @Test
    void absentObject_isAskedForOnce_inItsLifetime() {
        stage.read();
        assertThat(asked(() -> assertThat(stage.read()).isEqualTo("(none)"))).isZero();
        assertThat(stage.cache.stats().negative()).isEqualTo(1);
        assertThat(stage.cache.stats().hits(Served.MEMORY)).isEqualTo(1);
        stage.run(LIFETIME);
        assertThat(asked(stage::read)).isEqualTo(1);
    }

    @Test
    void unlessAskedFor_nothingIsRemembered() {
        Stage plain = Stage.memory().open();
        plain.read();
        plain.source.write(Stage.KEY, "new");
        assertThat(plain.read()).isEqualTo("new");
    }

    /** What ends an absence at once. */
    private enum Write {
        PUT {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.put(Stage.KEY, Content.text("new"));
            }
        },
        COPY {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.copy("other", Stage.KEY);
            }
        },
        PREFIX {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.deletePrefix("");
            }
        },
        INVALIDATE {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.invalidate(Stage.KEY);
            }
        },
        INVALIDATE_PREFIX {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.invalidatePrefix("k");
            }
        },
        CLEAR {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.clearCache();
            }
        },
        CONTRADICTING_HEAD {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.head(Stage.KEY);
            }
        },
        CONTRADICTING_READ {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.get(Stage.KEY, ReadOptions.defaults().withMode(ReadMode.REVALIDATE));
            }
        };

        abstract Mono<?> to(CacheStore cache);
    }

    @ParameterizedTest
    @EnumSource
    void writeOfTheKey_endsItAtOnce(Write write) {
        stage.source.write("other", "new");
        assertThat(stage.read()).isEqualTo("(none)");
        if (write != Write.PUT && write != Write.COPY) {
            stage.source.write(Stage.KEY, "new");
        }
        stage.await(write.to(stage.cache));
        assertThat(stage.read()).isEqualTo(write == Write.PREFIX ? "(none)" : "new");
        assertThat(stage.cache.stats().negative()).isZero();
    }

    @Test
    void objectThatWasFoundSince_isNotDeniedWhenItsCopyIsGone() {
        stage.read();
        stage.source.write(Stage.KEY, "new");
        stage.await(stage.cache.get(Stage.KEY, ReadOptions.defaults().withMode(ReadMode.REVALIDATE)));
        stage.fillMemory();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void absenceOfBeforeAPut_isNotRememberedAfterIt() {
        stage.source.hold(Op.GET);
        TestSubscriber<String> reader = stage.reader();
        stage.run();
        Request<StoredObject> before = stage.source.take(Op.GET);
        before.apply();
        stage.put("new");
        before.answer();
        stage.run();
        stage.source.pass(Op.GET);
        assertThat(reader.getReceivedOnNext()).isEmpty();
        assertThat(stage.read()).isEqualTo("new");
    }

    @Test
    void errors_areNoAbsence() {
        stage.source.fail(Op.GET, new StoreAccessDeniedException("get", Stage.KEY, "no", null));
        assertThatThrownBy(stage::read).isInstanceOf(StoreAccessDeniedException.class);
        stage.source.pass(Op.GET);
        stage.source.write(Stage.KEY, "there");
        assertThat(stage.read()).isEqualTo("there");
    }

    @Test
    void headAndExists_askTheSource() {
        stage.read();
        assertThat(stage.await(stage.cache.exists(Stage.KEY))).isFalse();
        stage.source.write(Stage.KEY, "new");
        assertThat(stage.await(stage.cache.exists(Stage.KEY))).isTrue();
        assertThat(stage.await(stage.cache.head(Stage.KEY))).isNotNull();
    }

    @Test
    void otherModes_askTheSource() {
        stage.read();
        for (ReadMode mode : List.of(ReadMode.REVALIDATE, ReadMode.SOURCE_ONLY)) {
            assertThat(asked(() -> stage.await(
                            stage.cache.get(Stage.KEY, ReadOptions.defaults().withMode(mode)))))
                    .as(mode.toString())
                    .isEqualTo(1);
        }
    }

    @Test
    void ranges_ofAnAbsentObject_failAsIfTheSourceWereAsked() {
        stage.read();
        assertThat(asked(() -> assertThatThrownBy(() -> stage.await(stage.cache
                                .getRanges(Stage.KEY, List.of(ByteRange.from(0)), ReadOptions.defaults())
                                .then()))
                        .isInstanceOf(ObjectNotFoundException.class)
                        .hasMessageContaining(Stage.KEY)))
                .isZero();
    }

    @Test
    void absences_areNoKeysOfTheCache() {
        stage.read();
        CacheInfo info = stage.await(stage.cache.info());
        assertThat(info.tiers()).allMatch(tier -> tier.cachedKeys() == 0 && tier.trackedKeys() == 0);
    }

    @Test
    void noMoreAreRemembered_thanAllowed() {
        for (int i = 0; i <= MAX_KEYS; i++) {
            stage.read("key-" + i);
        }
        assertThat(asked(() -> stage.read("key-" + MAX_KEYS))).isZero();
        assertThat(asked(() -> stage.read("key-1"))).isZero();
        assertThat(asked(() -> stage.read("key-0"))).as("the oldest").isEqualTo(1);
    }

    @Test
    void manyGets_ofAbsentKeys_askOnceForEach_inALifetime() {
        int keys = Boolean.getBoolean("reactivestore.slow") ? 10_000 : 1_000;
        Stage many = Stage.memory(builder -> builder.freshness(f -> f.negative(LIFETIME, keys)))
                .open();
        for (int i = 0; i < 100 * keys; i++) {
            String key = "key-" + (i < keys ? i : ThreadLocalRandom.current().nextInt(keys));
            many.await(many.cache.get(key));
        }
        assertThat(many.source.calls(Op.GET)).isEqualTo(keys);
    }

    private int asked(Runnable work) {
        int before = stage.source.calls(Op.GET);
        work.run();
        return stage.source.calls(Op.GET) - before;
    }
}
