package io.reactivestore.embeddeds3;

import java.nio.file.Path;
import java.util.Optional;

/** Finds the process with whose end a server ends. */
final class Owner {

    /** System property with the process id of the owner, for a JVM that a test of the build started itself. */
    static final String PROPERTY = "reactivestore.embedded-s3.owner";

    private Owner() {}

    static ProcessHandle thisJvm() {
        return ProcessHandle.current();
    }

    /** Maven if this JVM is one of its test JVMs, else this JVM. */
    static ProcessHandle ofThisBuild() {
        Long given = Long.getLong(PROPERTY);
        if (given != null) {
            return ProcessHandle.of(given)
                    .orElseThrow(() -> new IllegalStateException("-D" + PROPERTY + "=" + given + ": no such process"));
        }
        if (System.getProperty("surefire.real.class.path") == null) {
            return thisJvm();
        }
        // Surefire starts its JVMs through a shell, which ends with each of them: look for the JVM above it.
        Optional<ProcessHandle> ancestor = ProcessHandle.current().parent();
        while (ancestor.isPresent() && !isJava(ancestor.get())) {
            ancestor = ancestor.get().parent();
        }
        return ancestor.orElseGet(ProcessHandle::current);
    }

    private static boolean isJava(ProcessHandle process) {
        return process.info()
                .command()
                .map(command -> Path.of(command).getFileName())
                .filter(name -> name.toString().matches("javaw?(\\.exe)?"))
                .isPresent();
    }
}
