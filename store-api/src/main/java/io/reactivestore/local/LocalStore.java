package io.reactivestore.local;

import io.reactivestore.Attributes;
import io.reactivestore.ByteRange;
import io.reactivestore.Content;
import io.reactivestore.DeleteOptions;
import io.reactivestore.DeleteResult;
import io.reactivestore.Keys;
import io.reactivestore.ListEntry;
import io.reactivestore.ListOptions;
import io.reactivestore.ObjectInfo;
import io.reactivestore.RangedObject;
import io.reactivestore.ReadOptions;
import io.reactivestore.Span;
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoreRuntime;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.error.ObjectNotFoundException;
import io.reactivestore.error.StoreClosedException;
import io.reactivestore.internal.Arguments;
import io.reactivestore.internal.BulkDelete;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Contents;
import io.reactivestore.internal.Directory;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.internal.Unsupported;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Objects as files in a directory of the local file system.
 *
 * <p>Where a key has only segments of {@code [a-z0-9._-]} other than {@code .} and {@code ..}, its path below the root is the key and
 * the file is the bytes; files that others put there are served too. Other keys are escaped, so that each has a file of its own on
 * every file system, also on one that ignores case. What others name differently from how a key is escaped is not served. {@code
 * %store} in the root holds temp files and such attributes as the file system cannot keep; symbolic links below the root are not
 * followed.
 *
 * <p>An etag is made of size, modification time and inode. Each put has a time of its own in nanoseconds, so no two etags of a key are
 * equal where the file system keeps such times. A file that others rewrite in place, with the same size and within one tick of the file
 * system's clock, keeps its etag.
 *
 * <p>Conditions are atomic within the process; {@code ifAbsent} also among processes, where the file system has hard links. Lists in
 * UTF-8 order, holding the names of one directory per level in memory. A path must be short enough for the operating system: the
 * longest keys need up to 3200 bytes behind the root.
 *
 * @thread signals arrive on {@link StoreRuntime#io()}, or on that of the content's publisher
 */
public final class LocalStore implements Store {
    /*
     * How it works. All file work runs on the I/O scheduler. Whoever changes an object has its lock, see ObjectWriter. Readers take no
     * lock: they see one version or the other.
     *
     *   state     written by   guard      seen by others
     *   opened    opening      volatile   after the opening completed
     *   closing   close        sink       by all that streams, which then ends
     */

    private static final int COPY_CHUNK_BYTES = 256 << 10;
    private static final int DELETE_CONCURRENCY = 16;

    private final LocalStoreBuilder.Settings settings;
    private final Scheduler io;
    private final Lifecycle lifecycle;
    private final Sinks.Empty<Void> closing = Sinks.empty();
    private volatile @Nullable Opened opened;

    LocalStore(LocalStoreBuilder.Settings settings) {
        this.settings = settings;
        this.io = settings.runtime().io();
        this.lifecycle = new Lifecycle(this::openRoot, this::closeRoot);
    }

    /** A store in this directory, which is made with its parents if it does not exist. */
    public static LocalStore create(Path root) {
        return builder(root).build();
    }

    /**
     * Starts the settings of a store.
     *
     * @param root the directory, which is made with its parents if it does not exist; no symbolic link itself
     */
    public static LocalStoreBuilder builder(Path root) {
        return new LocalStoreBuilder(root);
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        Keys.requireKey("get", key);
        Keys.requireNonNull("get", "options", options);
        return lifecycle.whenOpen(
                "get",
                key,
                () -> pin("get", key, options)
                        .map(file -> new LocalObject(file, options, io, body -> whileOpen("get", key, body))));
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> ranges, ReadOptions options) {
        Keys.requireKey("getRanges", key);
        List<ByteRange> wanted = Arguments.requireRanges(ranges, options);
        return lifecycle.whenOpenMany(
                "getRanges",
                key,
                () -> whileOpen(
                        "getRanges",
                        key,
                        pin("getRanges", key, options)
                                .switchIfEmpty(Mono.error(() -> new ObjectNotFoundException("getRanges", key)))
                                .flatMapMany(file -> {
                                    Conditions.require("getRanges", file.info(), options);
                                    return wanted.isEmpty()
                                            ? Flux.empty()
                                            : new Pull<>(
                                                    () -> new RangeSource(file, wanted, options.maxBufferedBytes()),
                                                    io);
                                })
                                .onErrorMap(e -> LocalErrors.map("getRanges", key, e))));
    }

    @Override
    public Mono<ObjectInfo> head(String key, ReadOptions options) {
        Keys.requireKey("head", key);
        Keys.requireNonNull("head", "options", options);
        return lifecycle.whenOpen(
                "head",
                key,
                () -> pin("head", key, options).map(file -> {
                    Conditions.require("head", file.info(), options);
                    return file.info();
                }));
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        Keys.requireKey("put", key);
        Keys.requireNonNull("put", "content", content);
        Keys.requireNonNull("put", "options", options);
        return lifecycle.whenOpen("put", key, () -> {
            Unsupported.requireNoEncryption("put", key, options);
            Attributes attributes = options.attributes() == null ? Attributes.none() : options.attributes();
            Flux<ByteBuffer> bytes = Contents.checked("put", key, content, settings.runtime());
            return write("put", key, bytes, attributes, options);
        });
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        Keys.requireKey("delete", key);
        Keys.requireNonNull("delete", "options", options);
        return lifecycle.whenOpen("delete", key, () -> remove(key, options).then());
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        return BulkDelete.each(keys, DELETE_CONCURRENCY, key -> delete(key, DeleteOptions.defaults()));
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        ListOptions options = ListOptions.prefix(Keys.requirePrefix("deletePrefix", prefix));
        return walk(
                        "deletePrefix",
                        prefix,
                        () -> DirectoryWalk.deep(opened().root.finder(), options))
                .flatMap(entry -> remove(entry.name(), DeleteOptions.defaults()), DELETE_CONCURRENCY)
                .filter(removed -> removed)
                .count();
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        Keys.requireNonNull("list", "options", options);
        return walk(
                        "list",
                        options.prefix(),
                        () -> DirectoryWalk.deep(opened().root.finder(), options))
                .map(entry -> Objects.requireNonNull(entry.info()));
    }

    @Override
    public Flux<ListEntry> listDirectory(String prefix) {
        String directory = Directory.directoryOf(Keys.requirePrefix("listDirectory", prefix));
        return walk(
                "listDirectory", prefix, () -> DirectoryWalk.flat(opened().root.finder(), directory));
    }

    @Override
    public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        Arguments.requireCopy(from, to, options);
        return lifecycle.whenOpen(
                "copy",
                from,
                () -> pin("copy", from, ReadOptions.defaults())
                        .switchIfEmpty(Mono.error(() -> new ObjectNotFoundException("copy", from)))
                        .flatMap(file -> {
                            Unsupported.requireNoEncryption("copy", to, options);
                            ObjectInfo source = file.info();
                            Attributes kept = Objects.requireNonNull(source.attributes());
                            return write(
                                    "copy",
                                    to,
                                    LocalObject.bytes("copy", file, new Span(0, source.size()), COPY_CHUNK_BYTES, io),
                                    options.attributes() == null ? kept : options.attributes(),
                                    options);
                        }));
    }

    @Override
    public StoreCapabilities capabilities() {
        return StoreCapabilities.standard();
    }

    @Override
    public Mono<Void> open() {
        return lifecycle.open();
    }

    @Override
    public Mono<Void> close() {
        return lifecycle.close();
    }

    @Override
    public String toString() {
        return "LocalStore" + settings;
    }

    private Mono<Void> openRoot() {
        return onIo("open", null, () -> {
            LocalRoot root = LocalRoot.open(settings);
            opened = new Opened(root, new ObjectWriter(root, settings, lifecycle));
            return null;
        });
    }

    private Mono<Void> closeRoot() {
        closing.emitEmpty(Sinks.EmitFailureHandler.FAIL_FAST);
        Opened open = opened;
        if (open == null) {
            return Mono.empty();
        }
        return open.root.tempFiles().unused().then(onIo("close", null, () -> {
            open.root.close();
            return null;
        }));
    }

    private Opened opened() {
        return Objects.requireNonNull(opened);
    }

    /** The present version; empty if there is no such object. No versions are kept, so none but the newest can be asked for. */
    private Mono<PinnedFile> pin(String operation, String key, ReadOptions options) {
        Unsupported.requireNoVersion(operation, key, options.version());
        return onIo(operation, key, () -> opened().root.finder().pin(operation, key));
    }

    private Mono<ObjectInfo> write(
            String operation, String key, Flux<ByteBuffer> bytes, Attributes attributes, WriteOptions options) {
        return opened().writer
                .write(operation, key, bytes, attributes, options)
                .takeUntilOther(closing.asMono())
                .switchIfEmpty(closed(operation, key));
    }

    private Mono<Boolean> remove(String key, DeleteOptions options) {
        Unsupported.requireNoVersion("delete", key, options.version());
        return opened().writer.remove(key, options.ifMatch());
    }

    private Flux<ListEntry> walk(String operation, String prefix, Pull.SourceFactory<ListEntry> walks) {
        return lifecycle.whenOpenMany(
                operation,
                prefix,
                () -> whileOpen(operation, prefix, new Pull<>(walks, io))
                        .onErrorMap(e -> LocalErrors.map(operation, prefix, e)));
    }

    private <T> Mono<T> onIo(String operation, @Nullable String key, Callable<@Nullable T> work) {
        return Mono.<T>fromCallable(work).subscribeOn(io).onErrorMap(e -> LocalErrors.map(operation, key, e));
    }

    /** Ends a stream with an error when the store is closed. */
    private <T> Flux<T> whileOpen(String operation, String key, Flux<T> work) {
        // An error of the other publisher would end the stream without cancelling the work; its completion does both.
        return work.takeUntilOther(closing.asMono())
                .concatWith(Mono.defer(() -> lifecycle.isClosed() ? closed(operation, key) : Mono.empty()));
    }

    private static <T> Mono<T> closed(String operation, String key) {
        return Mono.error(() -> new StoreClosedException(operation, key));
    }

    /** What there is once the store is open. */
    private record Opened(LocalRoot root, ObjectWriter writer) {}
}
