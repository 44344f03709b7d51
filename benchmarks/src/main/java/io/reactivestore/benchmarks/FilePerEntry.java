package io.reactivestore.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A plain file for each value, in 256 directories; written beside, then renamed. */
final class FilePerEntry implements DiskPeer {

    private static final int DIRECTORIES = 256;

    private final Path root;

    FilePerEntry(Path root) throws IOException {
        this.root = root;
        for (int i = 0; i < DIRECTORIES; i++) {
            Files.createDirectory(root.resolve(Integer.toHexString(i)));
        }
    }

    @Override
    public String name() {
        return "file per entry";
    }

    @Override
    public void put(String key, byte[] value) {
        Path file = file(key);
        Path temp = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            Files.write(temp, value);
            Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public byte[] get(String key) {
        try {
            return Files.readAllBytes(file(key));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String key) {
        return root.resolve(Integer.toHexString(Math.floorMod(key.hashCode(), DIRECTORIES)))
                .resolve(key);
    }

    @Override
    public void close() {}
}
