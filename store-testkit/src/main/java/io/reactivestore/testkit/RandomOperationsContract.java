package io.reactivestore.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.Content;
import io.reactivestore.Store;
import io.reactivestore.error.ObjectNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Random operations, each compared with the same on a map. */
@Needs({Need.WRITES, Need.DELETES})
public interface RandomOperationsContract extends StoreContract {

    /** Few, so that operations meet; some beginnings of others. */
    List<String> FEW_KEYS = List.of("a", "a/b", "a/b/c", "ab", "b", "b/", "c d");

    @Test
    default void randomOperations_actLikeAMap() {
        Samples.seeded(random -> {
            Map<String, String> model = new TreeMap<>();
            List<String> history = new ArrayList<>();
            for (int step = 0; step < randomCases(); step++) {
                String key = FEW_KEYS.get(random.nextInt(FEW_KEYS.size()));
                String other = FEW_KEYS.get(random.nextInt(FEW_KEYS.size()));
                int what = random.nextInt(100);
                history.add(what + " " + key + " " + other);
                try {
                    step(what, key, other, random, model);
                } catch (AssertionError e) {
                    throw new AssertionError("after " + history + ": " + e.getMessage(), e);
                }
            }
            assertSame(model);
        });
    }

    private void step(int what, String key, String other, Random random, Map<String, String> model) {
        Store store = store();
        if (what < 30) {
            String text = "x".repeat(random.nextInt(4)) + random.nextInt(1000);
            done(store.put(key, Content.text(text)));
            model.put(key, text);
        } else if (what < 50) {
            assertThat(all(store.getText(key))).isEqualTo(model.containsKey(key) ? List.of(model.get(key)) : List.of());
        } else if (what < 60) {
            none(store.delete(key));
            model.remove(key);
        } else if (what < 68) {
            done(store.deleteAll(Flux.just(key, other)));
            model.keySet().removeAll(List.of(key, other));
        } else if (what < 72) {
            long matching =
                    model.keySet().stream().filter(k -> k.startsWith(key)).count();
            assertThat(one(store.deletePrefix(key))).isEqualTo(matching);
            model.keySet().removeIf(k -> k.startsWith(key));
        } else if (what < 80 && !key.equals(other)) {
            if (model.containsKey(key)) {
                done(store.copy(key, other));
                model.put(other, String.valueOf(model.get(key)));
            } else {
                failure(ObjectNotFoundException.class, store.copy(key, other));
            }
        } else if (what < 90) {
            assertThat(one(store.exists(key))).isEqualTo(model.containsKey(key));
            assertThat(one(store.isEmpty(key)))
                    .isEqualTo(model.keySet().stream().noneMatch(k -> k.startsWith(key)));
        } else {
            assertSame(model);
        }
    }

    private void assertSame(Map<String, String> model) {
        Samples.assertListed(store(), keys(), model.keySet().toArray(String[]::new));
        long bytes = model.values().stream().mapToLong(String::length).sum();
        assertThat(one(store().sizeOf(""))).isEqualTo(bytes);
    }
}
