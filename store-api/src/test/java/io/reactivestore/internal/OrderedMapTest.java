package io.reactivestore.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderedMapTest {

    private static final Comparator<Integer> ORDER = Comparator.naturalOrder();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 100, 1_000})
    void randomChanges_areThoseOfATreeMap(int keys) throws ReflectiveOperationException {
        long seed = 7L * keys;
        Random random = new Random(seed);
        OrderedMap<Integer, String> map = OrderedMap.empty(ORDER);
        TreeMap<Integer, String> model = new TreeMap<>();
        for (int i = 0; i < 5_000; i++) {
            int key = random.nextInt(keys);
            // Grows, shrinks, grows again.
            if (random.nextInt(10) < (i / 1_000 % 2 == 0 ? 7 : 3)) {
                map = map.with(key, "v" + i);
                model.put(key, "v" + i);
            } else {
                map = map.without(key);
                model.remove(key);
            }
            int from = random.nextInt(keys + 1);
            assertThat(map.size()).isEqualTo(model.size());
            assertThat(map.get(key)).isEqualTo(model.get(key));
            assertThat(height(map)).isLessThanOrEqualTo((int) (1.45 * Math.log(map.size() + 2) / Math.log(2)));
            if (i % 50 == 0) {
                assertThat(list(map.valuesFrom(null))).as("seed " + seed).isEqualTo(new ArrayList<>(model.values()));
                assertThat(list(map.valuesFrom(from)))
                        .as("seed " + seed)
                        .isEqualTo(new ArrayList<>(model.tailMap(from).values()));
            }
        }
    }

    @Test
    void keysInOrder_stayBalanced() throws ReflectiveOperationException {
        for (int step : new int[] {1, -1}) {
            OrderedMap<Integer, Integer> map = OrderedMap.empty(ORDER);
            for (int i = 0; i < 100_000; i++) {
                map = map.with(i * step, i);
            }
            assertThat(height(map)).isLessThanOrEqualTo(17);
            for (int i = 0; i < 99_000; i++) {
                map = map.without(i * step);
            }
            assertThat(map.size()).isEqualTo(1_000);
            assertThat(height(map)).isLessThanOrEqualTo(14);
        }
    }

    @Test
    void snapshot_isNotAffectedByLaterChanges() {
        OrderedMap<Integer, String> before = OrderedMap.empty(ORDER);
        for (int i = 0; i < 100; i++) {
            before = before.with(i, "old");
        }
        Iterator<String> running = before.valuesFrom(50);
        OrderedMap<Integer, String> after = before;
        for (int i = 0; i < 100; i += 2) {
            after = after.without(i).with(i + 1, "new");
        }
        assertThat(list(before.valuesFrom(null))).hasSize(100).containsOnly("old");
        assertThat(list(running)).hasSize(50).containsOnly("old");
        assertThat(list(after.valuesFrom(null))).hasSize(50).containsOnly("new");
    }

    @Test
    void withoutAnAbsentKey_isTheSameMap() {
        OrderedMap<Integer, String> map =
                OrderedMap.<Integer, String>empty(ORDER).with(1, "a");
        assertThat(map.without(2)).isSameAs(map);
        assertThat(map.without(1).without(1).size()).isZero();
        assertThat(map.without(1).get(1)).isNull();
    }

    @Test
    void withTheSameKey_replacesItsValue() {
        OrderedMap<Integer, String> map =
                OrderedMap.<Integer, String>empty(ORDER).with(1, "a").with(1, "b");
        assertThat(map.size()).isEqualTo(1);
        assertThat(map.get(1)).isEqualTo("b");
    }

    @Test
    void endOfIteration_isToldByAnException() {
        Iterator<String> none = OrderedMap.<Integer, String>empty(ORDER).valuesFrom(null);
        assertThat(none.hasNext()).isFalse();
        assertThatThrownBy(none::next).isInstanceOf(NoSuchElementException.class);
    }

    private static <V> List<V> list(Iterator<V> values) {
        List<V> list = new ArrayList<>();
        values.forEachRemaining(list::add);
        return list;
    }

    private static int height(OrderedMap<?, ?> map) throws ReflectiveOperationException {
        Field root = OrderedMap.class.getDeclaredField("root");
        root.setAccessible(true);
        return depth(root.get(map));
    }

    /** Counted, not read from the nodes: they might be wrong about it. */
    private static int depth(Object node) throws ReflectiveOperationException {
        if (node == null) {
            return 0;
        }
        return 1 + Math.max(depth(child(node, "left")), depth(child(node, "right")));
    }

    private static Object child(Object node, String name) throws ReflectiveOperationException {
        Field field = node.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(node);
    }
}
