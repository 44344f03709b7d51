package io.reactivestore.testkit.history;

import io.reactivestore.ByteRange;
import io.reactivestore.DeleteOptions;
import io.reactivestore.ListOptions;
import io.reactivestore.ReadMode;
import io.reactivestore.ReadOptions;
import io.reactivestore.Store;
import io.reactivestore.StoreRuntime;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.StoreException;
import io.reactivestore.testkit.fault.Latency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import reactor.core.publisher.Mono;

/**
 * Clients that do random operations on a few keys of a store, one after the other each, and record them: reads of
 * wholes and of ranges, puts, deletes, copies, renames, bulk and prefix deletes. Set it up before it is started.
 */
public final class RandomClients {

    private final History history;
    private final RandomGenerator random;
    private int clients = 8;
    private int keys = 6;
    private int maxBytes = 4096;
    private int readPercent = 50;
    private Latency thinkTime = Latency.uniform(Duration.ZERO, Duration.ofMillis(5));
    private Latency patience = Latency.fixed(Duration.ofSeconds(1));
    private int patientPercent;
    private boolean everyOperation;
    private int listPercent;
    private int othersPerMille;
    private Function<String, Mono<Void>> others = key -> Mono.empty();
    private final List<HistoryClient> running = new ArrayList<>();
    private Set<String> underWay = new LinkedHashSet<>();
    private boolean stopped;
    private long started;
    private int generation;

    private RandomClients(History history, RandomGenerator random) {
        this.history = history;
        this.random = random;
    }

    /** Clients whose choices come from here: in a simulation, from {@code simulation.random()}. */
    public static RandomClients of(History history, RandomGenerator random) {
        return new RandomClients(Objects.requireNonNull(history, "history"), Objects.requireNonNull(random, "random"));
    }

    /** How many work at once. Default: 8. */
    public RandomClients clients(int count) {
        clients = count;
        return this;
    }

    /** How many keys they share, under three prefixes. Few keys, many conflicts. Default: 6. */
    public RandomClients keys(int count) {
        keys = count;
        return this;
    }

    /** How many of 100 operations are reads. Default: 50. */
    public RandomClients readPercent(int percent) {
        readPercent = percent;
        return this;
    }

    /** The largest object. Default: 4096. */
    public RandomClients maxBytes(int bytes) {
        maxBytes = bytes;
        return this;
    }

    /** The time between two operations of a client. Default: up to 5 ms. */
    public RandomClients thinkTime(Latency law) {
        thinkTime = Objects.requireNonNull(law, "law");
        return this;
    }

    /** How long a client waits for an answer before it cancels. Default: 1 s. */
    public RandomClients patience(Duration time) {
        return patience(Latency.fixed(time));
    }

    /** How long a client waits for an answer before it cancels. Default: 1 s. */
    public RandomClients patience(Latency law) {
        patience = Objects.requireNonNull(law, "law");
        return this;
    }

    /** How many of 100 operations are waited for however long they take. Default: 0. */
    public RandomClients patientPercent(int percent) {
        patientPercent = percent;
        return this;
    }

    /**
     * Also asks for facts, listings and several ranges, on conditions and past the cache, and writes on conditions: a quarter of what
     * is done. Needs {@link History#appliedOrder()}.
     */
    public RandomClients everyOperation() {
        everyOperation = true;
        return this;
    }

    /**
     * How many of 100 operations list the keys with a prefix, or tell the facts of one. Needs {@link History#appliedOrder()}. Default: 0,
     * beside those of {@link #everyOperation}.
     */
    public RandomClients listPercent(int percent) {
        listPercent = percent;
        return this;
    }

    /**
     * Also does what only the store under test can do, and the history does not see.
     *
     * @param perMille how many of 1000 operations
     * @param operation makes one, perhaps with this key
     */
    public RandomClients others(int perMille, Function<String, Mono<Void>> operation) {
        othersPerMille = perMille;
        others = Objects.requireNonNull(operation, "operation");
        return this;
    }

    /** Starts them on a store, in the process of this runtime. */
    public void start(Store store, StoreRuntime runtime) {
        stopped = false;
        generation++;
        for (int i = 1; i <= clients; i++) {
            HistoryClient client = history.client("c" + generation + "." + i, store);
            running.add(client);
            Mono.defer(() -> pause(runtime).then(operation(client, runtime)))
                    .repeat(() -> !stopped)
                    .subscribe(each -> {}, e -> {
                        throw new IllegalStateException("a client ended", e);
                    });
        }
    }

    /** Lets each end after its present operation. */
    public void stop() {
        stopped = true;
    }

    /** Their process died; operations under way are in doubt. They can be started again in the next one. */
    public void crash() {
        running.forEach(HistoryClient::crash);
        running.clear();
        // Not cleared: one whose process lives on after all may still end.
        underWay = new LinkedHashSet<>();
    }

    /** The operations that have not ended, in the order in which they began: whose, which, since when. */
    public List<String> underWay() {
        return List.copyOf(underWay);
    }

    /** How many operations they began. */
    public long operations() {
        return started;
    }

    /** The keys they use. */
    public List<String> keyNames() {
        return IntStream.range(0, keys).mapToObj(RandomClients::keyName).toList();
    }

    private Mono<Void> operation(HistoryClient client, StoreRuntime runtime) {
        return Mono.defer(() -> {
            Set<String> present = underWay;
            String name = client + ", operation " + ++started + ", begun at "
                    + runtime.clock().instant();
            present.add(name);
            Mono<Void> work = choose(client);
            boolean patient = patientPercent > 0 && random.nextInt(100) < patientPercent;
            return (patient ? work : work.timeout(patience.next(random), runtime.timers()))
                    .doFinally(end -> present.remove(name))
                    // The history has it; here it is only the end of the operation.
                    .onErrorComplete(e -> e instanceof StoreException || e instanceof TimeoutException);
        });
    }

    private Mono<Void> choose(HistoryClient client) {
        if (othersPerMille > 0 && random.nextInt(1000) < othersPerMille) {
            return others.apply(key());
        }
        if (listPercent > 0 && random.nextInt(100) < listPercent) {
            String key = key();
            return random.nextBoolean() ? client.head(key) : client.list(ListOptions.prefix(prefixOf(key)), keyNames());
        }
        if (everyOperation && random.nextInt(4) == 0) {
            return random.nextInt(100) < readPercent ? ask(client, key()) : writeIf(client, key(), key());
        }
        return random.nextInt(100) < readPercent ? read(client, key()) : write(client, key(), key());
    }

    private Mono<Void> read(HistoryClient client, String key) {
        if (random.nextInt(8) > 0) {
            return client.read(key);
        }
        long start = random.nextBoolean() ? 0 : random.nextInt(maxBytes);
        return client.read(key, ByteRange.of(start, start + Values.MIN_RANGE_BYTES + random.nextInt(maxBytes)));
    }

    private Mono<Void> ask(HistoryClient client, String key) {
        String prefix = prefixOf(key);
        String etag = client.lastEtag(key);
        ReadOptions options = ReadOptions.defaults();
        return switch (random.nextInt(8)) {
            case 0 -> client.head(key);
            case 1 -> client.list(bounded(random.nextInt(3) == 0 ? "" : prefix), keyNames());
            case 2 -> client.listDirectory(prefix, keyNames());
            case 3 ->
                client.readRanges(
                        key,
                        List.of(
                                ByteRange.of(0, Values.MIN_RANGE_BYTES),
                                ByteRange.from(random.nextInt(maxBytes)),
                                ByteRange.suffix(1 + random.nextInt(maxBytes))));
            case 4 -> client.read(key, options.withMode(ReadMode.REVALIDATE));
            case 5 -> client.read(key, options.withMode(ReadMode.SOURCE_ONLY));
            case 6 -> client.read(key, etag == null ? options : options.withIfNoneMatch(etag));
            default -> client.read(key, etag == null ? options : options.withIfMatch(etag));
        };
    }

    private ListOptions bounded(String prefix) {
        ListOptions options = ListOptions.prefix(prefix);
        return switch (random.nextInt(3)) {
            case 0 -> options;
            case 1 -> options.withStartAfter(key());
            default -> options.withEndBefore(key());
        };
    }

    private Mono<Void> writeIf(HistoryClient client, String key, String other) {
        String etag = client.lastEtag(key);
        int bytes = bytes();
        WriteOptions options = WriteOptions.defaults();
        return switch (random.nextInt(5)) {
            case 0 -> client.put(key, bytes, options.withIfAbsent());
            case 1 -> client.put(key, bytes, etag == null ? options : options.withIfMatch(etag));
            case 2 -> client.put(key, bytes, options.withoutCaching());
            case 3 -> client.delete(key, DeleteOptions.defaults().withIfMatch(etag));
            default -> other.equals(key) ? client.delete(key) : client.copy(other, key, options.withIfAbsent());
        };
    }

    private int bytes() {
        return Values.MIN_BYTES + random.nextInt(maxBytes - Values.MIN_BYTES + 1);
    }

    private Mono<Void> write(HistoryClient client, String key, String other) {
        int choice = random.nextInt(100);
        if (choice < 72) {
            return client.put(key, bytes());
        }
        if (choice < 84) {
            return client.delete(key);
        }
        // Seldom: each takes a third of the keys with it.
        if (choice < 85) {
            return client.deletePrefix(prefixOf(key));
        }
        if (choice < 89 || other.equals(key)) {
            return client.deleteAll(List.of(key, other));
        }
        return choice < 96 ? client.copy(key, other) : client.rename(key, other);
    }

    private String key() {
        return keyName(random.nextInt(keys));
    }

    private static String keyName(int number) {
        return "p" + number % 3 + "/k" + number;
    }

    private static String prefixOf(String key) {
        return key.substring(0, key.indexOf('/') + 1);
    }

    private Mono<Void> pause(StoreRuntime runtime) {
        return Mono.delay(thinkTime.next(random), runtime.timers()).then();
    }
}
