package io.reactivestore.s3.http;

import io.reactivestore.Keys;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.netty.transport.ProxyProvider;
import software.amazon.awssdk.utils.ProxyConfigProvider;

/**
 * The proxy that connections go through, all of them by {@code CONNECT}. What is not set is taken from the system properties ({@code
 * https.proxyHost} and its like, by the scheme of the server), then from the environment ({@code HTTPS_PROXY}), unless that is
 * turned off.
 */
public final class ProxySpec {

    private @Nullable String host;
    private int port;
    private @Nullable String username;
    private @Nullable String password;
    private @Nullable Set<String> nonProxyHosts;
    private boolean systemProperties = true;
    private boolean environment = true;

    ProxySpec() {}

    /** Where the proxy is. */
    public ProxySpec address(String host, int port) {
        this.host = Keys.requireNonNull("address", "host", host);
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port: need 1..65535, was " + port);
        }
        this.port = port;
        return this;
    }

    /** Who the proxy is told we are. */
    public ProxySpec username(String username) {
        this.username = Keys.requireNonNull("username", "username", username);
        return this;
    }

    /** The password that goes with the name. */
    public ProxySpec password(String password) {
        this.password = Keys.requireNonNull("password", "password", password);
        return this;
    }

    /** Servers that are connected to without the proxy: regular expressions of host names, in lower case. */
    public ProxySpec nonProxyHosts(Set<String> patterns) {
        this.nonProxyHosts = Set.copyOf(patterns);
        return this;
    }

    /** Whether system properties are looked at. Default: yes. */
    public ProxySpec useSystemProperties(boolean use) {
        this.systemProperties = use;
        return this;
    }

    /** Whether the environment is looked at. Default: yes. */
    public ProxySpec useEnvironment(boolean use) {
        this.environment = use;
        return this;
    }

    /** The settings for servers of this scheme: each that was made here, else the one found. */
    Proxy of(String scheme) {
        ProxyConfigProvider found =
                ProxyConfigProvider.fromSystemEnvironmentSettings(systemProperties, environment, scheme);
        if (found == null) {
            return new Proxy(host, port, username, password, nonProxyHosts);
        }
        return new Proxy(
                host != null ? host : found.host(),
                host != null ? port : found.port(),
                username != null ? username : found.userName().orElse(null),
                password != null ? password : found.password().orElse(null),
                nonProxyHosts != null ? nonProxyHosts : found.nonProxyHosts());
    }

    /** A proxy, if there is a host. */
    record Proxy(
            @Nullable String host,
            int port,
            @Nullable String username,
            @Nullable String password,
            @Nullable Set<String> nonProxyHosts) {

        boolean isFor(String server) {
            String name = server.toLowerCase(Locale.ROOT);
            return host != null
                    && (nonProxyHosts == null || nonProxyHosts.stream().noneMatch(name::matches));
        }

        void apply(ProxyProvider.TypeSpec type) {
            ProxyProvider.Builder builder = type.type(ProxyProvider.Proxy.HTTP)
                    .socketAddress(InetSocketAddress.createUnresolved(String.valueOf(host), port));
            String secret = password;
            if (username != null && secret != null) {
                builder.username(username).password(name -> secret);
            }
        }

        @Override
        public String toString() {
            return host + ":" + port;
        }
    }
}
