package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.testkit.simulate.Simulation;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

class ReadBreakerTest {

    private static final Duration SLOW = ReadBreaker.SLOW.plusNanos(1);
    private static final Duration REST = Duration.ofSeconds(10);

    private final Simulation simulation = Simulation.seeded(1);
    private final SourcePace pace = new SourcePace();
    private final ReadBreaker breaker = new ReadBreaker(simulation.runtime("cache"), pace);

    /** A read under way. */
    private final class Read {
        private final Sinks.One<String> answer = Sinks.one();
        private final Disposable reader = breaker.watched(answer.asMono()).subscribe(found -> {}, error -> {});

        void found() {
            answer.tryEmitValue("found");
        }

        void failed() {
            answer.tryEmitError(new IllegalStateException("failed"));
        }
    }

    @Test
    void quickReads_leaveItClosed() {
        for (int i = 0; i < 100; i++) {
            slow(ReadBreaker.SLOW);
        }
        assertThat(breaker.lets()).isTrue();
        assertThat(breaker.reason()).isNull();
    }

    @Test
    void fiveBadReadsInARow_openIt() {
        new Read().failed();
        slow(SLOW);
        new Read().failed();
        slow(SLOW);
        assertThat(breaker.lets()).isTrue();
        new Read().failed();
        assertThat(breaker.lets()).isFalse();
        assertThat(breaker.reason()).contains("5 in a row");
    }

    @Test
    void readsThatAreNoSlowerThanTheSource_areNotBad() {
        pace.answered(SLOW.multipliedBy(2).toNanos());
        for (int i = 0; i < 10; i++) {
            slow(SLOW.multipliedBy(2));
        }
        assertThat(breaker.reason()).isNull();
        for (int i = 0; i < 5; i++) {
            slow(SLOW.multipliedBy(2).plusNanos(1));
        }
        assertThat(breaker.reason()).isNotNull();
    }

    /** As when the machine stands still: it says nothing of the tier. */
    @Test
    void readsThatWereSlowAtTheSameTime_countAsOne() {
        List<Read> atOnce = Stream.generate(Read::new).limit(100).toList();
        simulation.runFor(SLOW);
        atOnce.forEach(Read::found);
        for (int i = 1; i < 5; i++) {
            assertThat(breaker.lets()).isTrue();
            slow(SLOW);
        }
        assertThat(breaker.lets()).as("five times one after another").isFalse();
    }

    @Test
    void badReadsWithGoodOnesBetween_leaveItClosed() {
        for (int i = 0; i < 20; i++) {
            Read read = new Read();
            if (i % 5 == 0) {
                read.found();
            } else {
                read.failed();
            }
        }
        assertThat(breaker.lets()).isTrue();
    }

    @Test
    void afterARest_oneReadTriesIt_andAGoodOneClosesIt() {
        open();
        simulation.runFor(REST.minusNanos(1));
        assertThat(breaker.lets()).isFalse();
        simulation.runFor(Duration.ofNanos(1));
        assertThat(breaker.lets()).isTrue();
        Read trying = new Read();
        assertThat(breaker.lets()).as("while one tries").isFalse();
        trying.found();
        assertThat(breaker.lets()).isTrue();
        assertThat(breaker.reason()).isNull();
    }

    @Test
    void afterARest_aBadReadOpensItAgain() {
        open();
        simulation.runFor(REST);
        assertThat(breaker.lets()).isTrue();
        new Read().failed();
        simulation.runFor(REST.minusNanos(1));
        assertThat(breaker.lets()).isFalse();
        simulation.runFor(Duration.ofNanos(1));
        assertThat(breaker.lets()).isTrue();
    }

    @Test
    void readThatTries_andIsCancelled_leavesItToTheNext() {
        open();
        simulation.runFor(REST);
        assertThat(breaker.lets()).isTrue();
        new Read().reader.dispose();
        assertThat(breaker.lets()).isTrue();
        assertThat(breaker.lets()).as("while one tries").isFalse();
    }

    @Test
    void readOfBeforeItOpened_neitherKeepsItOpenForLonger_norTries() {
        Read early = new Read();
        Read other = new Read();
        simulation.runFor(SLOW);
        open();
        simulation.runFor(REST);
        assertThat(breaker.lets()).isTrue();
        early.failed();
        other.reader.dispose();
        assertThat(breaker.lets()).as("while one tries").isFalse();
        new Read().found();
        assertThat(breaker.lets()).isTrue();
    }

    private void slow(Duration time) {
        Read read = new Read();
        simulation.runFor(time);
        read.found();
    }

    private void open() {
        for (int i = 0; i < 5; i++) {
            Mono<Object> failing = breaker.watched(Mono.error(new IllegalStateException("failed")));
            failing.subscribe(found -> {}, error -> {});
        }
    }
}
