package io.reactivestore.cache.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order itself, and bookmarks in it while slots come, move and go. */
class SlotOrderTest {

    private final Slots slots = new Slots();
    private final SlotOrder order = new SlotOrder(slots);
    private final Slot a = slot("a");
    private final Slot b = slot("b");
    private final Slot c = slot("c");

    @Test
    void append_movesToTheEnd() {
        append(a, b, c, a, a);
        assertThat(order).containsExactly(b, c, a);
        assertThat(order.size()).isEqualTo(3);
    }

    @Test
    void remove_takesOutAtBothEndsAndBetween_andForgivesWhatIsNotThere() {
        append(a, b, c);
        order.remove(b);
        order.remove(b);
        assertThat(order).containsExactly(a, c);
        order.remove(a);
        order.remove(c);
        assertThat(order).isEmpty();
        assertThat(order.size()).isZero();
        append(b);
        assertThat(order).containsExactly(b);
    }

    @Test
    void bookmark_meetsAllInOrder_andWhatComesLater() {
        append(a, b);
        SlotOrder.Bookmark bookmark = order.open();
        assertThat(bookmark.next()).isSameAs(a);
        assertThat(bookmark.next()).isSameAs(b);
        assertThat(bookmark.next()).isNull();
        append(c);
        assertThat(bookmark.next()).isSameAs(c);
    }

    @Test
    void bookmark_meetsAgain_whatMovesToTheEnd() {
        append(a, b);
        SlotOrder.Bookmark bookmark = order.open();
        bookmark.next();
        bookmark.next();
        append(b);
        assertThat(bookmark.next()).as("b was the last one and is again").isSameAs(b);
        append(a);
        assertThat(bookmark.next()).isSameAs(a);
        assertThat(bookmark.next()).isNull();
    }

    @Test
    void bookmark_fallsBack_ifItsSlotGoes() {
        append(a, b, c);
        SlotOrder.Bookmark bookmark = order.open();
        bookmark.next();
        bookmark.next();
        order.remove(b);
        order.remove(a);
        assertThat(bookmark.next()).isSameAs(c);
        order.remove(c);
        append(a);
        assertThat(bookmark.next()).isSameAs(a);
    }

    @Test
    void clear_putsBookmarksAtTheFront() {
        append(a);
        SlotOrder.Bookmark bookmark = order.open();
        bookmark.next();
        order.clear();
        append(b);
        assertThat(bookmark.next()).isSameAs(b);
    }

    @Test
    void numberOfAGoneSlot_isGivenAgain() {
        append(a, b, c);
        order.remove(b);
        slots.remove(b);
        Slot d = slot("d");
        assertThat(d.number).isEqualTo(b.number);
        assertThat(order).containsExactly(a, c);
        append(d);
        assertThat(order).containsExactly(a, c, d);
        assertThat(slots.get("b")).isNull();
        assertThat(slots.get("d")).isSameAs(slots.get(d.number)).isSameAs(d);
    }

    @Test
    void manySlots_growBoth() {
        List<Slot> many = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            many.add(slot("key" + i));
            append(many.get(i));
        }
        assertThat(order).containsExactlyElementsOf(many);
        slots.clear();
        order.clear();
        Slot anew = slot("anew");
        append(anew);
        assertThat(order).containsExactly(anew);
        assertThat(slots.size()).isEqualTo(1);
    }

    @Test
    void closedBookmark_isForgotten_othersAreNot() {
        append(a, b);
        SlotOrder.Bookmark closed = order.open();
        SlotOrder.Bookmark open = order.open();
        open.next();
        closed.close();
        order.remove(a);
        assertThat(open.next()).isSameAs(b);
    }

    private void append(Slot... slots) {
        for (Slot slot : slots) {
            order.append(slot);
        }
    }

    private Slot slot(String key) {
        return slots.add(Entry.tombstone(key, null));
    }
}
