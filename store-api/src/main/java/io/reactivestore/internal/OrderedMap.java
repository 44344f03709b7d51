package io.reactivestore.internal;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted map: a change makes a new map that shares all but a path with the old one, so that a snapshot costs nothing.
 * Reads and changes take O(log n).
 *
 * @source Adelson-Velsky and Landis, "An algorithm for the organization of information" (1962): the two subtrees of a node differ
 *     in height by at most one
 */
public final class OrderedMap<K, V> {

    private final Comparator<? super K> order;
    private final @Nullable OrderedNode<K, V> root;
    private final int size;

    OrderedMap(Comparator<? super K> order, @Nullable OrderedNode<K, V> root, int size) {
        this.order = order;
        this.root = root;
        this.size = size;
    }

    public static <K, V> OrderedMap<K, V> empty(Comparator<? super K> order) {
        return new OrderedMap<>(order, null, 0);
    }

    public int size() {
        return size;
    }

    public @Nullable V get(K key) {
        OrderedNode<K, V> node = root;
        while (node != null) {
            int c = order.compare(key, node.key);
            if (c == 0) {
                return node.value;
            }
            node = c < 0 ? node.left : node.right;
        }
        return null;
    }

    /** This map with one entry more, or with another value for its key. */
    public OrderedMap<K, V> with(K key, V value) {
        OrderedNode.Edit<K, V> edit = new OrderedNode.Edit<>(order);
        OrderedNode<K, V> changed = edit.put(root, key, value);
        return new OrderedMap<>(order, changed, size + edit.growth);
    }

    /** This map without an entry; the same map if there is none. */
    public OrderedMap<K, V> without(K key) {
        if (get(key) == null) {
            return this;
        }
        return new OrderedMap<>(order, new OrderedNode.Edit<K, V>(order).remove(root, key), size - 1);
    }

    /** The values whose keys are at or after {@code from}, in order; all of them if it is null. */
    public Iterator<V> valuesFrom(@Nullable K from) {
        return new Ascent<>(root, from, order);
    }

    private static final class Ascent<K, V> implements Iterator<V> {

        private final Deque<OrderedNode<K, V>> path = new ArrayDeque<>();

        Ascent(@Nullable OrderedNode<K, V> root, @Nullable K from, Comparator<? super K> order) {
            OrderedNode<K, V> node = root;
            while (node != null) {
                if (from == null || order.compare(from, node.key) <= 0) {
                    path.push(node);
                    node = node.left;
                } else {
                    node = node.right;
                }
            }
        }

        @Override
        public boolean hasNext() {
            return !path.isEmpty();
        }

        @Override
        public V next() {
            if (path.isEmpty()) {
                throw new NoSuchElementException();
            }
            OrderedNode<K, V> found = path.pop();
            for (OrderedNode<K, V> node = found.right; node != null; node = node.left) {
                path.push(node);
            }
            return found.value;
        }
    }
}
