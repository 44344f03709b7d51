package io.reactivestore.cache;

import io.reactivestore.cache.disk.internal.LogFiles;
import reactor.core.publisher.Mono;

/** Where a disk tier has its files, for one cache at a time. */
interface DiskDirectory {

    /** Keeps everybody else out, and gives the files; fails if somebody is in. To be called again after a failure. */
    Mono<LogFiles> take();

    /** Lets others in again. */
    Mono<Void> giveBack();
}
