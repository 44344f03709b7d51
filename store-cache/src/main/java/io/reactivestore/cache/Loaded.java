package io.reactivestore.cache;

import io.reactivestore.ListEntry;
import io.reactivestore.ObjectInfo;
import io.reactivestore.StoredObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a flight found. */
sealed interface Loaded {

    /**
     * The whole object, held in memory; or the outline of one that is kept in blocks.
     *
     * @param tier where the bytes came from
     * @param hit whether they came without asking the source
     */
    record Held(CachedEntry entry, String tier, boolean hit) implements Loaded {}

    /** The source takes its time, for longer than the reader wants to wait for it: this copy is usable. */
    record Late(Held instead) implements Loaded {}

    /** An object that is not kept: too large and not for blocks, or more than may be loaded at once. */
    record Streamed(StoredObject object) implements Loaded {}

    /** The facts of an object. */
    record Facts(ObjectInfo info) implements Loaded {}

    /** The answer to a {@link Question.Listing}. */
    sealed interface Listing extends Loaded {}

    /**
     * A page of a listing.
     *
     * @param isLast whether nothing that was asked for comes after it
     */
    record Page(List<ObjectInfo> objects, boolean isLast) implements Listing {}

    /**
     * The begin of a directory.
     *
     * @param isAll whether it is all of it
     */
    record Directory(List<ListEntry> entries, boolean isAll) implements Listing {}

    /** There is no such object. */
    record Absent() implements Loaded {}

    /**
     * The load failed: as a value, since a reader that has just left must not turn it into a dropped error.
     *
     * @param instead a copy that may do; null if there was none
     */
    record Failed(Throwable error, @Nullable Held instead) implements Loaded {}
}
