package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.cache.GatedStore.Op;
import io.reactivestore.cache.GatedStore.Request;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.error.StoreTimeoutException;
import io.reactivestore.error.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

/** Listings from pages that are kept: ten keys to a page, and 45 keys from d/10 to d/54. */
class ListingsTest {

    private static final Duration LIFETIME = Duration.ofSeconds(30);
    private static final int PAGES = 5;

    private final Stage stage = Stage.memory(builder ->
                    builder.freshness(f -> f.listings(LIFETIME, 100_000).pageKeys(10)))
            .open();

    {
        for (int i = 10; i < 55; i++) {
            stage.source.write("d/" + i, "x");
        }
    }

    private List<String> list(ListOptions options) {
        return stage.await(stage.cache.list(options).map(ObjectInfo::key).collectList());
    }

    private List<String> list() {
        return list(ListOptions.prefix("d/"));
    }

    private int asked(Runnable work) {
        int before = stage.source.calls(Op.LIST);
        work.run();
        return stage.source.calls(Op.LIST) - before;
    }

    private TestSubscriber<ObjectInfo> beginList(long demand) {
        TestSubscriber<ObjectInfo> reader =
                TestSubscriber.builder().initialRequest(demand).build();
        stage.cache.list("d/").subscribe(reader);
        stage.run();
        return reader;
    }

    @Test
    void listing_isAskedForOnce_inItsLifetime() {
        assertThat(asked(() -> assertThat(list()).isEqualTo(stage.source.keys())))
                .isEqualTo(PAGES);
        assertThat(asked(() -> assertThat(list()).isEqualTo(stage.source.keys())))
                .isZero();
        assertThat(stage.cache.stats().pages()).isEqualTo(new CacheStats.Answers(PAGES, PAGES));
        stage.run(LIFETIME);
        assertThat(asked(this::list)).isEqualTo(PAGES);
    }

    @Test
    void unlessAskedFor_eachListingAsksTheSource() {
        Stage plain = Stage.memory().open();
        plain.await(plain.cache.list("").then());
        plain.await(plain.cache.list("").then());
        assertThat(plain.source.calls(Op.LIST)).isEqualTo(2);
    }

    @Test
    void pages_areAskedForAsTheyAreConsumed() {
        TestSubscriber<ObjectInfo> reader = beginList(0);
        assertThat(stage.source.calls(Op.LIST)).isZero();
        reader.request(10);
        stage.run();
        assertThat(reader.getReceivedOnNext()).hasSize(10);
        assertThat(stage.source.calls(Op.LIST)).isEqualTo(1);
        reader.request(1);
        stage.run();
        assertThat(reader.getReceivedOnNext()).hasSize(11);
        assertThat(stage.source.calls(Op.LIST)).isEqualTo(2);
        reader.cancel();
        assertThat(asked(() -> assertThat(stage.await(stage.cache
                                .list("d/")
                                .take(15)
                                .map(ObjectInfo::key)
                                .collectList()))
                        .hasSize(15)))
                .as("of two pages that are there")
                .isZero();
    }

    @Test
    void emptyListing_isKeptToo_andTheFirstWriteThereIsSeen() {
        assertThat(list(ListOptions.prefix("e/"))).isEmpty();
        assertThat(asked(
                        () -> assertThat(stage.await(stage.cache.isEmpty("e/"))).isTrue()))
                .isZero();
        stage.await(stage.cache.put("e/1", Content.text("x")));
        assertThat(list(ListOptions.prefix("e/"))).containsExactly("e/1");
    }

    @Test
    void bounds_arePartOfTheQuestion() {
        ListOptions bounded = ListOptions.prefix("d/").withStartAfter("d/12").withEndBefore("d/15");
        list();
        assertThat(asked(() -> assertThat(list(bounded)).containsExactly("d/13", "d/14")))
                .isEqualTo(1);
        assertThat(asked(() -> list(bounded))).isZero();
    }

    /** What changes "d/25", or may have. */
    private enum Write {
        PUT {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.put("d/25", Content.text("new"));
            }
        },
        PUT_OF_A_NEW_KEY {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.put("d/25+", Content.text("new"));
            }
        },
        COPY {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.copy("d/54", "d/25");
            }
        },
        DELETE {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.delete("d/25");
            }
        },
        DELETE_ALL {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.deleteAll(Flux.just("d/25", "d/26")).then();
            }
        },
        INVALIDATE {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.invalidate("d/25");
            }
        },
        RENAME {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.rename("d/25", "a");
            }
        },
        DELETE_PREFIX {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.deletePrefix("d/25");
            }
        },
        DELETE_SHORTER_PREFIX {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.deletePrefix("");
            }
        },
        INVALIDATE_PREFIX {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.invalidatePrefix("d");
            }
        },
        CLEAR {
            @Override
            Mono<?> to(CacheStore cache) {
                return cache.clearCache();
            }
        };

        abstract Mono<?> to(CacheStore cache);

        boolean isOfOnePage() {
            return ordinal() <= RENAME.ordinal();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWrite_isListedAtOnce_andLeavesTheOtherPages(Write write) {
        list();
        if (write == Write.INVALIDATE || write == Write.INVALIDATE_PREFIX || write == Write.CLEAR) {
            stage.source.remove("d/25");
        }
        stage.await(write.to(stage.cache));
        int asked = asked(() -> assertThat(stage.await(
                        stage.cache.list("d/").map(ObjectInfo::toString).collectList()))
                .isEqualTo(stage.source.keys().stream()
                        .filter(key -> key.startsWith("d/"))
                        .map(key -> stage.source.info(key).withAttributes(null).toString())
                        .toList()));
        if (write.isOfOnePage()) {
            // Where its last key is another one now, the pages behind it begin elsewhere.
            assertThat(asked).isBetween(1, 4);
        }
    }

    @Test
    void writeOutsideOfAPage_leavesIt() {
        list();
        stage.await(stage.cache.put("c", Content.text("x")));
        stage.await(stage.cache.put("d", Content.text("x")));
        stage.await(stage.cache.put("d0", Content.text("x")));
        stage.await(stage.cache.deletePrefix("e"));
        assertThat(asked(this::list)).isZero();
        stage.await(stage.cache.put("d/54", Content.text("new")));
        assertThat(asked(this::list)).as("the last page").isEqualTo(1);
        stage.await(stage.cache.put("d/99", Content.text("new")));
        assertThat(asked(() -> assertThat(list()).contains("d/99")))
                .as("its open end")
                .isEqualTo(1);
    }

    @Test
    void pageOfBeforeAPut_isNotKept_andNotShared() {
        stage.source.hold(Op.LIST);
        TestSubscriber<ObjectInfo> before = beginList(10);
        Request<Object> old = stage.source.take(Op.LIST);
        stage.await(stage.cache.put("d/10", Content.text("new")));
        TestSubscriber<ObjectInfo> after = beginList(10);
        old.answer();
        stage.run();
        assertThat(before.getReceivedOnNext()).hasSize(10);
        assertThat(after.getReceivedOnNext()).isEmpty();
        stage.source.take(Op.LIST).answer();
        stage.run();
        assertThat(after.getReceivedOnNext()).hasSize(10);
        stage.source.pass(Op.LIST);
        assertThat(asked(() -> beginList(10))).as("the younger one is kept").isZero();
    }

    @Test
    void writeBehindAPage_leavesIt_alsoWhileItIsAskedFor() {
        stage.source.hold(Op.LIST);
        TestSubscriber<ObjectInfo> reader = beginList(10);
        stage.await(stage.cache.put("d/20", Content.text("new")));
        stage.source.take(Op.LIST).answer();
        stage.run();
        assertThat(reader.getReceivedOnNext()).hasSize(10);
        stage.source.pass(Op.LIST);
        assertThat(asked(() -> beginList(10))).isZero();
    }

    @Test
    void pageThatManyWritesMayHaveTouched_isNotKept() {
        stage.source.hold(Op.LIST);
        beginList(10);
        for (int i = 0; i <= 100; i++) {
            stage.await(stage.cache.put("d/9" + i, Content.text("new")));
        }
        stage.source.take(Op.LIST).answer();
        stage.run();
        stage.source.pass(Op.LIST);
        assertThat(asked(() -> beginList(10))).isEqualTo(1);
    }

    @Test
    void pageAskedForWhileAPutIsUnderWay_isShared_butNotKept() {
        stage.source.hold(Op.PUT, Op.LIST);
        stage.cache.put("d/10", Content.text("new")).subscribe(info -> {}, error -> {});
        stage.run();
        TestSubscriber<ObjectInfo> first = beginList(10);
        TestSubscriber<ObjectInfo> second = beginList(10);
        assertThat(stage.source.calls(Op.LIST)).isEqualTo(1);
        Request<Object> page = stage.source.take(Op.LIST);
        page.answer();
        stage.run();
        assertThat(first.getReceivedOnNext()).hasSize(10);
        assertThat(second.getReceivedOnNext()).hasSize(10);
        stage.source.take(Op.PUT).answer();
        stage.source.pass(Op.LIST);
        assertThat(asked(() -> beginList(10))).isEqualTo(1);
    }

    @Test
    void writeWithoutAnAnswer_letsTheSourceBeAskedUntilTheDoubtIsOver() {
        list();
        stage.source.fail(Op.PUT, new StoreTimeoutException("put", "d/25", "no answer", null));
        assertThatThrownBy(() -> stage.await(stage.cache.put("d/25", Content.text("new"))))
                .isInstanceOf(StoreTimeoutException.class);
        stage.run(Duration.ofSeconds(1));
        assertThat(asked(this::list)).as("the page in doubt").isEqualTo(1);
        assertThat(asked(this::list)).as("again").isEqualTo(1);
        stage.run(Stage.IN_DOUBT);
        list();
        assertThat(asked(this::list)).isZero();
    }

    @Test
    void pageAskedForInDoubt_isSharedOnlyUntilTheDoubtIsOver() {
        stage.source.fail(Op.PUT, new StoreTimeoutException("put", "d/10", "no answer", null));
        assertThatThrownBy(() -> stage.await(stage.cache.put("d/10", Content.text("new"))))
                .isInstanceOf(StoreTimeoutException.class);
        stage.source.hold(Op.LIST);
        beginList(10);
        beginList(10);
        assertThat(stage.source.calls(Op.LIST)).isEqualTo(1);
        stage.run(Stage.IN_DOUBT);
        beginList(10);
        assertThat(stage.source.calls(Op.LIST)).isEqualTo(2);
    }

    @Test
    void listersUnderWay_shareEachPage_andOneThatLeavesHurtsNobody() {
        stage.source.hold(Op.LIST);
        TestSubscriber<ObjectInfo> leaving = beginList(Long.MAX_VALUE);
        TestSubscriber<ObjectInfo> staying = beginList(Long.MAX_VALUE);
        leaving.cancel();
        stage.source.pass(Op.LIST);
        stage.source.take(Op.LIST).answer();
        stage.run();
        assertThat(staying.getReceivedOnNext()).hasSize(45);
        assertThat(stage.source.calls(Op.LIST)).isEqualTo(PAGES);
        assertThat(stage.cache.stats().joined()).isEqualTo(1);
    }

    @Test
    void whenEverybodyHasLeft_theQuestionIsCancelled() {
        stage.source.hold(Op.LIST);
        beginList(1).cancel();
        stage.run();
        stage.source.takeGivenUp(Op.LIST);
        stage.source.pass(Op.LIST);
        assertThat(list()).hasSize(45);
    }

    @Test
    void failedPage_isTold_andAskedForAnew() {
        stage.source.fail(Op.LIST, new StoreUnavailableException("list", "d/", "down", true, null));
        assertThatThrownBy(this::list).isInstanceOf(StoreUnavailableException.class);
        stage.source.pass(Op.LIST);
        assertThat(list()).hasSize(45);
    }

    @Test
    void oldestPagesGo_whenTheyTakeTooMuch() {
        Stage small = Stage.memory(builder ->
                        builder.freshness(f -> f.listings(LIFETIME, 1_500).pageKeys(10)))
                .open();
        small.source.write("a/1", "x");
        small.source.write("b/1", "x");
        small.source.write("c/1", "x");
        for (String prefix : List.of("a/", "b/", "c/", "c/", "b/", "a/")) {
            small.await(small.cache.list(prefix).then());
        }
        assertThat(small.source.calls(Op.LIST)).as("only the first is gone").isEqualTo(4);
    }

    @Test
    void listingOfSeveralPagesAtATime_asksTheSource() {
        list();
        assertThat(asked(() -> list(ListOptions.prefix("d/").withParallelism(2))))
                .isEqualTo(1);
    }

    @Test
    void close_endsAListingUnderWay() {
        stage.source.hold(Op.LIST);
        TestSubscriber<ObjectInfo> waiting = beginList(1);
        stage.await(stage.cache.close());
        stage.run();
        assertThat(waiting.expectTerminalError()).isInstanceOf(StoreClosedException.class);
    }
}
