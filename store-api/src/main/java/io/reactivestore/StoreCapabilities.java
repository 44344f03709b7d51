package io.reactivestore;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a store can do. Immutable. What a store cannot do fails with {@link io.reactivestore.error.StoreUnsupportedException} before
 * anything is sent; a condition is never ignored.
 */
public final class StoreCapabilities {

    private static final StoreCapabilities NONE = new StoreCapabilities(new Draft().settings());
    private static final StoreCapabilities STANDARD = NONE.withListOrder(ListOrder.UTF8)
            .withWrites(true)
            .withDeletes(true)
            .withRanges(true)
            .withAttributes(true)
            .withConditionalPut(true)
            .withConditionalDelete(true)
            .withConditionalCopy(true);

    private final Settings settings;

    private StoreCapabilities(Settings settings) {
        this.settings = settings;
    }

    /** Whole reads and listings in no order: the base for those who write a store. */
    public static StoreCapabilities none() {
        return NONE;
    }

    /** Everything but old versions, listed in UTF-8 order. */
    public static StoreCapabilities standard() {
        return STANDARD;
    }

    /** In which order {@code list} gives its keys. */
    public enum ListOrder {
        /** By the bytes of UTF-8, {@link Keys#UTF8_ORDER}. */
        UTF8,
        /** By UTF-16 code units, {@link String#compareTo}. */
        UTF16,
        /** In no order that may be relied on. */
        NONE
    }

    public StoreCapabilities withListOrder(ListOrder order) {
        return edit(draft -> draft.listOrder = order);
    }

    public StoreCapabilities withWrites(boolean writes) {
        return edit(draft -> draft.writes = writes);
    }

    public StoreCapabilities withDeletes(boolean deletes) {
        return edit(draft -> draft.deletes = deletes);
    }

    public StoreCapabilities withRanges(boolean ranges) {
        return edit(draft -> draft.ranges = ranges);
    }

    public StoreCapabilities withAttributes(boolean attributes) {
        return edit(draft -> draft.attributes = attributes);
    }

    public StoreCapabilities withConditionalPut(boolean conditionalPut) {
        return edit(draft -> draft.conditionalPut = conditionalPut);
    }

    public StoreCapabilities withConditionalDelete(boolean conditionalDelete) {
        return edit(draft -> draft.conditionalDelete = conditionalDelete);
    }

    public StoreCapabilities withConditionalCopy(boolean conditionalCopy) {
        return edit(draft -> draft.conditionalCopy = conditionalCopy);
    }

    public StoreCapabilities withVersions(boolean versions) {
        return edit(draft -> draft.versions = versions);
    }

    public ListOrder listOrder() {
        return settings.listOrder;
    }

    /** Whether put and copy work; without, they fail with {@link io.reactivestore.error.StoreUnsupportedException}. */
    public boolean writes() {
        return settings.writes;
    }

    /** Whether delete, deleteAll and deletePrefix work. */
    public boolean deletes() {
        return settings.deletes;
    }

    /** Whether a range costs only its bytes; without, the store reads the whole object and cuts it. */
    public boolean ranges() {
        return settings.ranges;
    }

    /** Whether attributes are kept. */
    public boolean attributes() {
        return settings.attributes;
    }

    /** Whether {@code ifAbsent} and {@code ifMatch} of a put are enforced. */
    public boolean conditionalPut() {
        return settings.conditionalPut;
    }

    /** Whether {@code ifMatch} of a delete is enforced. */
    public boolean conditionalDelete() {
        return settings.conditionalDelete;
    }

    /** Whether {@code ifAbsent} and {@code ifMatch} of a copy are enforced. */
    public boolean conditionalCopy() {
        return settings.conditionalCopy;
    }

    /** Whether old versions can be read and deleted by their version id. */
    public boolean versions() {
        return settings.versions;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof StoreCapabilities other && settings.equals(other.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return "StoreCapabilities" + settings.toString().substring("Settings".length());
    }

    private StoreCapabilities edit(Consumer<Draft> change) {
        Draft draft = new Draft(settings);
        change.accept(draft);
        return new StoreCapabilities(draft.settings());
    }

    private static final class Draft {
        ListOrder listOrder = ListOrder.NONE;
        boolean writes;
        boolean deletes;
        boolean ranges;
        boolean attributes;
        boolean conditionalPut;
        boolean conditionalDelete;
        boolean conditionalCopy;
        boolean versions;

        Draft() {}

        Draft(Settings s) {
            listOrder = s.listOrder;
            writes = s.writes;
            deletes = s.deletes;
            ranges = s.ranges;
            attributes = s.attributes;
            conditionalPut = s.conditionalPut;
            conditionalDelete = s.conditionalDelete;
            conditionalCopy = s.conditionalCopy;
            versions = s.versions;
        }

        Settings settings() {
            return new Settings(
                    listOrder,
                    writes,
                    deletes,
                    ranges,
                    attributes,
                    conditionalPut,
                    conditionalDelete,
                    conditionalCopy,
                    versions);
        }
    }

    private record Settings(
            ListOrder listOrder,
            boolean writes,
            boolean deletes,
            boolean ranges,
            boolean attributes,
            boolean conditionalPut,
            boolean conditionalDelete,
            boolean conditionalCopy,
            boolean versions) {

        Settings {
            Objects.requireNonNull(listOrder, "listOrder");
        }
    }
}
