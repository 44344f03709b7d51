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
    private final @Nullable Node<K, V> root;
    private final int size;

    private OrderedMap(Comparator<? super K> order, @Nullable Node<K, V> root, int size) {
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
        Node<K, V> node = root;
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
        int more = get(key) == null ? 1 : 0;
        return new OrderedMap<>(order, put(root, key, value), size + more);
    }

    /** This map without an entry; the same map if there is none. */
    public OrderedMap<K, V> without(K key) {
        return get(key) == null ? this : new OrderedMap<>(order, remove(root, key), size - 1);
    }

    /** The values whose keys are at or after {@code from}, in order; all of them if it is null. */
    public Iterator<V> valuesFrom(@Nullable K from) {
        return new Ascent<>(root, from, order);
    }

    private Node<K, V> put(@Nullable Node<K, V> node, K key, V value) {
        if (node == null) {
            return new Node<>(key, value, null, null);
        }
        int c = order.compare(key, node.key);
        if (c == 0) {
            return new Node<>(key, value, node.left, node.right);
        }
        return c < 0
                ? balanced(node, put(node.left, key, value), node.right)
                : balanced(node, node.left, put(node.right, key, value));
    }

    private @Nullable Node<K, V> remove(@Nullable Node<K, V> node, K key) {
        if (node == null) {
            return null;
        }
        int c = order.compare(key, node.key);
        if (c < 0) {
            return balanced(node, remove(node.left, key), node.right);
        }
        if (c > 0) {
            return balanced(node, node.left, remove(node.right, key));
        }
        if (node.left == null || node.right == null) {
            return node.left == null ? node.right : node.left;
        }
        Node<K, V> next = node.right;
        while (next.left != null) {
            next = next.left;
        }
        return balanced(next, node.left, remove(node.right, next.key));
    }

    /** A node with this one's entry and these subtrees, whose heights differ by at most two, rotated into balance. */
    private static <K, V> Node<K, V> balanced(Node<K, V> entry, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        int lean = height(left) - height(right);
        if (lean > 1 && left != null) {
            Node<K, V> middle = left.right;
            if (middle == null || height(left.left) >= middle.height) {
                return node(left, left.left, node(entry, middle, right));
            }
            return node(middle, node(left, left.left, middle.left), node(entry, middle.right, right));
        }
        if (lean < -1 && right != null) {
            Node<K, V> middle = right.left;
            if (middle == null || height(right.right) >= middle.height) {
                return node(right, node(entry, left, middle), right.right);
            }
            return node(middle, node(entry, left, middle.left), node(right, middle.right, right.right));
        }
        return node(entry, left, right);
    }

    private static <K, V> Node<K, V> node(Node<K, V> entry, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
        return new Node<>(entry.key, entry.value, left, right);
    }

    private static int height(@Nullable Node<?, ?> node) {
        return node == null ? 0 : node.height;
    }

    private static final class Node<K, V> {
        final K key;
        final V value;
        final @Nullable Node<K, V> left;
        final @Nullable Node<K, V> right;
        final int height;

        Node(K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
            this.key = key;
            this.value = value;
            this.left = left;
            this.right = right;
            this.height = 1 + Math.max(OrderedMap.height(left), OrderedMap.height(right));
        }
    }

    private static final class Ascent<K, V> implements Iterator<V> {

        private final Deque<Node<K, V>> path = new ArrayDeque<>();

        Ascent(@Nullable Node<K, V> root, @Nullable K from, Comparator<? super K> order) {
            Node<K, V> node = root;
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
            Node<K, V> found = path.pop();
            for (Node<K, V> node = found.right; node != null; node = node.left) {
                path.push(node);
            }
            return found.value;
        }
    }
}
