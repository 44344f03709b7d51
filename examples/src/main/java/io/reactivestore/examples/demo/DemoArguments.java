package io.reactivestore.examples.demo;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param directory whose files to serve, or null for files of the running JDK
 * @param endpoint a real server, or null: with a bucket Amazon S3, without one the embedded server
 * @param bucket a real bucket, which must be there, or null for one of the embedded server
 * @param json where to write the figures, or null
 */
record DemoArguments(
        @Nullable Path directory,
        @Nullable URI endpoint,
        @Nullable String bucket,
        @Nullable Path json) {

    static final String USAGE = "usage: ./demo [DIR] [--endpoint URL --bucket B] [--json FILE]";

    /** @throws IllegalArgumentException with a message for the user */
    static DemoArguments parse(String[] args) {
        Path directory = null;
        URI endpoint = null;
        String bucket = null;
        Path json = null;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--endpoint" -> endpoint = URI.create(value(args, ++i));
                case "--bucket" -> bucket = value(args, ++i);
                case "--json" -> json = Path.of(value(args, ++i));
                default -> {
                    if (args[i].startsWith("-") || directory != null) {
                        throw new IllegalArgumentException("what is " + args[i] + "?");
                    }
                    directory = Path.of(args[i]);
                }
            }
        }
        if (directory != null && !Files.isDirectory(directory)) {
            throw new IllegalArgumentException(directory + " is not a directory");
        }
        if (endpoint != null && bucket == null) {
            throw new IllegalArgumentException("--endpoint needs --bucket");
        }
        return new DemoArguments(directory, endpoint, bucket, json);
    }

    private static String value(String[] args, int i) {
        if (i == args.length) {
            throw new IllegalArgumentException(args[i - 1] + " needs a value");
        }
        return args[i];
    }
}
