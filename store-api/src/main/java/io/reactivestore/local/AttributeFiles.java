package io.reactivestore.local;

import io.reactivestore.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;

/**
 * Keeps the attributes of files: in an extended attribute of the file, or, where that is not supported or too small, in a side file.
 * Blocking.
 *
 * <p>The name of a side file is the etag of the file it tells of, that is its modification time, size and inode. So it is written before
 * the file gets its final name and seen by nobody, stays true when the file is renamed, and a file that was changed by others has none.
 */
final class AttributeFiles {

    /** In the name space {@code user}, which the platform puts before it. */
    static final String XATTR = "reactivestore.attributes";

    private final Path directory;
    private final boolean xattrs;
    private final boolean fsync;

    AttributeFiles(Path directory, boolean xattrs, boolean fsync) {
        this.directory = directory;
        this.xattrs = xattrs;
        this.fsync = fsync;
    }

    /** Whether the file system of this file, which may be changed, has extended attributes. */
    static boolean hasXattrs(Path file) {
        try {
            UserDefinedFileAttributeView view = view(file);
            view.write(XATTR, ByteBuffer.wrap(new byte[1]));
            view.delete(XATTR);
            return true;
        } catch (IOException | UnsupportedOperationException unsupported) {
            return false;
        }
    }

    /** Gives attributes to a file that nobody knows of yet. */
    void attach(Path file, Facts facts, Attributes attributes) throws IOException {
        byte[] text = AttributeText.format(attributes);
        if (!xattrs || !attachXattr(file, text)) {
            Path side = side(facts);
            OwnerOnly.createDirectories(side.resolveSibling(""));
            Files.deleteIfExists(side);
            try (FileChannel channel = OwnerOnly.createFile(side)) {
                for (ByteBuffer bytes = ByteBuffer.wrap(text); bytes.hasRemaining(); ) {
                    channel.write(bytes);
                }
                if (fsync) {
                    channel.force(true);
                }
            }
        }
    }

    /**
     * The attributes of a file; none if it has none. Whatever comes, also an error, means nothing if the file is not the one of these
     * facts any more.
     */
    Attributes read(Path file, Facts facts) throws IOException {
        if (xattrs) {
            UserDefinedFileAttributeView view = view(file);
            if (view.list().contains(XATTR)) {
                ByteBuffer text = ByteBuffer.allocate(view.size(XATTR));
                view.read(XATTR, text);
                return AttributeText.parse(text.array());
            }
        }
        try {
            return AttributeText.parse(Files.readAllBytes(side(facts)));
        } catch (NoSuchFileException none) {
            return Attributes.none();
        }
    }

    /** Removes the side file of a file that is gone. One that stays costs space only, since no file gets these facts again. */
    void forget(Facts facts) {
        try {
            Files.deleteIfExists(side(facts));
        } catch (IOException stays) {
            // What it was forgotten for is done and must not fail.
        }
    }

    private static boolean attachXattr(Path file, byte[] text) throws IOException {
        try {
            view(file).write(XATTR, ByteBuffer.wrap(text));
            return true;
        } catch (NoSuchFileException gone) {
            throw gone;
        } catch (FileSystemException tooLarge) {
            return false;
        }
    }

    private static UserDefinedFileAttributeView view(Path file) {
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(file, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null) {
            throw new UnsupportedOperationException("no extended attributes");
        }
        return view;
    }

    /** 256 directories, by the part of the etag that differs most. */
    private Path side(Facts facts) {
        String etag = facts.etag();
        return directory.resolve(String.format("%02x", etag.hashCode() & 0xff)).resolve(etag);
    }
}
