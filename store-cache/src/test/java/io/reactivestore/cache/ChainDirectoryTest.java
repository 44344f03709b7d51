package io.reactivestore.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reactivestore.Content;
import io.reactivestore.Served;
import io.reactivestore.Store;
import io.reactivestore.error.StoreClosedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chain of memory and files. */
class ChainDirectoryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Two objects of 1000 bytes, with what each costs beside. */
    private static final long ROOM_FOR_TWO = 3_000;

    @TempDir
    Path directory;

    private ChainStore chain;

    @BeforeEach
    void open() {
        chain = ChainStore.inDirectory(directory, ROOM_FOR_TWO);
    }

    @AfterEach
    void close() {
        chain.close().block(PATIENCE);
    }

    private static void put(Store store, String key) {
        store.put(key, Content.bytes(new byte[1000])).block(PATIENCE);
    }

    private String servedBy(String key) {
        return chain.get(key).map(object -> object.served().tier()).block(PATIENCE);
    }

    @Test
    void object_isAFileOfItsName() throws IOException {
        chain.put("a/b.txt", Content.text("text")).block(PATIENCE);

        assertThat(Files.readString(directory.resolve("a/b.txt"))).isEqualTo("text");
    }

    @Test
    void reopened_findsWhatWasPut_andPromotesIt() {
        put(chain, "a");
        close();
        open();

        assertThat(servedBy("a")).isEqualTo(Served.SOURCE);
        assertThat(servedBy("a")).isEqualTo(Served.MEMORY);
    }

    @Test
    void leastRecentlyUsed_leavesMemory_andStaysInTheDirectory() {
        put(chain, "a");
        put(chain, "b");
        assertThat(servedBy("a")).isEqualTo(Served.MEMORY);

        put(chain, "c");

        assertThat(servedBy("a")).isEqualTo(Served.MEMORY);
        assertThat(servedBy("c")).isEqualTo(Served.MEMORY);
        assertThat(servedBy("b")).isEqualTo(Served.SOURCE);
    }

    @Test
    void objectThatDoesNotFitIntoMemory_drivesNothingOut() {
        put(chain, "a");

        chain.put("large", Content.bytes(new byte[(int) ROOM_FOR_TWO])).block(PATIENCE);

        assertThat(servedBy("large")).isEqualTo(Served.SOURCE);
        assertThat(servedBy("a")).isEqualTo(Served.MEMORY);
    }

    @Test
    void withoutASettingForMemory_hasRoomForMany() {
        close();
        chain = ChainStore.inDirectory(directory);

        for (int i = 0; i < 20; i++) {
            put(chain, "k" + i);
        }

        assertThat(servedBy("k0")).isEqualTo(Served.MEMORY);
    }

    @Test
    void closed_failsLaterOperations_andCanBeOpenedAgainByAnother() {
        put(chain, "a");
        close();

        assertThatThrownBy(() -> chain.get("a").block(PATIENCE)).isInstanceOf(StoreClosedException.class);
        open();
        assertThat(chain.exists("a").block(PATIENCE)).isTrue();
    }
}
