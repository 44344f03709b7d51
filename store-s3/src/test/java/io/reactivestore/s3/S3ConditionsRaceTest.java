package io.reactivestore.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.StoreRuntime;
import io.reactivestore.s3.S3Conditions.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Many who need one condition at the same time, some of whom give up: nobody else is forgotten. */
class S3ConditionsRaceTest {

    private static final int ROUNDS = 300;
    private static final int WRITERS = 4;

    @Test
    void everyWriterThatStays_isTold_andTheVerdictIsFoundOnce() {
        Random random = new Random(7);
        for (int round = 0; round < ROUNDS; round++) {
            AtomicInteger verdicts = new AtomicInteger();
            S3Conditions conditions = conditions(Mono.fromSupplier(() -> {
                        verdicts.incrementAndGet();
                        return new Verdict(null);
                    })
                    .subscribeOn(Schedulers.parallel()));
            List<CompletableFuture<String>> staying = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                Mono<String> need = conditions
                        .require("put", "k", Condition.PUT_IF_ABSENT)
                        .thenReturn("told")
                        .subscribeOn(Schedulers.parallel());
                if (random.nextBoolean()) {
                    staying.add(need.toFuture());
                } else {
                    Disposable giving = need.subscribe(told -> {}, error -> {});
                    Schedulers.parallel().schedule(giving::dispose);
                }
            }
            staying.forEach(future -> assertThat(future).succeedsWithin(Duration.ofSeconds(10)));
            int found = verdicts.get();
            assertThat(conditions
                            .require("put", "k", Condition.PUT_IF_ABSENT)
                            .thenReturn("told")
                            .block(Duration.ofSeconds(10)))
                    .isEqualTo("told");
            // Those who gave up may have left no verdict; once somebody was told, nobody asks again.
            assertThat(verdicts.get()).isEqualTo(staying.isEmpty() ? verdicts.get() : found);
        }
    }

    private static S3Conditions conditions(Mono<Verdict> probe) {
        return new S3Conditions(
                S3Dialect.s3Compatible(),
                StoreRuntime.system(),
                new S3Errors("bucket", () -> false),
                condition -> probe);
    }
}
