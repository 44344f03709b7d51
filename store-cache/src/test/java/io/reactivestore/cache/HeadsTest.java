package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.ObjectInfo;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.WriteOptions;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.error.PreconditionFailedException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** Facts of objects that are remembered. */
class HeadsTest {

    private static final Duration LIFETIME = Duration.ofSeconds(30);
    private static final int MAX_KEYS = 100;
    private static final ReadOptions REVALIDATE = ReadOptions.defaults().withMode(ReadMode.REVALIDATE);

    private final Stage stage = Stage.memory(builder -> builder.maxEntryBytes(100)
                    .freshness(f -> f.heads(LIFETIME, MAX_KEYS).negative(LIFETIME, MAX_KEYS)))
            .open();

    private ObjectInfo head() {
        return stage.await(stage.cache.head(Stage.KEY));
    }

    private int asked(Runnable work) {
        int before = stage.source.calls(Op.HEAD);
        work.run();
        return stage.source.calls(Op.HEAD) - before;
    }

    private TestSubscriber<ObjectInfo> beginHead() {
        TestSubscriber<ObjectInfo> head = TestSubscriber.create();
        stage.cache.head(Stage.KEY).subscribe(head);
        stage.run();
        return head;
    }

    @Test
    void object_isAskedForOnce_inItsLifetime() {
        stage.source.write(Stage.KEY, "old");
        ObjectInfo first = head();
        assertThat(asked(() -> {
                    assertThat(head()).isEqualTo(first);
                    assertThat(stage.await(stage.cache.exists(Stage.KEY))).isTrue();
                    assertThat(stage.await(stage.cache.size(Stage.KEY))).isEqualTo(3);
                }))
                .isZero();
        assertThat(stage.cache.stats().heads()).isEqualTo(new CacheStats.Answers(3, 1));
        assertThat(stage.cache.stats().requests()).isZero();
        stage.run(LIFETIME);
        assertThat(asked(this::head)).isEqualTo(1);
    }

    @Test
    void absentObject_isAskedForOnce_inItsLifetime_byHeadsAndReads() {
        assertThat(head()).isNull();
        assertThat(asked(() ->
                        assertThat(stage.await(stage.cache.exists(Stage.KEY))).isFalse()))
                .isZero();
        assertThat(stage.read()).isEqualTo("(none)");
        assertThat(stage.source.calls(Op.GET)).isZero();
        stage.run(LIFETIME);
        assertThat(asked(this::head)).isEqualTo(1);
    }

    @Test
    void readOfAnAbsentObject_answersExists() {
        stage.read();
        assertThat(asked(() ->
                        assertThat(stage.await(stage.cache.exists(Stage.KEY))).isFalse()))
                .isZero();
    }

    /** What changes an object, or may have. */
    private enum Write {
        PUT {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.put(Stage.KEY, Content.text("new"));
            }
        },
        PUT_OF_A_LARGE_OBJECT {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.put(Stage.KEY, Content.text("n".repeat(101)));
            }
        },
        PUT_PAST_THE_CACHE {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.put(
                        Stage.KEY, Content.text("new"), WriteOptions.defaults().withoutCaching());
            }
        },
        COPY {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.copy("other", Stage.KEY);
            }
        },
        RENAME {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.rename(Stage.KEY, "third");
            }
        },
        DELETE {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.delete(Stage.KEY);
            }
        },
        DELETE_ALL {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.deleteAll(Flux.just(Stage.KEY)).then();
            }
        },
        DELETE_PREFIX {
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
        CONTRADICTING_HEAD {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.head(Stage.KEY, REVALIDATE);
            }
        },
        CONTRADICTING_READ {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.get(Stage.KEY, REVALIDATE);
            }
        };

        abstract Mono<?> to(CacheStore cache);

        boolean tellsTheFacts() {
            return this == PUT || this == PUT_OF_A_LARGE_OBJECT || this == CONTRADICTING_READ;
        }

        boolean isOfTheCache() {
            return ordinal() < INVALIDATE.ordinal();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWrite_isSeenAtOnce(Write write) {
        stage.source.write("other", "new");
        stage.source.write(Stage.KEY, "old");
        String old = head().etag();
        if (!write.isOfTheCache()) {
            stage.source.write(Stage.KEY, "new");
        }
        stage.await(write.to(stage.cache));
        int asked = asked(() -> {
            ObjectInfo info = head();
            assertThat(info == null ? null : info.etag()).isNotEqualTo(old);
            assertThat(info).isEqualTo(stage.source.info(Stage.KEY));
        });
        if (write.tellsTheFacts()) {
            assertThat(asked).isZero();
        }
    }

    @Test
    void readOfAnObject_answersHeads_alsoIfItIsTooLargeToBeKept() {
        stage.source.write(Stage.KEY, "l".repeat(101));
        stage.await(stage.cache.get(Stage.KEY));
        assertThat(asked(() -> assertThat(head().size()).isEqualTo(101))).isZero();
    }

    @Test
    void factsOfBeforeAPut_areNotRememberedAfterIt_andNotShared() {
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.HEAD);
        TestSubscriber<ObjectInfo> before = beginHead();
        Request<ObjectInfo> old = stage.source.<ObjectInfo>take(Op.HEAD).apply();
        stage.put("newer");
        stage.await(stage.cache.invalidate(Stage.KEY));
        TestSubscriber<ObjectInfo> after = beginHead();
        old.answer();
        stage.run();
        assertThat(before.getReceivedOnNext()).hasSize(1);
        assertThat(after.isTerminated()).isFalse();
        stage.source.take(Op.HEAD).answer();
        stage.run();
        assertThat(after.getReceivedOnNext()).containsExactly(stage.source.info(Stage.KEY));
        stage.source.pass(Op.HEAD);
        assertThat(asked(() -> assertThat(head().size()).isEqualTo(5))).isZero();
    }

    @Test
    void putWithoutAnAnswer_letsTheSourceBeAskedUntilTheDoubtIsOver() {
        stage.source.write(Stage.KEY, "old");
        head();
        stage.source.fail(Op.PUT, new StoreTimeoutException("put", Stage.KEY, "no answer", null));
        assertThatThrownBy(() -> stage.put("new")).isInstanceOf(StoreTimeoutException.class);
        assertThat(asked(() -> {
                    head();
                    head();
                }))
                .isEqualTo(2);
        stage.run(Stage.IN_DOUBT);
        assertThat(asked(() -> {
                    head();
                    head();
                }))
                .isEqualTo(1);
    }

    @Test
    void headsUnderWay_areOneQuestion_andOneThatLeavesHurtsNobody() {
        stage.source.write(Stage.KEY, "old");
        stage.source.hold(Op.HEAD);
        TestSubscriber<ObjectInfo> leaving = beginHead();
        TestSubscriber<ObjectInfo> staying = beginHead();
        leaving.cancel();
        stage.source.take(Op.HEAD).answer();
        stage.run();
        assertThat(staying.getReceivedOnNext()).hasSize(1);
        assertThat(stage.source.calls(Op.HEAD)).isEqualTo(1);
        assertThat(stage.cache.stats().joined()).isEqualTo(1);
    }

    @Test
    void whenEverybodyHasLeft_theQuestionIsCancelled() {
        stage.source.hold(Op.HEAD);
        beginHead().cancel();
        stage.run();
        assertThat(stage.source.waits(Op.HEAD)).isFalse();
        stage.source.takeGivenUp(Op.HEAD);
    }

    @Test
    void otherModesAndVersions_askTheSource() {
        stage.source.write(Stage.KEY, "old");
        head();
        for (ReadMode mode : new ReadMode[] {ReadMode.REVALIDATE, ReadMode.SOURCE_ONLY}) {
            assertThat(asked(() -> stage.await(
                            stage.cache.head(Stage.KEY, ReadOptions.defaults().withMode(mode)))))
                    .as(mode.toString())
                    .isEqualTo(1);
        }
        assertThat(asked(() -> stage.cache
                        .head(Stage.KEY, ReadOptions.defaults().withVersion("v"))
                        .onErrorComplete()
                        .subscribe(none -> {}, error -> {})))
                .isEqualTo(1);
    }

    @Test
    void conditions_areJudgedByWhatIsRemembered_andByWhatIsToldNow() {
        stage.source.write(Stage.KEY, "old");
        ReadOptions right =
                ReadOptions.defaults().withIfMatch(stage.source.info(Stage.KEY).etag());
        ReadOptions wrong = ReadOptions.defaults().withIfMatch("other");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> stage.await(stage.cache.head(Stage.KEY, wrong)))
                    .isInstanceOf(PreconditionFailedException.class)
                    .hasMessageContaining("head " + Stage.KEY);
            assertThat(stage.await(stage.cache.head(Stage.KEY, right))).isNotNull();
        }
        assertThat(stage.source.calls(Op.HEAD)).isEqualTo(1);
    }

    @Test
    void errors_areTold_andNotRemembered() {
        stage.source.fail(Op.HEAD, new StoreAccessDeniedException("head", Stage.KEY, "no", null));
        assertThatThrownBy(this::head).isInstanceOf(StoreAccessDeniedException.class);
        stage.source.pass(Op.HEAD);
        stage.source.write(Stage.KEY, "there");
        assertThat(head()).isNotNull();
    }

    @Test
    void noMoreAreRemembered_thanAllowed() {
        for (int i = 0; i <= MAX_KEYS; i++) {
            stage.source.write("key-" + i, "x");
            stage.await(stage.cache.head("key-" + i));
        }
        assertThat(asked(() -> stage.await(stage.cache.head("key-" + MAX_KEYS))))
                .isZero();
        assertThat(asked(() -> stage.await(stage.cache.head("key-1")))).isZero();
        assertThat(asked(() -> stage.await(stage.cache.head("key-0"))))
                .as("the oldest")
                .isEqualTo(1);
    }

    @Test
    void factsWithoutReads_areNoKeysOfTheCache() {
        stage.source.write(Stage.KEY, "old");
        head();
        assertThat(stage.await(stage.cache.info()).tiers())
                .allMatch(tier -> tier.cachedKeys() == 0 && tier.trackedKeys() == 0);
    }
}
