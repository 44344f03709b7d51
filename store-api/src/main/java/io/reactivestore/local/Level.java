package io.reactivestore.local;

import io.reactivestore.Keys;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The segments in one directory, in the order of the keys that begin with them. Blocking. */
final class Level {
    /*
     * How it works. Reading a directory tells names only, not whether they are files or directories, and asking costs a call each. As
     * an object a segment stands at "s", as a directory, with all keys in it, at "s/", and "s" is less. So names are sorted as they are
     * and looked at one by one, when the listing has come to them; the one that turns out to be a directory is handed in again at "s/"
     * and comes up once more, after what lies between ("s.txt").
     *
     * What waits at "s/" is a stack: whatever comes up before "s/" begins with s, so its own "/" is before that of s too.
     *
     * Directories in which a long segment goes on are no level of their own: their names belong between those of this one.
     */

    private final Path directory;
    private final String prefix;
    private final List<String> segments;
    private final Deque<String> directories = new ArrayDeque<>();
    private int next;

    private Level(Path directory, String prefix, List<String> segments) {
        this.directory = directory;
        this.prefix = prefix;
        this.segments = segments;
    }

    /** Is shown segments. */
    interface Visitor {
        /** Whether to see no more of them. */
        boolean visit(String segment) throws IOException;
    }

    /**
     * Reads a directory; one that is gone has no segments.
     *
     * @param prefix what all keys in it begin with
     */
    static Level read(Path directory, String prefix, KeyBounds bounds) throws IOException {
        List<String> segments = new ArrayList<>();
        visit(directory, segment -> {
            String key = prefix + segment;
            if (bounds.holds(key) || bounds.mayHoldIn(key + "/")) {
                segments.add(segment);
            }
            return false;
        });
        segments.sort(Keys.UTF8_ORDER);
        return new Level(directory, prefix, segments);
    }

    /**
     * Shows the segments in a directory to a visitor, some of them twice, until it says true.
     *
     * @return whether it did
     */
    static boolean visit(Path directory, Visitor visitor) throws IOException {
        return visit(directory, "", visitor);
    }

    Path directory() {
        return directory;
    }

    String prefix() {
        return prefix;
    }

    /** The next segment, at which there may be an object; or, with a slash behind it, one that was handed in; null at the end. */
    @Nullable String poll() {
        String waiting = directories.peek();
        if (next == segments.size()) {
            return directories.poll();
        }
        String segment = segments.get(next);
        if (waiting != null && Keys.UTF8_ORDER.compare(waiting, segment) < 0) {
            return directories.poll();
        }
        do {
            next++;
        } while (next < segments.size() && segments.get(next).equals(segment));
        return segment;
    }

    /** Hands in a segment, just polled, that is a directory. */
    void addDirectory(String segment) {
        directories.push(segment + "/");
    }

    boolean isDone() {
        return next == segments.size() && directories.isEmpty();
    }

    private static boolean visit(Path directory, String names, Visitor visitor) throws IOException {
        List<Path> continued = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(SegmentNames.CONTINUES)) {
                    continued.add(file);
                    continue;
                }
                String segment = SegmentNames.segment(names + name);
                if (segment != null && visitor.visit(segment)) {
                    return true;
                }
            }
        } catch (NoSuchFileException | NotDirectoryException gone) {
            return false;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        for (Path file : continued) {
            if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)
                    && visit(file, names + file.getFileName() + "/", visitor)) {
                return true;
            }
        }
        return false;
    }
}
