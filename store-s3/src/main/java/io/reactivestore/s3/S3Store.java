package io.reactivestore.s3;

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
import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities;
import io.reactivestore.StoredObject;
import io.reactivestore.WriteOptions;
import io.reactivestore.internal.Arguments;
import io.reactivestore.internal.Conditions;
import io.reactivestore.internal.Lifecycle;
import io.reactivestore.internal.Unsupported;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The objects of one bucket, on Amazon S3 or a server that speaks its protocol.
 *
 * <p>What this store adds to the contract:
 *
 * <ul>
 *   <li>Signals arrive on the runtime's delivery scheduler.
 *   <li>{@code getBytes} and its like are one request, also for 16 MiB, unless the store is hedging.
 *   <li>A {@code get} is one request for the first part. Further parts are pinned to the version that it found, and several of
 *       them travel at a time as far as the body is asked for, within {@link S3StoreBuilder#maxBufferedReadBytes(long)}. A part
 *       that breaks, or stalls for {@link S3StoreBuilder#stallTimeout}, is resumed at the byte that is missing; three resumes in a row
 *       that bring nothing are an error, as is a part that takes longer than {@link S3StoreBuilder#partTimeout}. When the caller's copy is still good a head follows, because S3 then
 *       tells no size.
 *   <li>So many requests are under way at a time as the service bears: {@link S3StoreBuilder#maxRequests(int)} at first, fewer when it
 *       answers 503 or its first bytes are late, and more again after that. The others wait their turn, and where too many wait the next
 *       operation is a {@link io.reactivestore.error.StoreRejectedException}.
 *   <li>A {@code put} reads its content into memory part by part, within {@link S3StoreBuilder#maxBufferedUploadBytes(long)}. An
 *       upload in parts that fails or is cancelled is aborted. The last-modified that it tells is when the server answered, if
 *       the object went in one request; a head may tell a time a little before it.
 *   <li>A conditional write that fails after a try without an answer, whether that was the SDK's or an earlier subscription to
 *       the same {@code Mono}, is read back before the failure is reported. To tell its own, it leaves an entry {@code rs-write}
 *       among the user metadata, as does each upload in parts; this store does not show it.
 *   <li>User metadata that is more than plain ASCII is kept as an encoded word of RFC 2047; the other attributes take ASCII only.
 *       {@code binary/octet-stream} is S3's word for no content type, and is told as none.
 * </ul>
 */
public final class S3Store implements Store {

    /** A body that must not wait gets so much, whatever others hold. */
    private static final int LEAST_PART_BYTES = 256 << 10;

    private final S3Settings settings;
    private final Lifecycle lifecycle;
    private final AtomicReference<S3Clients.@Nullable Made> made = new AtomicReference<>();
    private final Cleanups cleanups = new Cleanups();
    private final RequestLine line;
    private final Hedging hedging;
    private final S3Calls calls;
    private final PartReader reader;
    private final S3Requests requests;
    private final S3Errors errors;
    private final S3Heads heads;
    private final S3Reads reads;
    private final S3Ranges ranges;
    private final S3Conditions conditions;
    private final S3Writes writes;
    private final S3Deletes deletes;
    private final S3Uploads uploads;
    private final S3Copies copies;
    private final S3Presigning presigning;
    private final PresignedReads presignedReads;
    private final S3Listing listing;
    private final S3BulkDelete bulkDelete;

    S3Store(S3Settings settings, S3Clients clients, S3Copies.Limits copyLimits) {
        this.settings = settings;
        this.lifecycle = new Lifecycle(() -> make(clients), this::release);
        this.line = new RequestLine(
                settings.adaptiveRequests()
                        ? new AdaptiveLimit(settings.maxRequests())
                        : AdaptiveLimit.fixed(settings.maxRequests()),
                settings.maxWaitingRequests(),
                settings.runtime().delivery());
        Alarms alarms = new Alarms(settings.runtime());
        this.hedging = new Hedging(settings.hedging(), settings.runtime(), alarms, line::isBusy);
        this.calls = new S3Calls(this::made, settings.runtime(), alarms, line, hedging);
        this.requests = new S3Requests(settings.bucket(), settings.dialect());
        this.errors = new S3Errors(settings.bucket(), lifecycle::isClosed);
        S3Facts facts = new S3Facts(settings.versions());
        this.reader = new PartReader(calls, requests, errors, facts, settings, alarms);
        ReadBudget readBudget = new ReadBudget(settings.maxBufferedReadBytes(), LEAST_PART_BYTES);
        this.heads = new S3Heads(calls, requests, errors, facts, settings);
        this.reads = new S3Reads(reader, heads, errors, settings, readBudget, lifecycle);
        this.ranges = new S3Ranges(reads, heads, reader, settings);
        this.conditions = new S3Conditions(
                settings.dialect(),
                settings.runtime(),
                errors,
                condition -> new ConditionProbe(condition, calls, requests, settings, cleanups).run());
        this.writes = new S3Writes(calls, requests, errors, heads, facts, settings, cleanups, conditions);
        this.deletes = new S3Deletes(calls, requests, errors, heads, settings, conditions);
        UploadBudget budget = new UploadBudget(
                settings.maxBufferedUploadBytes(), settings.runtime().delivery());
        this.uploads = new S3Uploads(calls, requests, errors, writes, facts, settings, budget);
        this.copies = new S3Copies(calls, requests, errors, heads, writes, facts, settings, copyLimits);
        this.presigning = new S3Presigning(this::made, requests, errors, writes, settings);
        this.presignedReads =
                new PresignedReads(this::made, alarms, line, hedging, requests, settings, readBudget, lifecycle);
        this.listing = new S3Listing(calls, requests, errors, settings);
        this.bulkDelete = new S3BulkDelete(calls, requests, errors, settings);
    }

    /** A store of the objects of this bucket, which must exist. */
    public static S3StoreBuilder builder(String bucket) {
        return new S3StoreBuilder(Keys.requireNonNull("builder", "bucket", bucket));
    }

    @Override
    public Mono<StoredObject> get(String key, ReadOptions options) {
        Keys.requireKey("get", key);
        Keys.requireNonNull("get", "options", options);
        return lifecycle.whenOpen("get", key, () -> {
            requireVersions("get", key, options.version());
            return reads.get("get", key, options);
        });
    }

    @Override
    public Flux<ByteBuffer> read(String key, ReadOptions options) {
        Keys.requireKey("read", key);
        Arguments.requireBytes("read", options);
        return lifecycle.whenOpenMany("read", key, () -> {
            requireVersions("read", key, options.version());
            return reads.read("read", key, options);
        });
    }

    @Override
    public Mono<ByteBuffer> getBytes(String key) {
        Keys.requireKey("getBytes", key);
        return whole(key).flatMap(StoredObject::bytes);
    }

    @Override
    public Mono<byte[]> getByteArray(String key) {
        Keys.requireKey("getByteArray", key);
        return whole(key).flatMap(StoredObject::byteArray);
    }

    @Override
    public Mono<String> getText(String key) {
        Keys.requireKey("getText", key);
        return whole(key).flatMap(StoredObject::text);
    }

    private Mono<StoredObject> whole(String key) {
        return lifecycle.whenOpen("get", key, () -> reads.getToGather("get", key));
    }

    @Override
    public Flux<RangedObject> getRanges(String key, List<ByteRange> wanted, ReadOptions options) {
        Keys.requireKey("getRanges", key);
        List<ByteRange> copy = Arguments.requireRanges(wanted, options);
        return lifecycle.whenOpenMany("getRanges", key, () -> {
            requireVersions("getRanges", key, options.version());
            return ranges.get(key, copy, options);
        });
    }

    @Override
    public Mono<ObjectInfo> head(String key, ReadOptions options) {
        Keys.requireKey("head", key);
        Keys.requireNonNull("head", "options", options);
        return lifecycle.whenOpen("head", key, () -> {
            requireVersions("head", key, options.version());
            return heads.head("head", key, options.version())
                    .doOnNext(info -> Conditions.require("head", info, options));
        });
    }

    @Override
    public Mono<ObjectInfo> put(String key, Content content, WriteOptions options) {
        Keys.requireKey("put", key);
        Keys.requireNonNull("put", "content", content);
        Keys.requireNonNull("put", "options", options);
        WriteToken token = writes.newToken();
        return lifecycle.whenOpen("put", key, () -> uploads.put(key, content, options, token));
    }

    @Override
    public Mono<Void> delete(String key, DeleteOptions options) {
        Keys.requireKey("delete", key);
        Keys.requireNonNull("delete", "options", options);
        return lifecycle.whenOpen("delete", key, () -> {
            requireVersions("delete", key, options.version());
            return deletes.delete(key, options);
        });
    }

    private void requireVersions(String operation, String key, @Nullable String version) {
        if (!settings.versions()) {
            Unsupported.requireNoVersion(operation, key, version);
        }
    }

    @Override
    public Flux<DeleteResult> deleteAll(Publisher<String> keys) {
        Keys.requireNonNull("deleteAll", "keys", keys);
        return lifecycle.whenOpenMany("deleteAll", null, () -> bulkDelete.delete(keys));
    }

    @Override
    public Mono<Long> deletePrefix(String prefix) {
        Keys.requirePrefix("deletePrefix", prefix);
        return lifecycle.whenOpen(
                "deletePrefix",
                prefix,
                () -> listing.list("deletePrefix", ListOptions.prefix(prefix))
                        .map(ObjectInfo::key)
                        .buffer(KeyBatches.MAX_KEYS)
                        .concatMap(keys -> bulkDelete.deleteBatch("deletePrefix", keys), 1)
                        .concatMapIterable(results -> results, 1)
                        .doOnNext(result -> {
                            if (result.error() instanceof RuntimeException failure) {
                                throw failure;
                            }
                        })
                        .count());
    }

    @Override
    public Flux<ObjectInfo> list(ListOptions options) {
        Keys.requireNonNull("list", "options", options);
        return lifecycle.whenOpenMany("list", options.prefix(), () -> listing.list("list", options));
    }

    @Override
    public Flux<ListEntry> listDirectory(String prefix) {
        Keys.requirePrefix("listDirectory", prefix);
        return lifecycle.whenOpenMany("listDirectory", prefix, () -> listing.listDirectory(prefix));
    }

    @Override
    public Mono<ObjectInfo> copy(String from, String to, WriteOptions options) {
        Arguments.requireCopy(from, to, options);
        WriteToken token = writes.newToken();
        return lifecycle.whenOpen("copy", from, () -> copies.copy(from, to, options, token));
    }

    /** {@link #presignGet(String, Duration, ReadOptions)} of the newest version. */
    public Mono<PresignedRequest> presignGet(String key, Duration validity) {
        return presignGet(key, validity, ReadOptions.defaults());
    }

    /**
     * Signs a request with which others read an object, all of it or any range, until it expires or the credentials do that signed it.
     * Whether there is such an object is not asked.
     *
     * <p>With a {@link S3StoreBuilder#client} its region, endpoint and credentials are used, and the dialect's addressing.
     *
     * @param validity 1 s to 7 days
     * @param options may name a version; a range and conditions are up to who reads
     * @return the request; keep it out of logs
     * @throws IllegalArgumentException if the validity is none, or the options ask for more
     */
    public Mono<PresignedRequest> presignGet(String key, Duration validity, ReadOptions options) {
        Keys.requireKey("presignGet", key);
        Keys.requireNonNull("presignGet", "options", options);
        S3Presigning.requireValidity("presignGet", validity);
        if (!options.equals(ReadOptions.defaults().withVersion(options.version()))) {
            throw new IllegalArgumentException("presignGet: of the options, only a version can be signed");
        }
        return lifecycle.whenOpen("presignGet", key, () -> {
            requireVersions("presignGet", key, options.version());
            return presigning.get(key, validity, options.version());
        });
    }

    /** {@link #presignPut(String, Duration, WriteOptions, long)} of content of any length. */
    public Mono<PresignedRequest> presignPut(String key, Duration validity, WriteOptions options) {
        return presignPut(key, validity, options, null);
    }

    /**
     * Signs a request with which others write an object in one request, until it expires or the credentials do that signed it. What
     * the options have, attributes and conditions, becomes headers that the request must have; they need the same proof as in a {@link
     * #put}.
     *
     * @param validity 1 s to 7 days
     * @param contentLength how many bytes must be written
     * @return the request; keep it out of logs
     * @fails {@link io.reactivestore.error.StoreUnsupportedException} if the server does not enforce the condition
     * @throws IllegalArgumentException if the validity or the length is none
     */
    public Mono<PresignedRequest> presignPut(String key, Duration validity, WriteOptions options, long contentLength) {
        if (contentLength < 0) {
            throw new IllegalArgumentException("presignPut: need a length of 0 or more, was " + contentLength);
        }
        return presignPut(key, validity, options, Long.valueOf(contentLength));
    }

    private Mono<PresignedRequest> presignPut(
            String key, Duration validity, WriteOptions options, @Nullable Long contentLength) {
        Keys.requireKey("presignPut", key);
        Keys.requireNonNull("presignPut", "options", options);
        S3Presigning.requireValidity("presignPut", validity);
        return lifecycle.whenOpen("presignPut", key, () -> presigning.put(key, validity, options, contentLength));
    }

    /**
     * Reads an object by a URL that anybody has presigned for a get, as {@link #get} does by its key: in parts that are pinned to the
     * etag, within the same limits. Neither the bucket nor the credentials of this store matter. A condition spares no bytes: it is
     * judged from the answer.
     *
     * @param url such as {@link PresignedRequest#url()}; it is never logged by this store, nor part of an error. Reactor Netty logs the
     *     URLs of requests at its level {@code DEBUG}
     * @param options range, conditions, limits; no version
     * @return the answer, or empty when there is no such object; its key is the path of the URL
     * @fails {@link io.reactivestore.error.StoreAccessDeniedException} if the URL has expired, or is not for a get; and as {@link #get}
     */
    public Mono<StoredObject> getPresigned(URI url, ReadOptions options) {
        Keys.requireNonNull("getPresigned", "url", url);
        Keys.requireNonNull("getPresigned", "options", options);
        URL checked = PresignedReads.requireUrl(url);
        if (options.version() != null) {
            throw new IllegalArgumentException("getPresigned: the URL says which version, the options must not");
        }
        return lifecycle.whenOpen(
                "getPresigned", PresignedReads.key(url), () -> presignedReads.get(url, checked, options));
    }

    /** How many requests were sent again because they were late ({@link S3StoreBuilder#hedging(double)}). */
    public long hedgedCount() {
        return hedging.sent();
    }

    /** How many requests may be under way now, see {@link S3StoreBuilder#maxRequests(int)}. */
    public int requestLimit() {
        return line.limit();
    }

    /** How many requests wait for their turn now. */
    public int waitingRequestCount() {
        return line.waiting();
    }

    /** How many requests for the rest of a part that broke or stalled were made. */
    public long resumedCount() {
        return reader.resumed();
    }

    /**
     * What the dialect says. If it asks for proof ({@link S3Dialect#withProbedConditions}), a condition that the server was found not to
     * enforce is missing from then on.
     */
    @Override
    public StoreCapabilities capabilities() {
        return conditions.capabilities(settings.versions());
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
        return "S3Store[" + settings.bucket() + ", " + settings.dialect() + "]";
    }

    private S3Clients.Made made() {
        S3Clients.Made present = made.get();
        if (present == null) {
            throw new IllegalStateException("not open");
        }
        return present;
    }

    /** The SDK reads files and asks the machine's metadata service when it builds a client. */
    private Mono<Void> make(S3Clients clients) {
        return Mono.<Void>fromRunnable(
                        () -> made.set(clients.make(settings.runtime(), settings.dialect(), calls::throttled)))
                .subscribeOn(settings.runtime().io())
                .publishOn(settings.runtime().delivery())
                .onErrorMap(e -> errors.of("open", null, e));
    }

    private Mono<Void> release() {
        return cleanups.settled()
                .timeout(
                        settings.requestTimeout(),
                        Mono.empty(),
                        settings.runtime().timers())
                .then(Mono.<Void>fromRunnable(() -> {
                            S3Clients.Made present = made.getAndSet(null);
                            if (present != null) {
                                present.close();
                            }
                        })
                        .subscribeOn(settings.runtime().io()))
                .publishOn(settings.runtime().delivery());
    }
}
