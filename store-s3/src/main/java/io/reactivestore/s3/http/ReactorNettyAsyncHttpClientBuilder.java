package io.reactivestore.s3.http;

import io.reactivestore.Keys;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.TlsKeyManagersProvider;
import software.amazon.awssdk.http.TlsTrustManagersProvider;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Settings of a {@link ReactorNettyAsyncHttpClient}. The defaults are the SDK's, but for idle connections, which are closed after 5
 * s. A duration of zero means no limit.
 */
public final class ReactorNettyAsyncHttpClientBuilder
        implements SdkAsyncHttpClient.Builder<ReactorNettyAsyncHttpClientBuilder> {

    private final AttributeMap.Builder options = AttributeMap.builder();
    private @Nullable HttpClient client;
    private @Nullable LoopResources loops;
    private @Nullable ConnectionProvider pool;
    private @Nullable ProxySpec proxy = new ProxySpec();
    private boolean isConnectionSet;
    private int maxDrainBytes = 64 * 1024;
    private Duration unreadBodyTimeout = Duration.ofSeconds(60);
    private Duration continueTimeout = Duration.ofSeconds(1);

    ReactorNettyAsyncHttpClientBuilder() {}

    /**
     * A client to make connections with. It has its own pool, event loops, TLS, protocol and proxy, so none of them can be set here.
     * Its headers, redirects and decompression are not used. It is not closed. A request that is cancelled while it waits for a
     * connection keeps its place in the line, and gives the connection back unused.
     */
    public ReactorNettyAsyncHttpClientBuilder httpClient(HttpClient client) {
        this.client = Keys.requireNonNull("httpClient", "client", client);
        return this;
    }

    /** The event loops to run on. They are not closed. Default: those that Reactor Netty shares, as WebFlux does. */
    public ReactorNettyAsyncHttpClientBuilder loopResources(LoopResources loops) {
        this.loops = Keys.requireNonNull("loopResources", "loops", loops);
        return connectionSet();
    }

    /** The pool of connections, with its own limits and times. It is not closed. Default: one with the settings made here. */
    public ReactorNettyAsyncHttpClientBuilder connectionProvider(ConnectionProvider pool) {
        this.pool = Keys.requireNonNull("connectionProvider", "pool", pool);
        return connectionSet();
    }

    /** The most connections to one server. Default: 50. */
    public ReactorNettyAsyncHttpClientBuilder maxConnections(int connections) {
        options.put(SdkHttpConfigurationOption.MAX_CONNECTIONS, connections);
        return connectionSet();
    }

    /** How many requests may wait for a connection; one more fails at once. Default: 10000. */
    public ReactorNettyAsyncHttpClientBuilder maxPendingAcquires(int requests) {
        options.put(SdkHttpConfigurationOption.MAX_PENDING_CONNECTION_ACQUIRES, requests);
        return connectionSet();
    }

    /** How long a request may wait for a connection. Default: 10 s. */
    public ReactorNettyAsyncHttpClientBuilder acquireTimeout(Duration timeout) {
        options.put(SdkHttpConfigurationOption.CONNECTION_ACQUIRE_TIMEOUT, timeout);
        return connectionSet();
    }

    /** How long opening a connection may take. Default: 2 s. */
    public ReactorNettyAsyncHttpClientBuilder connectTimeout(Duration timeout) {
        options.put(SdkHttpConfigurationOption.CONNECTION_TIMEOUT, timeout);
        return connectionSet();
    }

    /** How long TLS may take to begin. Default: 5 s. */
    public ReactorNettyAsyncHttpClientBuilder handshakeTimeout(Duration timeout) {
        options.put(SdkHttpConfigurationOption.TLS_NEGOTIATION_TIMEOUT, timeout);
        return connectionSet();
    }

    /** How long a connection is kept, used or not. Default: for ever. */
    public ReactorNettyAsyncHttpClientBuilder timeToLive(Duration time) {
        options.put(SdkHttpConfigurationOption.CONNECTION_TIME_TO_LIVE, time);
        return connectionSet();
    }

    /** How long an unused connection is kept. Default: 5 s. */
    public ReactorNettyAsyncHttpClientBuilder maxIdleTime(Duration time) {
        options.put(SdkHttpConfigurationOption.CONNECTION_MAX_IDLE_TIMEOUT, time);
        return connectionSet();
    }

    /** Whether the operating system keeps idle connections alive. Default: no. */
    public ReactorNettyAsyncHttpClientBuilder tcpKeepAlive(boolean keepAlive) {
        options.put(SdkHttpConfigurationOption.TCP_KEEPALIVE, keepAlive);
        return connectionSet();
    }

    /** Default: HTTP/1.1. HTTP/2 is negotiated over TLS, and assumed without. */
    public ReactorNettyAsyncHttpClientBuilder protocol(Protocol protocol) {
        options.put(SdkHttpConfigurationOption.PROTOCOL, protocol);
        return connectionSet();
    }

    /** Who says which servers are trusted. Default: the JDK's trust store. */
    public ReactorNettyAsyncHttpClientBuilder trustManagers(TlsTrustManagersProvider provider) {
        options.put(SdkHttpConfigurationOption.TLS_TRUST_MANAGERS_PROVIDER, provider);
        return connectionSet();
    }

    /** What servers are shown. Default: the key store that the system properties name. */
    public ReactorNettyAsyncHttpClientBuilder keyManagers(TlsKeyManagersProvider provider) {
        options.put(SdkHttpConfigurationOption.TLS_KEY_MANAGERS_PROVIDER, provider);
        return connectionSet();
    }

    /** The proxy. Default: the one of the system properties or the environment, if there is one. */
    public ReactorNettyAsyncHttpClientBuilder proxy(Consumer<ProxySpec> settings) {
        ProxySpec made = new ProxySpec();
        settings.accept(made);
        this.proxy = made;
        return connectionSet();
    }

    /** No proxy, whatever system properties and environment say. */
    public ReactorNettyAsyncHttpClientBuilder noProxy() {
        this.proxy = null;
        return connectionSet();
    }

    /** How long an answer, or more of a body that is asked for, may be awaited. Default: 30 s. */
    public ReactorNettyAsyncHttpClientBuilder readTimeout(Duration timeout) {
        options.put(SdkHttpConfigurationOption.READ_TIMEOUT, timeout);
        return this;
    }

    /** How long the socket may take none of what is written. Default: 30 s. */
    public ReactorNettyAsyncHttpClientBuilder writeTimeout(Duration timeout) {
        options.put(SdkHttpConfigurationOption.WRITE_TIMEOUT, timeout);
        return this;
    }

    /** How much of a body that nobody reads on is read, so that its connection can be kept. Default: 64 KiB. */
    public ReactorNettyAsyncHttpClientBuilder maxDrainBytes(int bytes) {
        this.maxDrainBytes = bytes;
        return this;
    }

    /** How long a body may wait for somebody to subscribe. Default: 60 s. */
    public ReactorNettyAsyncHttpClientBuilder unreadBodyTimeout(Duration timeout) {
        this.unreadBodyTimeout = Keys.requireNonNull("unreadBodyTimeout", "timeout", timeout);
        return this;
    }

    private ReactorNettyAsyncHttpClientBuilder connectionSet() {
        isConnectionSet = true;
        return this;
    }

    /** Makes the client. May block, since it reads the trust store. */
    @Override
    public ReactorNettyAsyncHttpClient build() {
        return buildWithDefaults(AttributeMap.empty());
    }

    /** As {@link #build()}, with the settings of a service where none are made here. */
    @Override
    public ReactorNettyAsyncHttpClient buildWithDefaults(AttributeMap serviceDefaults) {
        AttributeMap all = options.build().merge(serviceDefaults).merge(TransportSettings.DEFAULTS);
        TransportSettings settings = TransportSettings.of(all, maxDrainBytes, unreadBodyTimeout, continueTimeout);
        if (client != null) {
            if (isConnectionSet) {
                throw new IllegalArgumentException(
                        "httpClient: has its own pool, event loops, TLS, protocol and proxy; set them there");
            }
            return new ReactorNettyAsyncHttpClient(Endpoints.given(client, settings), settings, null);
        }
        ConnectionProvider used = pool != null ? pool : Pools.of(settings);
        Endpoints endpoints = Endpoints.own(used, loops, settings, proxy);
        return new ReactorNettyAsyncHttpClient(endpoints, settings, pool == null ? used : null);
    }

    /** For tests, which cannot wait a second. */
    ReactorNettyAsyncHttpClientBuilder continueTimeout(Duration timeout) {
        this.continueTimeout = timeout;
        return this;
    }
}
