package io.reactivestore.cache.disk.internal;

import java.io.IOException;

/** The bytes at a place are not those that were written. */
public final class DamagedRecordException extends IOException {

    private static final long serialVersionUID = 1;

    DamagedRecordException(String message) {
        super(message);
    }
}
