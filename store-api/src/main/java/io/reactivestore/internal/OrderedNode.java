package io.reactivestore.internal;

import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A node of a balanced tree that several maps may share. The edit that made it may change it; every other one copies it first, so that
 * the maps of before stay as they are.
 */
final class OrderedNode<K, V> implements SnapshotMap.Place<V> {

    final K key;
    V value;

    @Nullable OrderedNode<K, V> left;

    @Nullable OrderedNode<K, V> right;

    private int height;
    private @Nullable Edit<K, V> owner;

    private OrderedNode(
            K key,
            V value,
            @Nullable OrderedNode<K, V> left,
            @Nullable OrderedNode<K, V> right,
            int height,
            Edit<K, V> owner) {
        this.key = key;
        this.value = value;
        this.left = left;
        this.right = right;
        this.height = height;
        this.owner = owner;
    }

    private int lean() {
        return height(left) - height(right);
    }

    private void measure() {
        height = 1 + Math.max(height(left), height(right));
    }

    private static int height(@Nullable OrderedNode<?, ?> node) {
        return node == null ? 0 : node.height;
    }

    /** Changes that nobody sees before they are all made. For one thread at a time. */
    static final class Edit<K, V> {

        private final Comparator<? super K> order;

        /** Entries added less entries removed. */
        int growth;

        /** Where the last entry was put. */
        @Nullable OrderedNode<K, V> placed;

        Edit(Comparator<? super K> order) {
            this.order = order;
        }

        /** Whether this edit may change the node, and the node is still in the tree. */
        boolean owns(OrderedNode<K, V> node) {
            return node.owner == this;
        }

        OrderedNode<K, V> put(@Nullable OrderedNode<K, V> node, K key, V value) {
            if (node == null) {
                growth++;
                placed = new OrderedNode<>(key, value, null, null, 1, this);
                return placed;
            }
            int c = order.compare(key, node.key);
            OrderedNode<K, V> mine = own(node);
            if (c == 0) {
                mine.value = value;
                placed = mine;
                return mine;
            }
            if (c < 0) {
                mine.left = put(mine.left, key, value);
            } else {
                mine.right = put(mine.right, key, value);
            }
            return balanced(mine);
        }

        /** The tree without a key that it has. */
        @Nullable OrderedNode<K, V> remove(@Nullable OrderedNode<K, V> node, K key) {
            OrderedNode<K, V> present = Objects.requireNonNull(node, "the key is not there");
            int c = order.compare(key, present.key);
            if (c == 0) {
                growth--;
                return without(present);
            }
            OrderedNode<K, V> mine = own(present);
            if (c < 0) {
                mine.left = remove(mine.left, key);
            } else {
                mine.right = remove(mine.right, key);
            }
            return balanced(mine);
        }

        private @Nullable OrderedNode<K, V> without(OrderedNode<K, V> gone) {
            OrderedNode<K, V> left = gone.left;
            OrderedNode<K, V> right = gone.right;
            if (gone.owner == this) {
                gone.owner = null;
            }
            if (left == null || right == null) {
                return left == null ? right : left;
            }
            OrderedNode<K, V> next = right;
            while (next.left != null) {
                next = next.left;
            }
            // The node itself takes the place: whoever remembers where an entry is still finds it there.
            OrderedNode<K, V> rest = withoutFirst(right);
            OrderedNode<K, V> mine = own(next);
            mine.left = left;
            mine.right = rest;
            return balanced(mine);
        }

        private @Nullable OrderedNode<K, V> withoutFirst(OrderedNode<K, V> node) {
            OrderedNode<K, V> left = node.left;
            if (left == null) {
                return node.right;
            }
            OrderedNode<K, V> mine = own(node);
            mine.left = withoutFirst(left);
            return balanced(mine);
        }

        private OrderedNode<K, V> own(OrderedNode<K, V> node) {
            return node.owner == this
                    ? node
                    : new OrderedNode<>(node.key, node.value, node.left, node.right, node.height, this);
        }

        /** The subtree of a node of this edit, whose own subtrees differ in height by at most two, rotated into balance. */
        private OrderedNode<K, V> balanced(OrderedNode<K, V> node) {
            int lean = node.lean();
            OrderedNode<K, V> left = node.left;
            OrderedNode<K, V> right = node.right;
            if (lean > 1 && left != null) {
                node.left = left.lean() < 0 ? turnedLeft(own(left)) : left;
                return turnedRight(node);
            }
            if (lean < -1 && right != null) {
                node.right = right.lean() > 0 ? turnedRight(own(right)) : right;
                return turnedLeft(node);
            }
            node.measure();
            return node;
        }

        /** The subtree with the right child on top. */
        private OrderedNode<K, V> turnedLeft(OrderedNode<K, V> node) {
            OrderedNode<K, V> top = own(Objects.requireNonNull(node.right));
            node.right = top.left;
            node.measure();
            top.left = node;
            top.measure();
            return top;
        }

        /** The subtree with the left child on top. */
        private OrderedNode<K, V> turnedRight(OrderedNode<K, V> node) {
            OrderedNode<K, V> top = own(Objects.requireNonNull(node.left));
            node.left = top.right;
            node.measure();
            top.right = node;
            top.measure();
            return top;
        }
    }
}
