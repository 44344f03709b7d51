package io.reactivestore.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.StringTokenizer;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Requests for objects, one after the other. Objects are numbers from 0 on. */
final class Trace {

    private static final double EXPONENT = 0.9;

    final String name;

    /** What is asked for. */
    final int[] keys;

    /** Of each object, by its number; null if the trace does not tell. */
    final int @Nullable [] bytes;

    private Trace(String name, int[] keys, int @Nullable [] bytes) {
        this.name = name;
        this.keys = keys;
        this.bytes = bytes;
    }

    /** Its first requests. */
    Trace begin(int requests) {
        return new Trace(name, Arrays.copyOf(keys, Math.min(requests, keys.length)), bytes);
    }

    /** How many different objects are asked for. */
    int distinct() {
        return Arrays.stream(keys).max().orElse(-1) + 1;
    }

    /** For each request, which one is the next for the same object; {@link Integer#MAX_VALUE} if there is none. */
    int[] nextUses() {
        int[] next = new int[keys.length];
        int[] following = new int[distinct()];
        Arrays.fill(following, Integer.MAX_VALUE);
        for (int i = keys.length - 1; i >= 0; i--) {
            next[i] = following[keys[i]];
            following[keys[i]] = i;
        }
        return next;
    }

    // ---- computed ones, the same each time ----

    /**
     * One of each kind.
     *
     * @param objects how many are asked for again and again
     * @param held how many of them the cache can hold
     */
    static List<Trace> computed(int objects, int requests, int held) {
        double[] zipf = likelihoods(objects);
        return List.of(
                zipf(objects, requests),
                of("drifting zipf", requests, (random, i) -> {
                    // in the whole run the most wanted move on by twice what is held
                    int moved = (int) (2L * held * i / requests);
                    return (draw(zipf, random) + moved) % objects;
                }),
                of("zipf and scans", requests, (random, i) -> {
                    int round = i % (8 * held);
                    boolean scans = round < 2 * held;
                    return scans ? objects + (i / (8 * held) * 2 * held + round) % (8 * held) : draw(zipf, random);
                }),
                of("loop over 1.25 of the disk", requests, (random, i) -> i % (held + held / 4)),
                of(
                        "zipf and one-hit wonders",
                        requests,
                        (random, i) -> random.nextBoolean() ? objects + i : draw(zipf, random)));
    }

    /** A few are asked for very often, by Zipf's law. */
    static Trace zipf(int objects, int requests) {
        double[] zipf = likelihoods(objects);
        return of("zipf", requests, (random, i) -> draw(zipf, random));
    }

    private interface Step {
        int key(SplittableRandom random, int request);
    }

    private static Trace of(String name, int requests, Step step) {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        int[] keys = IntStream.range(0, requests).map(i -> step.key(random, i)).toArray();
        return new Trace(name, numbered(keys), null);
    }

    /** The same objects, numbered in the order of their first requests. */
    private static int[] numbered(int[] keys) {
        int[] numbers = new int[Arrays.stream(keys).max().orElse(0) + 1];
        int[] known = {0};
        IntUnaryOperator number = key -> {
            if (numbers[key] == 0) {
                numbers[key] = ++known[0];
            }
            return numbers[key] - 1;
        };
        return Arrays.stream(keys).map(number).toArray();
    }

    /** How likely one of the first is, for each. */
    private static double[] likelihoods(int objects) {
        double[] sums = new double[objects];
        double sum = 0;
        for (int i = 0; i < objects; i++) {
            sum += Math.pow(i + 1, -EXPONENT);
            sums[i] = sum;
        }
        for (int i = 0; i < objects; i++) {
            sums[i] /= sum;
        }
        return sums;
    }

    private static int draw(double[] sums, SplittableRandom random) {
        int found = Arrays.binarySearch(sums, random.nextDouble());
        return Math.min(found < 0 ? -found - 1 : found, sums.length - 1);
    }

    // ---- recorded ones ----

    /** Those in a directory: text, perhaps by gzip; in each line a key and perhaps a size. */
    static List<Trace> in(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file ->
                            file.toString().endsWith(".txt") || file.toString().endsWith(".gz"))
                    .sorted()
                    .map(Trace::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Trace read(Path file) {
        String name = file.getFileName().toString();
        Map<String, Integer> numbers = new HashMap<>();
        int[] keys = new int[1 << 20];
        int[] bytes = new int[1 << 20];
        int count = 0;
        boolean sized = false;
        try (InputStream raw = Files.newInputStream(file);
                InputStream text = name.endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw;
                BufferedReader lines = new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                StringTokenizer words = new StringTokenizer(line);
                if (!words.hasMoreTokens()) {
                    continue;
                }
                int number = numbers.computeIfAbsent(words.nextToken(), key -> numbers.size());
                keys = count < keys.length ? keys : Arrays.copyOf(keys, 2 * keys.length);
                keys[count++] = number;
                if (words.hasMoreTokens()) {
                    sized = true;
                    bytes = number < bytes.length ? bytes : Arrays.copyOf(bytes, 2 * bytes.length);
                    bytes[number] = Integer.parseInt(words.nextToken());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String plain = name.replaceAll("\\.(txt|gz|txt\\.gz)$", "");
        return new Trace(plain, Arrays.copyOf(keys, count), sized ? Arrays.copyOf(bytes, numbers.size()) : null);
    }
}
