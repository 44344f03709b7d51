package io.reactivestore.local;

import io.reactivestore.Keys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Which file under a root belongs to which key. */
final class KeyPaths {
    /*
     * How it works. A key is cut at its slashes into segments, which may be empty, and each segment becomes the names that
     * SegmentNames gives it:
     *
     *   dir/file.txt     dir/file.txt
     *   a//b             a/%-/b
     *   a/               a/%-
     *   ../Up            %2e%2e/%55p
     *
     * An object has its file at the primary path, or, where a directory is in the way (a, when there is a/b), at the alternate path,
     * which differs in the last segment only (a%_). Directories have primary names always.
     *
     * This is a bijection. Each key has one primary and one alternate path, and key() takes either back to it: cutting and joining at
     * slashes lose nothing, and neither does a segment, as SegmentNames shows. Every other path belongs to no key. One of them is
     * RESERVED, since "%" before "st" is no escape, and with it all that lies below.
     */

    /** The directory in the root where everything lies that is no object. */
    static final String RESERVED = "%store";

    private final Path root;

    KeyPaths(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    /** Where the object is, unless a directory is in the way. */
    Path primary(String key) {
        return root.resolve(primaryNames(key, new StringBuilder()).toString());
    }

    /** Where the object is if a directory is in the way. */
    Path alternate(String key) {
        int last = key.lastIndexOf('/') + 1;
        StringBuilder names = new StringBuilder();
        if (last > 0) {
            primaryNames(key.substring(0, last - 1), names).append('/');
        }
        return root.resolve(
                names.append(SegmentNames.alternate(key.substring(last))).toString());
    }

    /** The directory of all keys with this prefix, which is empty or ends in a slash. */
    Path directory(String prefix) {
        return prefix.isEmpty() ? root : primary(prefix.substring(0, prefix.length() - 1));
    }

    /** The key of which this path below the root is the primary or the alternate one; null if there is none. */
    @Nullable String key(Path path) {
        StringBuilder key = new StringBuilder();
        StringBuilder names = new StringBuilder();
        for (int i = root.getNameCount(); i < path.getNameCount(); i++) {
            String name = path.getName(i).toString();
            boolean last = i + 1 == path.getNameCount();
            names.append(name);
            if (name.endsWith(SegmentNames.CONTINUES) && !last) {
                names.append('/');
                continue;
            }
            String segment = SegmentNames.segment(names.toString());
            if (segment == null || (!last && SegmentNames.isAlternate(name))) {
                return null;
            }
            key.append(segment).append(last ? "" : "/");
            names.setLength(0);
        }
        return isKey(key.toString()) ? key.toString() : null;
    }

    /** Whether this, made of segments, is short enough and long enough for a key. */
    static boolean isKey(String text) {
        return !text.isEmpty()
                // No character has more than three bytes of UTF-8, so most need not be counted.
                && (text.length() * 3 <= Keys.MAX_BYTES
                        || text.getBytes(StandardCharsets.UTF_8).length <= Keys.MAX_BYTES);
    }

    private static StringBuilder primaryNames(String key, StringBuilder names) {
        int start = 0;
        for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', start)) {
            names.append(SegmentNames.primary(key.substring(start, slash))).append('/');
            start = slash + 1;
        }
        return names.append(SegmentNames.primary(key.substring(start)));
    }
}
