package io.reactivestore.s3;

import io.reactivestore.Keys;
import io.reactivestore.StoreRuntime;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * Settings of an {@link S3Store}. Without any, it is the bucket of that name on Amazon S3, in the region and with the credentials
 * that the SDK finds by itself.
 */
public final class S3StoreBuilder {

    private static final int DEFAULT_CONNECTIONS = 64;
    private static final int MIN_DEFAULT_UPLOAD_BYTES = 32 << 20;
    private static final long MAX_DEFAULT_READ_BYTES = 512 << 20;

    private final String bucket;
    private S3Dialect dialect = S3Dialect.aws();
    private @Nullable S3AsyncClient client;
    private @Nullable Region region;
    private @Nullable URI endpoint;
    private @Nullable IdentityProvider<? extends AwsCredentialsIdentity> credentials;
    private @Nullable SdkAsyncHttpClient transport;
    private @Nullable Integer maxConnections;
    private @Nullable Integer maxRequests;
    private boolean adaptiveRequests = true;
    private int maxWaitingRequests = 10_000;
    private boolean versions;
    private String probePrefix = ".rs-probe/";
    private int partBytes = 8 << 20;
    private int readConcurrency = 8;
    private @Nullable Long maxBufferedReadBytes;
    private double hedging;
    private Duration partTimeout = Duration.ofSeconds(60);
    private Duration stallTimeout = Duration.ofSeconds(5);
    private Duration requestTimeout = Duration.ofSeconds(30);
    private int readAheadPages;
    private int uploadPartBytes = 8 << 20;
    private int uploadConcurrency = 4;
    private @Nullable Long maxBufferedUploadBytes;
    private StoreRuntime runtime = StoreRuntime.system();

    S3StoreBuilder(String bucket) {
        this.bucket = bucket;
    }

    /** What the server makes of the protocol. Default: {@link S3Dialect#aws()}. */
    public S3StoreBuilder dialect(S3Dialect dialect) {
        this.dialect = Keys.requireNonNull("dialect", "dialect", dialect);
        return this;
    }

    /**
     * A client to use instead of making one. It is not closed with the store.
     *
     * <p>It must be a plain one: neither {@code multipartEnabled} nor the CRT client, whose transfers break the store's own limits
     * on memory. Its checksum setting and addressing hold instead of the dialect's. Credentials that it must fetch block the
     * thread that makes the request. Pages of listings are read by the SDK's own parser, at several times the cost.
     */
    public S3StoreBuilder client(S3AsyncClient client) {
        this.client = Keys.requireNonNull("client", "client", client);
        return this;
    }

    /** The region. Default: what the SDK finds in the environment; with an {@link #endpoint}, {@code us-east-1}. */
    public S3StoreBuilder region(Region region) {
        this.region = Keys.requireNonNull("region", "region", region);
        return this;
    }

    /** Where the server is, such as {@code http://localhost:9000}. Default: Amazon's, by the region. */
    public S3StoreBuilder endpoint(URI endpoint) {
        this.endpoint = Keys.requireNonNull("endpoint", "endpoint", endpoint);
        return this;
    }

    /**
     * Who signs the requests. It may block: it is asked on the runtime's I/O threads only, and its credentials are given out again
     * for a minute, or until shortly before they expire. It is not closed with the store. Default: the SDK's chain.
     */
    public S3StoreBuilder credentialsProvider(IdentityProvider<? extends AwsCredentialsIdentity> credentials) {
        this.credentials = Keys.requireNonNull("credentialsProvider", "credentials", credentials);
        return this;
    }

    /**
     * The transport to make requests with. It is not closed with the store. Default: a {@link
     * io.reactivestore.s3.http.ReactorNettyAsyncHttpClient} on Reactor Netty's shared event loops, which is closed.
     */
    public S3StoreBuilder transport(SdkAsyncHttpClient transport) {
        this.transport = Keys.requireNonNull("transport", "transport", transport);
        return this;
    }

    /** The most connections of the default transport. Default: 64. */
    public S3StoreBuilder maxConnections(int maxConnections) {
        this.maxConnections = maxConnections;
        return this;
    }

    /**
     * The most requests of this store under way at a time. The limit is lower while the service answers that there are too many (503), or
     * takes much longer to begin its answers than it could. A request sent again, by hedging or for the rest of a part, counts like any
     * other. Default: {@link #maxConnections}, also with a client or transport that was passed in.
     */
    public S3StoreBuilder maxRequests(int requests) {
        this.maxRequests = requests;
        return this;
    }

    /** As many requests at a time as {@link #maxRequests} says, whatever the service answers. */
    public S3StoreBuilder fixedRequests() {
        this.adaptiveRequests = false;
        return this;
    }

    /**
     * How many requests may wait for their turn, in the order in which they came. The operation that needs one more fails with a retryable
     * {@link io.reactivestore.error.StoreRejectedException}. Time in line counts for the timeouts. Default: 10000.
     */
    public S3StoreBuilder maxWaitingRequests(int requests) {
        this.maxWaitingRequests = requests;
        return this;
    }

    /** Whether the bucket keeps old versions. If not, none are told, and none can be asked for. Default: no. */
    public S3StoreBuilder versions(boolean versions) {
        this.versions = versions;
        return this;
    }

    /**
     * Where conditions are tried out, if the dialect asks for that ({@link S3Dialect#withProbedConditions}). The first write of a store that
     * depends on a condition, such as {@code ifMatch} of a put, waits for a probe of that condition: two to five requests that write
     * and delete one or two objects of at most one byte with a random name under this prefix; nothing else is touched. It needs the right to put
     * and to delete there, for copies also to get, and in a bucket with versions to delete versions. Nothing is left behind, also after a
     * failure or a cancel, unless the process is killed or a delete is refused, which is logged. Listings of the whole bucket by others
     * may see the objects meanwhile.
     *
     * <p>What was found out is kept as long as the store lives. A probe that fails is the failure of the write, and the next such write
     * probes again.
     */
    public S3StoreBuilder probePrefix(String prefix) {
        this.probePrefix = Keys.requireNonNull("probePrefix", "prefix", prefix);
        return this;
    }

    /**
     * How much one request of a read asks for, after the first one (see {@link
     * io.reactivestore.ReadOptions#withFirstPartBytes(long)}). Default: 8 MiB.
     */
    public S3StoreBuilder partBytes(int bytes) {
        this.partBytes = bytes;
        return this;
    }

    /** How many parts of one body travel, or wait for their turn, at a time, if so much is asked for. Default: 8. */
    public S3StoreBuilder readConcurrency(int parts) {
        this.readConcurrency = parts;
        return this;
    }

    /**
     * How many bytes of parts all bodies together may hold or have asked for. Bodies share it evenly; one that has no part under way may
     * go beyond it by 256 KiB, so that no slow reader can stop another. Default: an eighth of the heap, 512 MiB at most.
     */
    public S3StoreBuilder maxBufferedReadBytes(long bytes) {
        this.maxBufferedReadBytes = bytes;
        return this;
    }

    /**
     * Sends reads that are late again, and takes the first answer: parts, heads and pages of listings, at most this share of all requests,
     * and none while the service asks for fewer. What is late is learnt from the requests themselves. Default: nothing is sent again.
     *
     * @param share such as 0.02
     */
    public S3StoreBuilder hedging(double share) {
        this.hedging = share;
        return this;
    }

    /** How long one part may take, read or written, with all tries of the SDK's and all its resumes. Default: 60 s. */
    public S3StoreBuilder partTimeout(Duration timeout) {
        this.partTimeout = Keys.requireNonNull("partTimeout", "timeout", timeout);
        return this;
    }

    /**
     * How long the bytes of a part that is read may stop coming, once its answer has begun, before the connection is given up and the rest
     * asked for on another one. A reader who is slow does not count: a part is always taken as fast as it comes. Default: 5 s.
     */
    public S3StoreBuilder stallTimeout(Duration timeout) {
        this.stallTimeout = Keys.requireNonNull("stallTimeout", "timeout", timeout);
        return this;
    }

    /**
     * How long any other request may take, with all tries of the SDK's. One on which the server moves bytes, such as a copy, has a
     * second more for each 10 MiB. Default: 30 s.
     */
    public S3StoreBuilder requestTimeout(Duration timeout) {
        this.requestTimeout = Keys.requireNonNull("requestTimeout", "timeout", timeout);
        return this;
    }

    /**
     * How many pages of a listing are fetched before they are wanted; none for who asks once, and for no more than is there, as {@code
     * take(n)} does. Default: 0.
     */
    public S3StoreBuilder readAheadPages(int pages) {
        this.readAheadPages = pages;
        return this;
    }

    /**
     * How much content goes into one request; an object of more is uploaded in parts of this size. Content of known length that
     * would need more than 10000 parts gets larger ones. Default: 8 MiB.
     */
    public S3StoreBuilder uploadPartBytes(int bytes) {
        this.uploadPartBytes = bytes;
        return this;
    }

    /** How many parts of one object travel at a time. Default: 4. */
    public S3StoreBuilder uploadConcurrency(int parts) {
        this.uploadConcurrency = parts;
        return this;
    }

    /**
     * How many bytes of content all uploads together may hold; at the limit the next part waits. Content of unknown length counts
     * for a whole part from the start. Default: an eighth of the heap.
     */
    public S3StoreBuilder maxBufferedUploadBytes(long bytes) {
        this.maxBufferedUploadBytes = bytes;
        return this;
    }

    /** Time, randomness and threads. Default: {@link StoreRuntime#system()}. */
    public S3StoreBuilder runtime(StoreRuntime runtime) {
        this.runtime = Keys.requireNonNull("runtime", "runtime", runtime);
        return this;
    }

    /**
     * Makes the store. No I/O: that is done by its first operation.
     *
     * @throws IllegalArgumentException if a setting makes no sense
     */
    public S3Store build() {
        return build(S3Copies.Limits.S3);
    }

    /** For tests, which have no objects of 5 GiB. */
    S3Store build(S3Copies.Limits copyLimits) {
        return new S3Store(settings(), clients(), copyLimits);
    }

    S3Settings settings() {
        long upload = maxBufferedUploadBytes != null
                ? maxBufferedUploadBytes
                : Math.max(
                        Math.max(MIN_DEFAULT_UPLOAD_BYTES, uploadPartBytes),
                        Runtime.getRuntime().maxMemory() / 8);
        long read = maxBufferedReadBytes != null
                ? maxBufferedReadBytes
                : Math.min(MAX_DEFAULT_READ_BYTES, Runtime.getRuntime().maxMemory() / 8);
        return new S3Settings(
                bucket,
                dialect,
                versions,
                probePrefix,
                partBytes,
                readConcurrency,
                read,
                hedging,
                partTimeout,
                stallTimeout,
                requestTimeout,
                maxRequests != null ? maxRequests : connections(),
                adaptiveRequests,
                maxWaitingRequests,
                readAheadPages,
                uploadPartBytes,
                uploadConcurrency,
                upload,
                runtime);
    }

    private int connections() {
        int connections = maxConnections == null ? DEFAULT_CONNECTIONS : maxConnections;
        if (connections < 1) {
            throw new IllegalArgumentException("maxConnections: need 1 or more, was " + connections);
        }
        return connections;
    }

    private S3Clients clients() {
        S3Clients.Settings made = new S3Clients.Settings(region, endpoint, credentials, transport, connections());
        if (client == null) {
            return made;
        }
        if (!made.isDefault() || maxConnections != null) {
            throw new IllegalArgumentException(
                    "client: has its own region, endpoint, credentials and transport; set them there");
        }
        return S3Clients.given(client);
    }
}
