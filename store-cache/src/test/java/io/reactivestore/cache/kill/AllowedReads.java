package io.reactivestore.cache.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import reactor.core.publisher.Mono;

/**
 * What may be read of keys whose writes are numbered, after the process that wrote them was killed. The lines it hears are {@code begin KEY
 * NUMBER}, {@code ack KEY NUMBER} and {@code read KEY NUMBER}; a delete has a negative number, and what is absent is {@value #ABSENT}.
 */
public final class AllowedReads {

    /** Instead of a number. */
    public static final String ABSENT = "-";

    /** Of each key: what was acknowledged last, and what was begun since. */
    private final Map<String, Set<String>> allowed = new HashMap<>();

    private long highest;
    private long acknowledged;

    public AllowedReads(List<String> keys) {
        keys.forEach(key -> allowed.put(key, only(ABSENT)));
    }

    /** In the process: a write that says when it begins and when it is acknowledged. */
    public static Mono<Void> telling(String key, String number, Mono<?> write) {
        return Mono.defer(() -> {
            KilledProcess.say("begin " + key + " " + number);
            return write.then(Mono.fromRunnable(() -> KilledProcess.say("ack " + key + " " + number)));
        });
    }

    /** Hears a line; whether it is one of these. */
    public boolean hear(String when, String line) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
            case "read" -> read(when, words[1], words[2]);
            case "begin" -> {
                highest = Math.max(highest, Math.abs(Long.parseLong(words[2])));
                allowed.get(words[1]).add(words[2]);
            }
            case "ack" -> {
                acknowledged++;
                allowed.put(words[1], only(words[2]));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What was read once stays: nobody has written since. */
    public void read(String when, String key, String number) {
        Set<String> may = allowed.get(key);
        boolean mayBeAbsent = may.stream().anyMatch(each -> each.startsWith("-"));
        assertThat(number.equals(ABSENT) ? mayBeAbsent : may.contains(number))
                .as("%s read %s of %s, allowed was one of %s", when, number, key, may)
                .isTrue();
        allowed.put(key, only(number));
    }

    /** The number after which the next process goes on. */
    public long highest() {
        return highest;
    }

    public long acknowledged() {
        return acknowledged;
    }

    private static Set<String> only(String number) {
        return new LinkedHashSet<>(Set.of(number));
    }
}
