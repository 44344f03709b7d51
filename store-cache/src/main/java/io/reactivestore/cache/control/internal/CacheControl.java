package io.reactivestore.cache.control.internal;

import io.reactivestore.error.StoreException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code ./cachectl DIR COMMAND}: what lies in the directory of a disk tier.
 *
 * <pre>
 *   info            figures of the whole           ls [PREFIX]    each entry: bytes on disk, time of filling, key
 *   verify          reads all, checks all          export KEY     the bytes of an object, to standard output
 *   evict PREFIX    removes entries                compact        moves entries together, and gives space back
 * </pre>
 *
 * <p>An object that is kept in blocks is one entry, without bytes; it can be exported if all its blocks are there.
 *
 * <p>The last two need the directory for themselves; the others change nothing and may be used beside a running cache.
 */
public final class CacheControl {

    private static final String USAGE = "usage: cachectl DIR info|verify|ls [PREFIX]|export KEY|evict PREFIX|compact";

    private CacheControl() {}

    /** Exit 0: done. 1: not found, or damage was found. 2: it cannot be done. */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.out, System.err));
    }

    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        try {
            int code = command(arguments, out, err);
            if (code == 2) {
                err.println(USAGE);
            }
            out.flush();
            return code;
        } catch (IOException | StoreException e) {
            err.println("cachectl: " + e.getMessage());
            return 2;
        }
    }

    private static int command(List<String> arguments, PrintStream out, PrintStream err) throws IOException {
        if (arguments.size() < 2 || arguments.size() > 3) {
            return 2;
        }
        Path directory = Path.of(arguments.get(0));
        String argument = arguments.size() == 3 ? arguments.get(2) : null;
        String command = arguments.get(1);
        Progress progress = new Progress(err);
        Inspection inspection = new Inspection(directory, out, progress);
        Housekeeping housekeeping = new Housekeeping(directory, out, progress);
        if (argument != null) {
            return switch (command) {
                case "ls" -> inspection.list(argument);
                case "export" -> inspection.export(argument);
                case "evict" -> housekeeping.evict(argument);
                default -> 2;
            };
        }
        return switch (command) {
            case "info" -> inspection.info();
            case "ls" -> inspection.list("");
            case "verify" -> inspection.verify();
            case "compact" -> housekeeping.compact();
            default -> 2;
        };
    }
}
