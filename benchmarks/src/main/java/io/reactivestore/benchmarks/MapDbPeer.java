package io.reactivestore.benchmarks;

import java.nio.file.Path;
import java.util.Objects;
import org.mapdb.DB;
import org.mapdb.DBMaker;
import org.mapdb.HTreeMap;
import org.mapdb.Serializer;

/** MapDB 3: a hash map in a mapped file, without transactions and checksums. */
final class MapDbPeer implements DiskPeer {

    private final DB database;
    private final HTreeMap<String, byte[]> map;

    MapDbPeer(Path directory) {
        this.database = DBMaker.fileDB(directory.resolve("values").toFile())
                .fileMmapEnable()
                .cleanerHackEnable()
                .make();
        this.map = database.hashMap("values", Serializer.STRING, Serializer.BYTE_ARRAY)
                .create();
    }

    @Override
    public String name() {
        return "MapDB";
    }

    @Override
    public void put(String key, byte[] value) {
        map.put(key, value);
    }

    @Override
    public byte[] get(String key) {
        return Objects.requireNonNull(map.get(key), key);
    }

    @Override
    public void close() {
        database.close();
    }
}
