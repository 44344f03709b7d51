package io.reactivestore.memory;

import io.reactivestore.Keys;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.internal.OrderedMap;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The objects of a snapshot that one listing asks for, in order. */
final class Listing implements Iterator<ObjectInfo> {

    private final ListOptions options;
    private final Iterator<StoredBytes> candidates;
    private @Nullable ObjectInfo next;

    Listing(OrderedMap<String, StoredBytes> snapshot, ListOptions options) {
        this.options = options;
        String startAfter = options.startAfter();
        boolean afterPrefix = startAfter != null && Keys.UTF8_ORDER.compare(startAfter, options.prefix()) > 0;
        this.candidates = snapshot.valuesFrom(afterPrefix ? startAfter : options.prefix());
        advance();
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public ObjectInfo next() {
        ObjectInfo found = next;
        if (found == null) {
            throw new NoSuchElementException();
        }
        advance();
        return found;
    }

    private void advance() {
        next = null;
        while (candidates.hasNext()) {
            ObjectInfo info = candidates.next().info();
            if (info.key().equals(options.startAfter())) {
                continue;
            }
            boolean past = !info.key().startsWith(options.prefix())
                    || (options.endBefore() != null && Keys.UTF8_ORDER.compare(info.key(), options.endBefore()) >= 0);
            if (!past) {
                next = info.withAttributes(null);
            }
            return;
        }
    }
}
