package io.reactivestore.cache.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.local.LocalStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalWindowStoreContractTest implements WindowStoreContract {

    @TempDir
    Path directory;

    private Stage stage;

    @BeforeEach
    void create() {
        stage = new Stage(LocalStore.create(directory));
    }

    @Override
    public Stage stage() {
        return stage;
    }

    @Test
    void windowsOfOneKey_lieInADirectoryOfTheirOwn() throws IOException {
        for (long start = 0; start < 50; start++) {
            stage.put("key-0001", start * 60_000, "v");
            stage.put("key-0002", start * 60_000, "v");
        }
        stage.flush();
        try (Stream<Path> names = Files.list(directory)) {
            assertThat(names.filter(name -> !name.getFileName().toString().startsWith("%")))
                    .hasSize(2)
                    .allSatisfy(key -> assertThat(key).isDirectory());
        }
    }
}
