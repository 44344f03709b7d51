package io.reactivestore.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import reactor.core.Exceptions;

class LocalErrorsTest {

    @Test
    void refusals_areAccessDenied() {
        for (IOException e : new IOException[] {
            new AccessDeniedException("/x"),
            new FileSystemException("/x", null, "Read-only file system"),
            new FileSystemException("/x", null, "Operation not permitted")
        }) {
            assertThat(map(e))
                    .isInstanceOf(StoreAccessDeniedException.class)
                    .hasMessageStartingWith("put k: access denied: /x")
                    .hasCause(e);
        }
    }

    @Test
    void otherFileErrors_areUnavailable_andHardlyEverPassByThemselves() {
        StoreException full = (StoreException) map(new FileSystemException("/x", null, "No space left on device"));
        assertThat(full).isInstanceOf(StoreUnavailableException.class).hasMessageContaining("No space left");
        assertThat(full.retryable()).isFalse();
        StoreException files = (StoreException) map(new FileSystemException("/x", null, "Too many open files"));
        assertThat(files.retryable()).isTrue();
        assertThat(map(new IOException()))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessage("put k: IOException");
    }

    @Test
    void wrappedErrors_areUnwrapped_andOthersStay() {
        IOException e = new AccessDeniedException("/x");
        assertThat(map(Exceptions.propagate(e)))
                .isInstanceOf(StoreAccessDeniedException.class)
                .hasCause(e);
        assertThat(map(new DirectoryIteratorException(e)))
                .isInstanceOf(StoreAccessDeniedException.class)
                .hasCause(e);
        assertThat(map(new RejectedExecutionException())).isInstanceOf(StoreRejectedException.class);
        ObjectNotFoundException own = new ObjectNotFoundException("get", "k");
        assertThat(map(own)).isSameAs(own);
        IllegalStateException other = new IllegalStateException();
        assertThat(map(other)).isSameAs(other);
    }

    private static Throwable map(Throwable e) {
        return LocalErrors.map("put", "k", e);
    }
}
