package io.reactivestore.embeddeds3;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Properties;

/**
 * The {@code target} directory of this module. The build puts S3Mock's jars there, and servers keep their files there.
 *
 * @param path the directory
 * @param ownClasses where this class was loaded from: {@code target/classes}, or the jar beside it
 */
record TargetDirectory(Path path, Path ownClasses) {

    /** System property that names the directory, for a copy of this module's jar that lies somewhere else. */
    static final String PROPERTY = "reactivestore.embedded-s3.target";

    static TargetDirectory find() {
        Path classes = classesOf(TargetDirectory.class);
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return new TargetDirectory(Path.of(given).toAbsolutePath(), classes);
        }
        Path parent = classes.getParent();
        if (parent == null || !parent.endsWith("target")) {
            throw new IllegalStateException("embedded-s3 runs from its target directory only, but was loaded from "
                    + classes + ": build with -am, or set -D" + PROPERTY);
        }
        return new TargetDirectory(parent, classes);
    }

    private static Path classesOf(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        try {
            return Path.of(source.getLocation().toURI()).toAbsolutePath();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The class path of the server's JVM. */
    String serverClassPath() {
        Path boot = path.resolve("s3mock").resolve(s3MockVersion()).resolve("BOOT-INF");
        if (!Files.isDirectory(boot)) {
            throw new IllegalStateException(
                    "no S3Mock in " + boot + ": run mvn generate-resources, which unpacks it, or a later phase");
        }
        return String.join(
                File.pathSeparator,
                boot.resolve("classes").toString(),
                boot.resolve("lib") + File.separator + "*",
                ownClasses.toString());
    }

    /** Where servers keep their data, logs and shared state. */
    Path servers() {
        try {
            return Files.createDirectories(path.resolve("servers"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String s3MockVersion() {
        try (InputStream in = TargetDirectory.class.getResourceAsStream("s3mock.properties")) {
            if (in == null) {
                throw new IllegalStateException("s3mock.properties is missing: run mvn process-resources");
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
