package io.reactivestore.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Something else that keeps values on a local disk. It has next to nothing in its own memory, so that a hit is one of the disk.
 *
 * <p>Infinispan's soft-index store is not among them: what it depends on names two versions each of Jackson's core, of
 * JBoss's logging and of three parts of SmallRye, and here all have to agree.
 */
interface DiskPeer extends AutoCloseable {

    String name();

    void put(String key, byte[] value);

    byte[] get(String key);

    /** Ends what was begun by puts and goes on behind them. */
    default void settle() {}

    @Override
    void close();

    /** Opens one in a directory of its own. */
    interface Opener {
        DiskPeer open(Path directory) throws Exception;
    }

    /**
     * All that run on this machine.
     *
     * @param maxBytes what each is to hold at most
     * @param toRead with OpenDAL
     */
    static List<DiskPeer> openAll(Path directory, long maxBytes, boolean toRead) {
        List<DiskPeer> opened = new ArrayList<>();
        Consumer<Opener> open = opener -> {
            try {
                Path own = Files.createDirectory(directory.resolve("peer" + opened.size()));
                opened.add(opener.open(own));
            } catch (LinkageError noNativePart) {
                System.out.println("  left out, it has no library for this machine: " + noNativePart.getMessage());
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
        open.accept(FilePerEntry::new);
        open.accept(own -> new EhcachePeer(own, maxBytes));
        open.accept(RocksDbPeer::new);
        open.accept(MapDbPeer::new);
        if (toRead) {
            open.accept(OpenDalPeer::new);
        }
        return opened;
    }

    /** Closes all. */
    static void closeAll(List<DiskPeer> peers) {
        peers.forEach(DiskPeer::close);
    }

    /** What a peer reports as a checked exception. */
    interface Attempt<T> {
        T run() throws Exception;
    }

    static <T> T unchecked(Attempt<T> attempt) {
        try {
            return attempt.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
