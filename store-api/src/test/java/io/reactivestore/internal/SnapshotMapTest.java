package io.reactivestore.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotMapTest {

    private static final Comparator<Integer> ORDER = Comparator.naturalOrder();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 100, 1_000})
    void randomChanges_areThoseOfATreeMap_andEverySnapshotStaysAsItWas(int keys) {
        Random random = new Random(keys);
        SnapshotMap<Integer, String> map = new SnapshotMap<>(ORDER);
        TreeMap<Integer, String> model = new TreeMap<>();
        Map<Integer, SnapshotMap.Place<String>> places = new HashMap<>();
        Map<OrderedMap<Integer, String>, List<String>> snapshots = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            int key = random.nextInt(keys);
            String value = "v" + i;
            if (random.nextInt(10) < (i / 1_000 % 2 == 0 ? 7 : 3)) {
                SnapshotMap.Place<String> place = places.get(key);
                if (place == null || !map.replace(place, value)) {
                    places.put(key, map.put(key, value));
                }
                model.put(key, value);
            } else if (model.remove(key) != null) {
                map.remove(key);
            }
            assertThat(map.size()).isEqualTo(model.size());
            if (i % 97 == 0) {
                snapshots.put(map.snapshot(), List.copyOf(model.values()));
            }
        }
        snapshots.put(map.snapshot(), List.copyOf(model.values()));
        snapshots.forEach((snapshot, values) -> {
            assertThat(list(snapshot)).as("keys " + keys).isEqualTo(values);
            assertThat(snapshot.size()).isEqualTo(values.size());
        });
    }

    @Test
    void place_isNoLongerGood_onceItsEntryIsGone_orASnapshotHasIt() {
        SnapshotMap<Integer, String> map = new SnapshotMap<>(ORDER);
        for (int i = 0; i < 10; i++) {
            map.put(i, "old");
        }
        SnapshotMap.Place<String> gone = map.put(3, "gone");
        map.remove(3);
        assertThat(map.replace(gone, "new")).isFalse();

        SnapshotMap.Place<String> kept = map.put(4, "kept");
        OrderedMap<Integer, String> snapshot = map.snapshot();
        assertThat(map.replace(kept, "new")).isFalse();
        SnapshotMap.Place<String> again = map.put(4, "new");
        assertThat(map.replace(again, "newer")).isTrue();
        assertThat(snapshot.get(4)).isEqualTo("kept");
        assertThat(map.snapshot().get(4)).isEqualTo("newer");

        SnapshotMap.Place<String> cleared = map.put(5, "cleared");
        map.clear();
        assertThat(map.replace(cleared, "new")).isFalse();
        assertThat(map.snapshot().size()).isZero();
    }

    private static List<String> list(OrderedMap<Integer, String> map) {
        List<String> list = new ArrayList<>();
        map.valuesFrom(null).forEachRemaining(list::add);
        return list;
    }
}
