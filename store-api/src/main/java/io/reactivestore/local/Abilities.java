package io.reactivestore.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the file system of a root can do, found out by trying.
 *
 * @param xattrs whether files can have extended attributes
 * @param links whether files can have a second name
 */
record Abilities(boolean xattrs, boolean links) {

    /** Tries with temp files, which are gone afterwards. Blocking. */
    static Abilities probe(TempFiles tempFiles) throws IOException {
        Path file = tempFiles.next("open", null);
        Path link = tempFiles.next("open", null);
        try {
            OwnerOnly.createFile(file).close();
            return new Abilities(AttributeFiles.hasXattrs(file), hasLinks(file, link));
        } finally {
            Files.deleteIfExists(link);
            Files.deleteIfExists(file);
            tempFiles.released();
            tempFiles.released();
        }
    }

    private static boolean hasLinks(Path file, Path link) {
        try {
            Files.createLink(link, file);
            return true;
        } catch (IOException | UnsupportedOperationException unsupported) {
            return false;
        }
    }
}
