package io.reactivestore.s3.http;

import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpResponseDecoderSpec;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * The servers that were asked for, each with its client. A client that knows its server needs not take an address apart for each
 * request, and sends the path as it is given.
 */
final class Endpoints {

    /** Netty's 8 KiB would make eight pieces of what one read of the socket brings. */
    private static final int MAX_CHUNK_BYTES = 64 * 1024;

    private final ConcurrentMap<Endpoint.Key, Endpoint> known = new ConcurrentHashMap<>();
    private final HttpClient client;
    private final TransportSettings settings;
    private final @Nullable ProxySpec proxy;
    private final @Nullable SslContext tls;

    private Endpoints(
            HttpClient client, TransportSettings settings, @Nullable ProxySpec proxy, @Nullable SslContext tls) {
        this.client = client;
        this.settings = settings;
        this.proxy = proxy;
        this.tls = tls;
    }

    /** With a client of our own making. May block, since it reads trust stores. */
    static Endpoints own(
            ConnectionProvider pool,
            @Nullable LoopResources loops,
            TransportSettings settings,
            @Nullable ProxySpec proxy) {
        boolean isHttp1 = settings.protocol() == Protocol.HTTP1_1;
        // Streams of HTTP/2 have a line of their own, which Reactor Netty makes from the pool.
        HttpClient client = HttpClient.create(isHttp1 ? new LeavingProvider(pool) : pool)
                .protocol(protocols(settings))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        Math.min(settings.connectTimeout().toMillis(), Integer.MAX_VALUE))
                .option(ChannelOption.SO_KEEPALIVE, settings.keepAlive())
                .option(ChannelOption.TCP_NODELAY, true)
                .httpResponseDecoder(Endpoints::largeChunks);
        return new Endpoints(
                plain(loops == null ? client : client.runOn(loops)), settings, proxy, TlsContexts.of(settings));
    }

    /** With a client that has its own settings of everything below requests and bodies. */
    static Endpoints given(HttpClient client, TransportSettings settings) {
        return new Endpoints(plain(client), settings, null, null);
    }

    Endpoint of(SdkHttpRequest request) {
        Endpoint.Key key = new Endpoint.Key(request.protocol(), request.host(), request.port());
        Endpoint found = known.get(key);
        return found != null ? found : known.computeIfAbsent(key, this::make);
    }

    /** There is no other way to set it before Netty 5, where it is gone because nothing is split any more. */
    @SuppressWarnings("deprecation")
    private static HttpResponseDecoderSpec largeChunks(HttpResponseDecoderSpec decoder) {
        return decoder.maxChunkSize(MAX_CHUNK_BYTES);
    }

    /** Nothing may be added to a request, and nothing done about an answer, that was not asked for. */
    private static HttpClient plain(HttpClient client) {
        return client.baseUrl("")
                .compress(false)
                .followRedirect(false)
                .disableRetry(true)
                .keepAlive(true);
    }

    private static HttpProtocol[] protocols(TransportSettings settings) {
        return settings.protocol() == Protocol.HTTP2
                ? new HttpProtocol[] {HttpProtocol.H2, HttpProtocol.H2C}
                : new HttpProtocol[] {HttpProtocol.HTTP11};
    }

    private Endpoint make(Endpoint.Key key) {
        boolean isSecure = key.protocol().equalsIgnoreCase("https");
        HttpClient made = client.remoteAddress(() -> InetSocketAddress.createUnresolved(key.host(), key.port()));
        if (!isSecure) {
            made = made.noSSL();
        } else if (tls != null) {
            SslContext context = tls;
            made = made.secure(spec -> spec.sslContext(context).handshakeTimeout(settings.handshakeTimeout()));
        } else if (!made.configuration().isSecure()) {
            made = made.secure();
        }
        ProxySpec.Proxy through = proxy == null ? null : proxy.of(isSecure ? "https" : "http");
        if (through != null && through.isFor(key.host())) {
            made = made.proxy(through::apply);
        }
        boolean isDefaultPort = key.port() == (isSecure ? 443 : 80);
        String host = key.host().indexOf(':') >= 0 && !key.host().startsWith("[") ? "[" + key.host() + "]" : key.host();
        return new Endpoint(
                made,
                isDefaultPort ? host : host + ":" + key.port(),
                key.host() + ":" + key.port(),
                made.configuration().connectionProvider().maxConnections());
    }
}
