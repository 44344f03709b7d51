package io.reactivestore.cache.disk.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of a log in their directory. All methods block, but where they say that they do not. */
public interface LogFiles {

    /** Tells one start of the operating system from another; null if that is not known here. */
    @Nullable String bootId();

    /** A number that nobody outside can foresee. */
    long random();

    /** The names of the files that are there, in no order; empty if there is not even a directory. */
    List<String> names() throws IOException;

    /** Opens a file that is there. */
    File open(String name, boolean toWrite) throws IOException;

    /** Makes a file of zeros whose room on the disk is its own from then on; on failure there is none. */
    File create(String name, long bytes) throws IOException;

    /** Waits until the names of the files are on the disk. */
    void forceNames() throws IOException;

    /** Fails if the directory is not what it was when it was opened. */
    void requirePresent() throws IOException;

    /** A file of fixed length; for any number of threads. */
    interface File extends Closeable {

        long length();

        /** Reads until the buffer is full. */
        void read(ByteBuffer into, long position) throws IOException;

        /**
         * Reads so many bytes if all of them lie in memory; else {@link #read} is the way. May be called by threads that must not block: it
         * waits for no disk, but for that of a page which leaves memory at this very moment.
         *
         * @return null if they do not, and before a {@link #read} that comes after the first call
         */
        byte @Nullable [] readResident(long position, int count);

        /** Writes all of the buffer; on failure any part of it may have been written. */
        void write(ByteBuffer from, long position) throws IOException;

        /** Waits until what was written is on the disk. */
        void force() throws IOException;

        /** Gives it another name, at once for all who look. */
        void rename(String name) throws IOException;

        /** Closes and deletes it. */
        void delete() throws IOException;
    }
}
