package io.reactivestore.cache;

import io.reactivestore.Content;
import io.reactivestore.Served;
import io.reactivestore.cache.kill.AllowedReads;
import io.reactivestore.cache.kill.KilledProcess;
import io.reactivestore.local.LocalStore;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The process that {@link DiskKillTest} kills: it reads all keys, then reads and writes them, and tells what it reads, begins and has
 * acknowledged, a line each, for {@link AllowedReads}. Of its first reads it tells {@code warm HITS PRESENT}.
 */
final class DiskKillTarget {

    static final int LANES = 4;

    private static final int KEYS_PER_LANE = 10;

    private DiskKillTarget() {}

    static List<String> keys() {
        return IntStream.range(0, LANES)
                .boxed()
                .flatMap(lane -> keysOf(lane).stream())
                .toList();
    }

    private static List<String> keysOf(int lane) {
        return IntStream.range(0, KEYS_PER_LANE)
                .mapToObj(i -> "lane-" + lane + "/" + i)
                .toList();
    }

    static CacheStore store(Path directory) {
        return CacheStore.builder(LocalStore.create(directory.resolve("source")))
                .disk(disk -> disk.directory(directory.resolve("cache")).maxBytes(1 << 20))
                .inDoubt(Duration.ofMillis(20))
                .build();
    }

    static Mono<String> number(CacheStore store, String key) {
        return store.getText(key).map(DiskKillTarget::checked).defaultIfEmpty(AllowedReads.ABSENT);
    }

    /** The number, if the bytes behind it are those that belong to it. */
    private static String checked(String text) {
        String number = text.substring(0, text.indexOf('|'));
        return text.equals(text(Long.parseLong(number))) ? number : "damaged:" + text;
    }

    private static String text(long number) {
        return number + "|" + ("" + number).repeat((int) (number % 400));
    }

    /** Works until it is killed; the arguments are the directory, the number after which to begin, and a seed. */
    public static void main(String[] args) {
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)); // logs
        CacheStore store = store(Path.of(args[0]));
        AtomicLong numbers = new AtomicLong(Long.parseLong(args[1]));
        Mono<Void> reads = Flux.fromIterable(keys())
                .concatMap(
                        key -> number(store, key).doOnNext(number -> KilledProcess.say("read " + key + " " + number)))
                .filter(number -> !number.equals(AllowedReads.ABSENT))
                .count()
                .doOnNext(present -> KilledProcess.say("warm " + store.stats().hits(Served.DISK) + " " + present))
                .then();
        SplittableRandom random = new SplittableRandom(Long.parseLong(args[2]));
        Flux<Void> lanes = Flux.range(0, LANES)
                .flatMap(
                        lane -> {
                            SplittableRandom own = random.split();
                            return Mono.defer(() -> step(store, lane, own, numbers))
                                    .repeat();
                        },
                        LANES);
        store.open()
                .then(store.settled())
                .then(reads)
                .doOnSuccess(done -> KilledProcess.say("ready"))
                .thenMany(lanes)
                .blockLast();
    }

    private static Mono<Void> step(CacheStore store, int lane, SplittableRandom random, AtomicLong numbers) {
        String key = keysOf(lane).get(random.nextInt(KEYS_PER_LANE));
        long number = numbers.incrementAndGet();
        return switch (random.nextInt(10)) {
            case 0 -> AllowedReads.telling(key, "-" + number, store.delete(key));
            case 1, 2, 3 -> AllowedReads.telling(key, "" + number, store.put(key, Content.text(text(number))));
            default ->
                number(store, key)
                        .doOnNext(read -> KilledProcess.say("read " + key + " " + read))
                        .then();
        };
    }
}
