package io.reactivestore.local;

import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Walks the directories of a listing in the order of keys. Holds the names of the directories that it is in, and no descriptor between
 * two steps. What vanishes while it walks is left out.
 */
final class DirectoryWalk implements Pull.Source<ListEntry> {

    private final ObjectFinder finder;
    private final KeyBounds bounds;
    private final boolean deep;
    private final Deque<Level> levels = new ArrayDeque<>();
    private boolean begun;

    private DirectoryWalk(ObjectFinder finder, KeyBounds bounds, boolean deep) {
        this.finder = finder;
        this.bounds = bounds;
        this.deep = deep;
    }

    /** All objects within the bounds. */
    static DirectoryWalk deep(ObjectFinder finder, ListOptions options) {
        return new DirectoryWalk(finder, KeyBounds.of(options), true);
    }

    /** The objects and sub-prefixes right under a directory, which is empty or ends in a slash. */
    static DirectoryWalk flat(ObjectFinder finder, String directory) {
        return new DirectoryWalk(finder, KeyBounds.of(directory), false);
    }

    @Override
    public boolean isDone() {
        return begun && levels.isEmpty();
    }

    /** Looks at one name, or reads one directory. */
    @Override
    public @Nullable ListEntry step() throws IOException {
        ListEntry entry = begun ? next() : begin();
        while (!levels.isEmpty() && levels.element().isDone()) {
            levels.pop();
        }
        return entry;
    }

    @Override
    public void close() {}

    private @Nullable ListEntry begin() throws IOException {
        begun = true;
        String prefix = bounds.directory();
        Path directory = finder.paths().directory(prefix);
        if (isDirectory(directory) && finder.isInside(directory)) {
            levels.push(Level.read(directory, prefix, bounds));
        }
        return null;
    }

    private @Nullable ListEntry next() throws IOException {
        Level level = levels.element();
        String segment = level.poll();
        if (segment == null) {
            return null;
        }
        String name = level.prefix() + segment;
        if (!segment.endsWith("/")) {
            return object(level, segment, name);
        }
        if (deep) {
            levels.push(Level.read(finder.paths().directory(name), name, bounds));
            return null;
        }
        return holdsObject(name) ? new ListEntry(name, null) : null;
    }

    private @Nullable ListEntry object(Level level, String segment, String key) throws IOException {
        Path path = level.directory().resolve(SegmentNames.primary(segment));
        Facts facts = Facts.of(path);
        if (facts != null && facts.isDirectory() && bounds.mayHoldIn(key + "/") && KeyPaths.isKey(key + "/")) {
            level.addDirectory(segment);
        }
        if (!bounds.holds(key) || !KeyPaths.isKey(key)) {
            return null;
        }
        if (facts == null || !facts.isFile()) {
            facts = Facts.of(level.directory().resolve(SegmentNames.alternate(segment)));
        }
        return facts != null && facts.isFile() ? new ListEntry(key, facts.info(key, null)) : null;
    }

    /** Whether any object lies in a directory, which ends in a slash, or below. */
    private boolean holdsObject(String directory) throws IOException {
        Deque<String> unseen = new ArrayDeque<>();
        unseen.push(directory);
        boolean found = false;
        while (!found && !unseen.isEmpty()) {
            String prefix = unseen.pop();
            Path path = finder.paths().directory(prefix);
            found = Level.visit(path, segment -> isObject(path, segment, prefix + segment, unseen));
        }
        return found;
    }

    private static boolean isObject(Path directory, String segment, String key, Deque<String> unseen)
            throws IOException {
        Facts facts = Facts.of(directory.resolve(SegmentNames.primary(segment)));
        if (facts != null && facts.isDirectory() && KeyPaths.isKey(key + "/")) {
            unseen.push(key + "/");
        }
        if (facts == null || !facts.isFile()) {
            facts = Facts.of(directory.resolve(SegmentNames.alternate(segment)));
        }
        return facts != null && facts.isFile() && KeyPaths.isKey(key);
    }

    private static boolean isDirectory(Path path) throws IOException {
        Facts facts = Facts.of(path);
        return facts != null && facts.isDirectory();
    }
}
