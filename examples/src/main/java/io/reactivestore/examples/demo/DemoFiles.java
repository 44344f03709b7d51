package io.reactivestore.examples.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The files that the demo serves. */
final class DemoFiles {

    private static final int ENOUGH_FILES = 500;
    private static final long ENOUGH_BYTES = 50_000_000;

    /** What a cache keeps; larger files would only stream past it. */
    private static final long MAX_FILE_BYTES = 16 << 20;

    private DemoFiles() {}

    /** A file and the key it gets. */
    record DemoFile(String key, Path path, long bytes) {}

    /** The files under a directory, or, without one, the largest of the JDK's own image until there are enough of them. */
    static List<DemoFile> find(@Nullable Path directory) throws IOException {
        Path root = directory != null
                ? directory
                : FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
        List<DemoFile> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(Files::isRegularFile)
                    .filter(Files::isReadable)
                    .map(path -> file(root, path))
                    .filter(file -> file.bytes <= MAX_FILE_BYTES && file.key.length() <= 256)
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return directory != null ? files : largest(files);
    }

    private static DemoFile file(Path root, Path path) {
        String key = root.relativize(path).toString().replace('\\', '/');
        try {
            return new DemoFile(key, path, Files.size(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<DemoFile> largest(List<DemoFile> files) {
        List<DemoFile> chosen = new ArrayList<>();
        long bytes = 0;
        for (DemoFile file : files.stream()
                .sorted(Comparator.comparingLong(DemoFile::bytes).reversed().thenComparing(DemoFile::key))
                .toList()) {
            if (chosen.size() >= ENOUGH_FILES && bytes >= ENOUGH_BYTES) {
                break;
            }
            chosen.add(file);
            bytes += file.bytes();
        }
        return chosen;
    }
}
