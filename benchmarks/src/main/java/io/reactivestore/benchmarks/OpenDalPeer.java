package io.reactivestore.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.opendal.Operator;

/**
 * Files as OpenDAL's binding reads them, blocking its caller, which is cheaper than its futures. They are written past it: it would force
 * each to the device.
 */
final class OpenDalPeer implements DiskPeer {

    private final Path directory;
    private final Operator operator;

    OpenDalPeer(Path directory) {
        this.directory = directory;
        this.operator = Operator.of("fs", Map.of("root", directory.toString()));
    }

    @Override
    public String name() {
        return "OpenDAL";
    }

    @Override
    public void put(String key, byte[] value) {
        DiskPeer.unchecked(() -> Files.write(directory.resolve(key), value));
    }

    @Override
    public byte[] get(String key) {
        return operator.read(key);
    }

    @Override
    public void close() {
        operator.close();
    }
}
