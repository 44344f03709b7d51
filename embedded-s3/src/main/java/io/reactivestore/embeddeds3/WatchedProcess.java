package io.reactivestore.embeddeds3;

/** A process that was alive when it was first looked at. */
final class WatchedProcess {

    private final ProcessHandle handle;
    private final boolean commandVisible;

    WatchedProcess(ProcessHandle handle) {
        this.handle = handle;
        this.commandVisible = handle.info().command().isPresent();
    }

    ProcessHandle handle() {
        return handle;
    }

    long pid() {
        return handle.pid();
    }

    /**
     * Whether the process has ended. A zombie has: in a container nobody may ever reap it, and it counts as alive for
     * {@link ProcessHandle#isAlive()}, but its command is gone.
     */
    boolean isGone() {
        return !handle.isAlive() || (commandVisible && handle.info().command().isEmpty());
    }
}
