package io.reactivestore.cache.window;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A flushed write of a windowed value with what it replaced.
 *
 * @param window the write
 * @param old what was in the inner store just before; null if there was nothing
 */
public record FlushedWindow(DirtyWindow window, @Nullable WindowedEntry old) {

    public FlushedWindow {
        Objects.requireNonNull(window, "window");
    }
}
