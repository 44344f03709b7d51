package io.reactivestore.embeddeds3;

import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server that answered at least once. */
record RunningServer(URI endpoint, Path log, WatchedProcess process) {

    private static final int SECONDS_TO_END = 15;

    boolean isAlive() {
        return !process.isGone();
    }

    /** Asks the process to end, waits for it, and kills it if it does not. */
    void end() {
        process.handle().destroy();
        try {
            process.handle().onExit().get(SECONDS_TO_END, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            process.handle().destroyForcibly();
        } catch (InterruptedException e) {
            process.handle().destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
