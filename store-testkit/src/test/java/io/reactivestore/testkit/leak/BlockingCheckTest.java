package io.reactivestore.testkit.leak;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class BlockingCheckTest {

    @BeforeAll
    static void install() {
        BlockingCheck.install();
        BlockingCheck.install();
    }

    @Test
    void installed_isOn() {
        assertThatCode(BlockingCheck::verifyInstalled).doesNotThrowAnyException();
    }

    @Test
    void blockingCall_onAParallelThread_fails() {
        Mono.fromCallable(() -> new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS))
                .subscribeOn(Schedulers.parallel())
                .as(StepVerifier::create)
                .expectError(BlockingOperationError.class)
                .verify(Duration.ofSeconds(10));
    }

    @Test
    void blockingCall_whereItIsAllowed_passes() {
        Mono.fromCallable(() -> new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS))
                .subscribeOn(Schedulers.boundedElastic())
                .as(StepVerifier::create)
                .expectNext(false)
                .expectComplete()
                .verify(Duration.ofSeconds(10));
    }
}
