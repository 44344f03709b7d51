package io.reactivestore.internal;

import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The values of a map whose keys a listing asks for, in order. */
public final class KeyRange<V> implements Iterator<V> {

    private final ListOptions options;
    private final Function<V, String> key;
    private final Iterator<V> candidates;
    private @Nullable V next;

    /**
     * @param map in UTF-8 order
     * @param key of a value
     */
    public KeyRange(OrderedMap<String, V> map, Function<V, String> key, ListOptions options) {
        this.options = options;
        this.key = key;
        String startAfter = options.startAfter();
        boolean afterPrefix = startAfter != null && Keys.UTF8_ORDER.compare(startAfter, options.prefix()) > 0;
        this.candidates = map.valuesFrom(afterPrefix ? startAfter : options.prefix());
        advance();
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public V next() {
        V found = next;
        if (found == null) {
            throw new NoSuchElementException();
        }
        advance();
        return found;
    }

    private void advance() {
        next = null;
        while (candidates.hasNext()) {
            V candidate = candidates.next();
            String name = key.apply(candidate);
            if (name.equals(options.startAfter())) {
                continue;
            }
            boolean past = !name.startsWith(options.prefix())
                    || (options.endBefore() != null && Keys.UTF8_ORDER.compare(name, options.endBefore()) >= 0);
            if (!past) {
                next = candidate;
            }
            return;
        }
    }
}
