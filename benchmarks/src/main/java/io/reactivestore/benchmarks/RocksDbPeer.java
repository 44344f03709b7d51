package io.reactivestore.benchmarks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** RocksDB with filters and a block cache for little more than its indexes; nothing is compressed. */
final class RocksDbPeer implements DiskPeer {

    private static final long CACHE_BYTES = 8 << 20;
    private static final long POLL_NANOS = 1_000_000;

    private final BloomFilter filter;
    private final LRUCache blocks;
    private final Options options;
    private final RocksDB database;

    RocksDbPeer(Path directory) throws RocksDBException {
        RocksDB.loadLibrary();
        this.filter = new BloomFilter(10);
        this.blocks = new LRUCache(CACHE_BYTES);
        this.options = new Options()
                .setCreateIfMissing(true)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setTableFormatConfig(
                        new BlockBasedTableConfig().setBlockCache(blocks).setFilterPolicy(filter));
        this.database = RocksDB.open(options, directory.toString());
    }

    @Override
    public String name() {
        return "RocksDB";
    }

    @Override
    public void put(String key, byte[] value) {
        DiskPeer.unchecked(() -> {
            database.put(bytes(key), value);
            return key;
        });
    }

    @Override
    public byte[] get(String key) {
        return Objects.requireNonNull(DiskPeer.unchecked(() -> database.get(bytes(key))), key);
    }

    @Override
    public void settle() {
        DiskPeer.unchecked(() -> {
            try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
                database.flush(wait);
            }
            while (database.getLongProperty("rocksdb.compaction-pending") > 0
                    || database.getLongProperty("rocksdb.num-running-compactions") > 0) {
                LockSupport.parkNanos(POLL_NANOS);
            }
            return database;
        });
    }

    private static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        database.close();
        options.close();
        blocks.close();
        filter.close();
    }
}
