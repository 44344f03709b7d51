package io.reactivestore.local;

import java.io.IOException;

/** A directory cannot be made where the file of another object is. That object must make room first, under its own lock. */
final class BlockedByFileException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String key;

    BlockedByFileException(String key) {
        super("the object " + key + " is where a directory has to be");
        this.key = key;
    }

    String key() {
        return key;
    }
}
