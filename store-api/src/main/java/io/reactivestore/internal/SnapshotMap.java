package io.reactivestore.internal;

import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A sorted map that is changed in place, and whose snapshots cost nothing when they are taken: after one, each node is copied once when
 * it is first changed. For one thread at a time; a snapshot is for all.
 */
public final class SnapshotMap<K, V> {

    private final Comparator<? super K> order;
    private @Nullable OrderedNode<K, V> root;
    private OrderedNode.Edit<K, V> edit;

    /** The size when the edit began. */
    private int sizeBefore;

    public SnapshotMap(Comparator<? super K> order) {
        this.order = order;
        this.edit = new OrderedNode.Edit<>(order);
    }

    public int size() {
        return sizeBefore + edit.growth;
    }

    /** Where an entry is in the tree. */
    public sealed interface Place<V> permits OrderedNode {}

    /** Adds an entry, or gives it another value; tells where it is. */
    public Place<V> put(K key, V value) {
        root = edit.put(root, key, value);
        return Objects.requireNonNull(edit.placed);
    }

    /**
     * Gives the entry at a place another value, without looking for it.
     *
     * @return false if it is not there any more, such as after a snapshot
     */
    public boolean replace(Place<V> place, V value) {
        @SuppressWarnings("unchecked")
        OrderedNode<K, V> node = (OrderedNode<K, V>) place;
        if (!edit.owns(node)) {
            return false;
        }
        node.value = value;
        return true;
    }

    /** Removes an entry, which must be there. */
    public void remove(K key) {
        root = edit.remove(root, key);
    }

    public void clear() {
        root = null;
        sizeBefore = 0;
        edit = new OrderedNode.Edit<>(order);
    }

    /** The entries of now, whatever happens to the map. */
    public OrderedMap<K, V> snapshot() {
        sizeBefore = size();
        edit = new OrderedNode.Edit<>(order);
        return new OrderedMap<>(order, root, sizeBefore);
    }
}
