package io.reactivestore.cache.writeback;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import reactor.core.publisher.Mono;

/** The files of a journal, by their numbers. All but the lock blocks, and is used by one thread at a time. */
interface JournalFiles {

    /** Keeps everybody else out; fails if somebody is in. */
    Mono<Void> lock();

    Mono<Void> unlock();

    /** The numbers of the files that there are, ascending. */
    List<Long> numbers() throws IOException;

    byte[] read(long number) throws IOException;

    /** A new and empty file, in the place of one of the same number. */
    Appender create(long number) throws IOException;

    void delete(long number) throws IOException;

    /** The file's name, for messages. */
    String name(long number);

    /** The end of a file. */
    interface Appender extends Closeable {

        /** Returns when the operating system has all bytes; after an error it may have some. */
        void write(ByteBuffer bytes) throws IOException;

        /** Returns when the disk has all that was written. */
        void force() throws IOException;

        void truncate(long length) throws IOException;
    }
}
