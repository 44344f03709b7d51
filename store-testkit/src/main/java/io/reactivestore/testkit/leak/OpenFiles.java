package io.reactivestore.testkit.leak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The open files of this process, where the system tells them: {@code /proc/self/fd}. Elsewhere there are none. */
final class OpenFiles {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    /** What the JVM itself opens when it likes: classes, devices, the event queues of shared pools. */
    private static final List<String> JVM_PREFIXES = List.of("/dev/", "/proc/", "/sys/", "pipe:", "anon_inode:");

    private static final List<String> JVM_SUFFIXES = List.of(".jar", ".jmod", ".so", ".class", "/modules");

    private boolean countSockets;
    private Map<String, String> baseline = Map.of();

    void countSockets() {
        countSockets = true;
        takeBaseline();
    }

    void takeBaseline() {
        baseline = open();
    }

    List<String> leaks() {
        Map<String, String> now = open();
        now.entrySet().removeAll(baseline.entrySet());
        return now.entrySet().stream()
                .map(each -> "file descriptor " + each.getKey() + ": " + each.getValue())
                .toList();
    }

    private Map<String, String> open() {
        Map<String, String> open = new TreeMap<>();
        if (!Files.isDirectory(DESCRIPTORS)) {
            return open;
        }
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                String target = targetOf(descriptor);
                if (counts(target)) {
                    open.put(descriptor.getFileName().toString(), target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return open;
    }

    private boolean counts(String target) {
        if (target.startsWith("socket:")) {
            return countSockets;
        }
        return !target.isEmpty()
                && JVM_PREFIXES.stream().noneMatch(target::startsWith)
                && JVM_SUFFIXES.stream().noneMatch(target::endsWith);
    }

    /** Empty if it was closed meanwhile. */
    private static String targetOf(Path descriptor) throws IOException {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException closed) {
            return "";
        }
    }
}
