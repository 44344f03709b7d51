package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Slots against a plain map, with keys that come and go, also such that were made to collide. */
class SlotsTest {

    private final Slots slots = new Slots();
    private final Map<String, Slot> expected = new HashMap<>();

    @RepeatedTest(20)
    void randomKeys_thatComeAndGo() {
        long seed = Long.getLong("reactivestore.seed", System.nanoTime());
        Random random = new Random(seed);
        int keys = 1 << random.nextInt(12);
        for (int i = 0; i < 20_000; i++) {
            String key = random.nextInt(4) == 0 ? colliding(random.nextInt(200)) : "key-" + random.nextInt(keys);
            assertThat(slots.get(key)).as("seed %d, %s", seed, key).isSameAs(expected.get(key));
            Slot slot = expected.get(key);
            if (slot == null) {
                add(key);
            } else if (random.nextBoolean()) {
                remove(slot);
            }
            assertThat(slots.size()).isEqualTo(expected.size());
        }
        expected.forEach((key, slot) -> {
            assertThat(slots.get(key)).as("seed %d, %s", seed, key).isSameAs(slot);
            assertThat(slots.get(slot.number)).isSameAs(slot);
        });
        slots.clear();
        assertThat(slots.size()).isZero();
        expected.keySet().forEach(key -> assertThat(slots.get(key)).isNull());
    }

    @Test
    void numbers_areGivenAgain() {
        List<Slot> gone = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            gone.add(add("a" + i));
        }
        gone.forEach(this::remove);
        for (int i = 0; i < 1000; i++) {
            assertThat(add("b" + i).number).isLessThan(1000);
        }
    }

    @Test
    void keysOfHashZero_areNotTakenForWhatIsGone() {
        String first = "\0";
        String second = "\0\0";
        remove(add(first));
        assertThat(slots.get(second)).isNull();
        assertThat(slots.get(first)).isNull();
        Slot slot = add(second);
        assertThat(slots.get(second)).isSameAs(slot);
    }

    private Slot add(String key) {
        Slot slot = slots.add(Entry.tombstone(key, null));
        expected.put(key, slot);
        return slot;
    }

    private void remove(Slot slot) {
        slots.remove(slot);
        expected.remove(slot.key);
    }

    /** Keys that all have one hash. */
    private static String colliding(int number) {
        StringBuilder key = new StringBuilder();
        for (int bit = 0; bit < 8; bit++) {
            key.append(((number >> bit) & 1) == 0 ? "Aa" : "BB");
        }
        return key.toString();
    }
}
