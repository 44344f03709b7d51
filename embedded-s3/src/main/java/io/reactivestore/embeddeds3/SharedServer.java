package io.reactivestore.embeddeds3;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The one server of an owner, which several JVMs look for at the same time. */
final class SharedServer {
    /*
     * How it works. The first JVM to get the lock file starts the server and writes a state file, which carries the
     * owner's process id in its name, so that two builds in one checkout do not meet. Whoever gets the lock later reads
     * that file and asks the server for a bucket that only it can have, the mark: a file left over by a server that is
     * gone, even one with the same process ids and a port that somebody else has now, does not pass.
     *
     *   lock file     held while a server is looked for and started; released by the system if its holder dies
     *   state file    written under the lock, as a whole (rename), after the server answered
     *   mark          created on the server before the state file is written, never deleted
     *
     * If a JVM dies between starting a server and writing the state file, the next one starts another; the first one
     * still ends with the owner.
     */

    private static final String PREFIX = "shared-";
    private static final String SUFFIX = ".properties";

    private final TargetDirectory target;
    private final ProcessHandle owner;
    private final Path lockFile;
    private final Path stateFile;

    SharedServer(TargetDirectory target, ProcessHandle owner) {
        this.target = target;
        this.owner = owner;
        this.lockFile = target.servers().resolve("lock");
        this.stateFile = target.servers().resolve(PREFIX + owner.pid() + SUFFIX);
    }

    /** The owner's server, started if there is none that answers. */
    RunningServer join() {
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            RunningServer found = find();
            return found != null ? found : start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable RunningServer find() throws IOException {
        if (!Files.exists(stateFile)) {
            return null;
        }
        Properties state = new Properties();
        try (InputStream in = Files.newInputStream(stateFile)) {
            state.load(in);
        }
        URI endpoint = URI.create(state.getProperty("endpoint", ""));
        Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(state.getProperty("pid", "0")));
        if (process.isEmpty() || !Buckets.exists(endpoint, state.getProperty("mark", ""))) {
            return null;
        }
        return new RunningServer(endpoint, Path.of(state.getProperty("log", "")), new WatchedProcess(process.get()));
    }

    private RunningServer start() throws IOException {
        deleteStatesOfTheDead();
        RunningServer server = new ServerLauncher(target).start(owner, List.of());
        String mark = "mark-" + UUID.randomUUID();
        Buckets.create(server.endpoint(), mark);
        Properties state = new Properties();
        state.setProperty("endpoint", server.endpoint().toString());
        state.setProperty("pid", Long.toString(server.process().pid()));
        state.setProperty("log", server.log().toString());
        state.setProperty("mark", mark);
        Path draft = stateFile.resolveSibling(stateFile.getFileName() + ".new");
        try (OutputStream out = Files.newOutputStream(draft)) {
            state.store(out, null);
        }
        Files.move(draft, stateFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return server;
    }

    private void deleteStatesOfTheDead() throws IOException {
        try (DirectoryStream<Path> states = Files.newDirectoryStream(target.servers(), PREFIX + "*" + SUFFIX)) {
            for (Path state : states) {
                String name = state.getFileName().toString();
                long pid = Long.parseLong(name.substring(PREFIX.length(), name.length() - SUFFIX.length()));
                if (ProcessHandle.of(pid).isEmpty()) {
                    Files.delete(state);
                }
            }
        }
    }
}
