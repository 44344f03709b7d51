package io.reactivestore.local;

import io.reactivestore.Attributes;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files of objects. Blocking.
 *
 * <p>Follows no symbolic link below the root. An object moves from its primary path to the alternate one only, so whoever looks in this
 * order does not miss it.
 */
final class ObjectFinder {

    /** How often an object may be replaced while its attributes are read; each time takes ten microseconds. */
    private static final int TRIES = 1000;

    private final KeyPaths paths;
    private final AttributeFiles attributeFiles;

    ObjectFinder(KeyPaths paths, AttributeFiles attributeFiles) {
        this.paths = paths;
        this.attributeFiles = attributeFiles;
    }

    /** Null if there is no such object. */
    @Nullable Located find(String key) throws IOException {
        Located primary = fileAt(paths.primary(key));
        return primary != null ? primary : fileAt(paths.alternate(key));
    }

    /** The present version of an object with its attributes; null if there is no such object. */
    @Nullable PinnedFile pin(String operation, String key) throws IOException {
        String etag = "";
        for (int i = 0; i < TRIES; i++) {
            Located found = find(key);
            if (found == null) {
                return null;
            }
            Facts facts = found.facts();
            etag = facts.etag();
            try {
                Attributes attributes = attributeFiles.read(found.path(), facts);
                if (facts.equals(Facts.of(found.path()))) {
                    return new PinnedFile(this, operation, facts.info(key, attributes), facts);
                }
            } catch (FileSystemException e) {
                if (facts.equals(Facts.of(found.path()))) {
                    throw e;
                }
            }
        }
        throw LocalErrors.changed(operation, key, etag);
    }

    /** The one regular file at a path where an object may be; null if there is none. */
    @Nullable Located fileAt(Path path) throws IOException {
        Facts facts = Facts.of(path);
        return facts != null && facts.isFile() && isInside(path.resolveSibling("")) ? new Located(path, facts) : null;
    }

    KeyPaths paths() {
        return paths;
    }

    /** Whether a directory is reached from the root without a symbolic link. */
    boolean isInside(Path directory) {
        for (Path at = directory; !at.equals(paths.root()); at = at.resolveSibling("")) {
            if (Files.isSymbolicLink(at)) {
                return false;
            }
        }
        return true;
    }
}
