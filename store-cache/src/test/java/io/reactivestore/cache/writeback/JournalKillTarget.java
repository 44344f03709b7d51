package io.reactivestore.cache.writeback;

import io.reactivestore.Content;
import io.reactivestore.StoreRuntime;
import io.reactivestore.WriteOptions;
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
 * The process that {@link JournalKillTest} kills: it reads all keys, then writes them, and tells what it reads, begins and has
 * acknowledged, a line each, for {@link AllowedReads}.
 */
final class JournalKillTarget {

    static final int LANES = 4;

    private JournalKillTarget() {}

    static List<String> keys() {
        return IntStream.range(0, LANES)
                .boxed()
                .flatMap(lane -> keysOf(lane).stream())
                .toList();
    }

    private static List<String> keysOf(int lane) {
        return List.of("k" + lane + "a", "k" + lane + "b");
    }

    /** Little is held and kept in memory, so that much is flushed, and files of the journal come and go. */
    static WriteBackStore store(Path directory) {
        JournalFiles files = new JournalDirectory(
                directory.resolve("journal"), StoreRuntime.system().io());
        return WriteBackStore.builder(LocalStore.create(directory.resolve("inner")))
                .journal(files, 20_000)
                .maxEntries(6)
                .maxDirtyAge(Duration.ofMillis(20))
                .inDoubt(Duration.ofMillis(20))
                .build();
    }

    static Mono<String> number(WriteBackStore store, String key) {
        return store.getText(key)
                .map(text -> text.substring(0, text.indexOf('|')))
                .defaultIfEmpty(AllowedReads.ABSENT);
    }

    /** Works until it is killed; the arguments are the directory, the number after which to begin, and a seed. */
    public static void main(String[] args) {
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)); // logs
        WriteBackStore store = store(Path.of(args[0]));
        AtomicLong numbers = new AtomicLong(Long.parseLong(args[1]));
        Mono<Void> reads = Flux.fromIterable(keys())
                .concatMap(
                        key -> number(store, key).doOnNext(number -> KilledProcess.say("read " + key + " " + number)))
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
        reads.doOnSuccess(done -> KilledProcess.say("ready")).thenMany(lanes).blockLast();
    }

    private static Mono<Void> step(WriteBackStore store, int lane, SplittableRandom random, AtomicLong numbers) {
        String key = keysOf(lane).get(random.nextInt(2));
        long number = numbers.incrementAndGet();
        Content content = Content.text(number + "|" + "x".repeat(random.nextInt(2_000)));
        Mono<?> flushed = store.flush().then();
        return switch (random.nextInt(10)) {
            case 0 -> AllowedReads.telling(key, "-" + number, store.delete(key));
            case 1 ->
                AllowedReads.telling(
                        key, "" + number, flushed.then(store.putInner(key, content, WriteOptions.defaults())));
            case 2 -> AllowedReads.telling(key, "-" + number, flushed.then(store.deleteInner(key)));
            default -> AllowedReads.telling(key, "" + number, store.put(key, content));
        };
    }
}
