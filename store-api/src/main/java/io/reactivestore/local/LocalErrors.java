package io.reactivestore.local;

import io.reactivestore.ObjectInfo;
import io.reactivestore.error.ObjectChangedException;
import io.reactivestore.error.StoreAccessDeniedException;
import io.reactivestore.error.StoreException;
import io.reactivestore.error.StoreRejectedException;
import io.reactivestore.error.StoreUnavailableException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;

/** What failed file operations mean to the user of a store. */
final class LocalErrors {

    private LocalErrors() {}

    /** The error to tell; anything but an error of files or of the I/O threads is handed on as it is. */
    static Throwable map(String operation, @Nullable String key, Throwable error) {
        // Directory streams and Reactor wrap checked exceptions where they cannot throw them.
        boolean wrapped = error instanceof DirectoryIteratorException || Exceptions.unwrap(error) != error;
        Throwable cause = wrapped ? error.getCause() : error;
        return cause == null ? error : mapCause(operation, key, cause);
    }

    private static Throwable mapCause(String operation, @Nullable String key, Throwable e) {
        if (e instanceof StoreException) {
            return e;
        }
        if (isRefusal(e)) {
            return new StoreAccessDeniedException(operation, key, "access denied: " + e.getMessage(), e);
        }
        if (e instanceof IOException) {
            return new StoreUnavailableException(operation, key, describe(e), isPassing(e), e);
        }
        if (e instanceof RejectedExecutionException) {
            return new StoreRejectedException(operation, key, "the I/O threads are busy", true, e);
        }
        return e;
    }

    static StoreUnavailableException badRoot(Path root, String what) {
        return new StoreUnavailableException("open", null, "the root " + root + " " + what, false, null);
    }

    /** Something that is neither a file of ours nor a directory is where a write needs to be. */
    static StoreAccessDeniedException inTheWay(String operation, String key, Path path) {
        return new StoreAccessDeniedException(
                operation, key, "a link or another thing that is no file of this store is in the way: " + path, null);
    }

    static ObjectChangedException changed(String operation, String key, String etag) {
        return new ObjectChangedException(operation, key, "the object with the etag " + etag + " is gone", null);
    }

    static ObjectChangedException changed(String operation, ObjectInfo info) {
        return changed(operation, info.key(), info.etag());
    }

    static StoreUnavailableException unsettled(String operation, String key, Throwable last) {
        return new StoreUnavailableException(
                operation, key, "others kept changing the directories it needs", true, last);
    }

    private static String describe(Throwable e) {
        return e.getMessage() == null
                ? e.getClass().getSimpleName()
                : e.getClass().getSimpleName() + ": " + e.getMessage();
    }

    private static boolean isRefusal(Throwable e) {
        if (!(e instanceof FileSystemException refused) || refused.getReason() == null) {
            return e instanceof AccessDeniedException;
        }
        // These two have no exception of their own; in another locale they are told as an unavailable store.
        return e instanceof AccessDeniedException
                || refused.getReason().contains("Read-only file system")
                || refused.getReason().contains("Operation not permitted");
    }

    /** A full disk or a broken one needs somebody's help; descriptors come back by themselves. */
    private static boolean isPassing(Throwable e) {
        return e.getMessage() != null && e.getMessage().contains("Too many open files");
    }
}
