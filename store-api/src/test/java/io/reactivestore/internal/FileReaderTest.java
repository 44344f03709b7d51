package io.reactivestore.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.ManualScheduler;
import io.reactivestore.StoreRuntime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

class FileReaderTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int SIZE = 1_000;

    @TempDir
    Path directory;

    private final ManualScheduler manual = new ManualScheduler();
    private final List<FileChannel> opened = new ArrayList<>();
    private final byte[] bytes = new byte[SIZE];
    private Path file;

    @BeforeEach
    void writeFile() throws IOException {
        new Random(1).nextBytes(bytes);
        file = Files.write(directory.resolve("file"), bytes);
    }

    @Test
    void wholeFile_isReadInOrder() {
        assertThat(collect(FileReader.read(file, 64, StoreRuntime.system().io())))
                .isEqualTo(bytes);
        assertThat(FileReader.size(file, StoreRuntime.system().io()).block(PATIENCE))
                .isEqualTo(SIZE);
    }

    @Test
    void piece_isReadInChunks() {
        Flux<Integer> sizes = reader(10, 260, 100).map(ByteBuffer::remaining);
        TestSubscriber<Integer> subscriber = subscribed(sizes, Long.MAX_VALUE);
        manual.runAll();
        assertThat(subscriber.getReceivedOnNext()).containsExactly(100, 100, 50);
        assertThat(subscriber.isTerminatedComplete()).isTrue();
        assertAllClosed(1);
    }

    @Test
    void pieces_areTheBytesOfTheFile() {
        Random random = new Random(2);
        for (int i = 0; i < 200; i++) {
            int start = random.nextInt(SIZE);
            int end = start + random.nextInt(SIZE - start + 1);
            FileReader reader = new FileReader(
                    () -> FileChannel.open(file, StandardOpenOption.READ),
                    start,
                    end,
                    1 + random.nextInt(300),
                    Schedulers.immediate());
            assertThat(collect(reader)).isEqualTo(Arrays.copyOfRange(bytes, start, end));
        }
    }

    @Test
    void pieceBeyondTheEnd_endsWithTheFile() {
        TestSubscriber<Integer> subscriber =
                subscribed(reader(990, 2_000, 64).map(ByteBuffer::remaining), Long.MAX_VALUE);
        manual.runAll();
        assertThat(subscriber.getReceivedOnNext()).containsExactly(10);
        assertThat(subscriber.isTerminatedComplete()).isTrue();
        assertAllClosed(1);
    }

    @Test
    void buffers_areReadOnlyOnTheHeapAndNotShared() {
        List<ByteBuffer> chunks = new FileReader(this::open, 0, 128, 64, Schedulers.immediate())
                .collectList()
                .block(PATIENCE);
        assertThat(chunks).hasSize(2).allMatch(ByteBuffer::isReadOnly).noneMatch(ByteBuffer::isDirect);
        assertThat(chunks.get(0)).isEqualTo(ByteBuffer.wrap(bytes, 0, 64));
    }

    @Test
    void demandOfNone_opensAndReadsNothing() {
        TestSubscriber<ByteBuffer> subscriber = subscribed(reader(0, SIZE, 100), 0);
        manual.runAll();
        assertThat(opened).isEmpty();
        subscriber.cancel();
        manual.runAll();
        assertThat(opened).isEmpty();
        assertThat(subscriber.isTerminated()).isFalse();
    }

    @Test
    void demand_isNotExceededAndLastChunkNeedsNoMore() {
        TestSubscriber<ByteBuffer> subscriber = subscribed(reader(0, 300, 100), 1);
        manual.runAll();
        assertThat(subscriber.getReceivedOnNext()).hasSize(1);
        manual.runAll();
        assertThat(subscriber.getReceivedOnNext()).hasSize(1);
        subscriber.request(2);
        manual.runAll();
        assertThat(subscriber.getReceivedOnNext()).hasSize(3);
        assertThat(subscriber.isTerminatedComplete()).isTrue();
        assertAllClosed(1);
    }

    @Test
    void cancelMidway_closesAndEmitsNoMore() {
        TestSubscriber<ByteBuffer> subscriber = subscribed(reader(0, SIZE, 100), 2);
        manual.runAll();
        subscriber.cancel();
        subscriber.request(5);
        manual.runAll();
        assertThat(subscriber.getReceivedOnNext()).hasSize(2);
        assertThat(subscriber.isTerminated()).isFalse();
        assertAllClosed(1);
    }

    @Test
    void cancelFromOnNext_stopsAtOnce() {
        AtomicInteger seen = new AtomicInteger();
        reader(0, SIZE, 100).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnNext(ByteBuffer chunk) {
                if (seen.incrementAndGet() == 3) {
                    cancel();
                }
            }
        });
        manual.runAll();
        assertThat(seen).hasValue(3);
        assertAllClosed(1);
    }

    @Test
    void requestFromOnNext_goesOnInTheSameTaskWithoutRecursion() {
        AtomicInteger depth = new AtomicInteger();
        AtomicInteger deepest = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        reader(0, SIZE, 1).subscribe(new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(ByteBuffer chunk) {
                deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
                seen.incrementAndGet();
                request(1);
                depth.decrementAndGet();
            }
        });
        assertThat(manual.runOne()).isTrue();
        assertThat(seen).hasValue(SIZE);
        assertThat(deepest).hasValue(1);
        assertThat(manual.runOne()).isFalse();
        assertAllClosed(1);
    }

    @Test
    void requestsWhileATaskExists_makeNoSecondOne() {
        TestSubscriber<ByteBuffer> subscriber = subscribed(reader(0, SIZE, 100), 1);
        subscriber.request(1);
        subscriber.request(1);
        assertThat(manual.runOne()).isTrue();
        assertThat(manual.runOne()).isFalse();
        assertThat(subscriber.getReceivedOnNext()).hasSize(3);
        subscriber.cancel();
        manual.runAll();
        assertAllClosed(1);
    }

    @Test
    void requestsOfManyThreads_getAllBytesOnceInOrder() throws Exception {
        int threads = 4;
        ByteBuffer all = ByteBuffer.allocate(SIZE);
        AtomicInteger inside = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        BaseSubscriber<ByteBuffer> subscriber = new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {}

            @Override
            protected void hookOnNext(ByteBuffer chunk) {
                if (inside.incrementAndGet() != 1) {
                    failure.set(new AssertionError("two at a time"));
                }
                all.put(chunk);
                inside.decrementAndGet();
            }

            @Override
            protected void hookOnComplete() {
                over.countDown();
            }

            @Override
            protected void hookOnError(Throwable error) {
                failure.set(error);
                over.countDown();
            }
        };
        new FileReader(this::open, 0, SIZE, 1, StoreRuntime.system().io()).subscribe(subscriber);
        for (int t = 0; t < threads; t++) {
            Schedulers.boundedElastic().schedule(() -> {
                for (int i = 0; i < SIZE / threads; i++) {
                    subscriber.request(1);
                }
            });
        }
        assertThat(over.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(failure).hasNullValue();
        assertThat(all.array()).isEqualTo(bytes);
        assertAllClosed(1);
    }

    @Test
    void cancelsOfAnotherThread_closeEveryChannel() {
        Scheduler io = Schedulers.newBoundedElastic(4, 10_000, "io");
        for (int i = 0; i < 1_000; i++) {
            subscribed(new FileReader(this::open, 0, SIZE, 100, io), Long.MAX_VALUE)
                    .cancel();
        }
        // Lets every task end, then none can open a channel any more.
        assertThat(io.disposeGracefully().timeout(PATIENCE).then().blockOptional())
                .isEmpty();
        assertThat(channels()).noneMatch(FileChannel::isOpen);
    }

    @Test
    void openFails_isTheError() {
        FileReader absent = FileReader.read(directory.resolve("absent"), 10, Schedulers.immediate());
        StepVerifier.create(absent).expectError(NoSuchFileException.class).verify(PATIENCE);
        StepVerifier.create(FileReader.size(directory.resolve("absent"), Schedulers.immediate()))
                .expectError(NoSuchFileException.class)
                .verify(PATIENCE);
    }

    @Test
    void readFails_isTheErrorAndClosesTheChannel() {
        StepVerifier.create(new FileReader(this::openForWriting, 0, 10, 10, Schedulers.immediate()))
                .expectError(NonReadableChannelException.class)
                .verify(PATIENCE);
        assertAllClosed(1);
    }

    @Test
    void schedulerRefusesTheFirstTask_isTheErrorWithoutAChannel() {
        Scheduler gone = Schedulers.newSingle("gone");
        gone.dispose();
        StepVerifier.create(new FileReader(this::open, 0, 10, 10, gone))
                .expectError(RejectedExecutionException.class)
                .verify(PATIENCE);
        assertThat(opened).isEmpty();
    }

    @Test
    void schedulerRefusesALaterTask_isTheErrorAndClosesTheChannel() {
        TestSubscriber<ByteBuffer> subscriber = subscribed(reader(0, SIZE, 100), 1);
        manual.runAll();
        manual.refuse();
        subscriber.request(1);
        assertThat(subscriber.expectTerminalError()).isInstanceOf(RejectedExecutionException.class);
        subscriber.request(1);
        assertThat(subscriber.getReceivedOnNext()).hasSize(1);
        assertAllClosed(1);
    }

    @Test
    void schedulerRefusesTheTaskOfACancel_closesTheChannelAllTheSame() {
        TestSubscriber<ByteBuffer> subscriber = subscribed(reader(0, SIZE, 100), 1);
        manual.runAll();
        manual.refuse();
        subscriber.cancel();
        assertThat(subscriber.isTerminated()).isFalse();
        assertAllClosed(1);
    }

    @Test
    void eachSubscription_readsForItself() {
        FileReader reader = new FileReader(this::open, 0, SIZE, 300, Schedulers.immediate());
        assertThat(collect(reader)).isEqualTo(bytes);
        assertThat(collect(reader)).isEqualTo(bytes);
        assertAllClosed(2);
    }

    private FileReader reader(long start, long end, int chunkBytes) {
        return new FileReader(this::open, start, end, chunkBytes, manual.scheduler());
    }

    private FileChannel open() throws IOException {
        return remember(FileChannel.open(file, StandardOpenOption.READ));
    }

    private FileChannel openForWriting() throws IOException {
        return remember(FileChannel.open(file, StandardOpenOption.WRITE));
    }

    private FileChannel remember(FileChannel channel) {
        synchronized (opened) {
            opened.add(channel);
        }
        return channel;
    }

    private List<FileChannel> channels() {
        synchronized (opened) {
            return List.copyOf(opened);
        }
    }

    private void assertAllClosed(int count) {
        assertThat(channels()).hasSize(count).noneMatch(FileChannel::isOpen);
    }

    private static <T> TestSubscriber<T> subscribed(Flux<T> flux, long demand) {
        TestSubscriber<T> subscriber =
                TestSubscriber.builder().initialRequest(demand).build();
        flux.subscribe(subscriber);
        return subscriber;
    }

    private static byte[] collect(Flux<ByteBuffer> chunks) {
        ByteBuffer all = ByteBuffer.allocate(SIZE);
        chunks.doOnNext(all::put).blockLast(PATIENCE);
        byte[] read = new byte[all.position()];
        all.get(0, read);
        return read;
    }
}
