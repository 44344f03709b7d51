package io.reactivestore.s3.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.TlsKeyManagersProvider;
import software.amazon.awssdk.http.TlsTrustManagersProvider;
import software.amazon.awssdk.utils.AttributeMap;

/** All settings of a transport, checked. A duration of zero means no limit. */
record TransportSettings(
        int maxConnections,
        int maxPendingAcquires,
        Duration acquireTimeout,
        Duration connectTimeout,
        Duration readTimeout,
        Duration writeTimeout,
        Duration timeToLive,
        Duration maxIdleTime,
        boolean reapIdle,
        boolean keepAlive,
        Protocol protocol,
        Duration handshakeTimeout,
        boolean trustAll,
        @Nullable TlsTrustManagersProvider trust,
        TlsKeyManagersProvider keys,
        int maxDrainBytes,
        Duration unreadBodyTimeout,
        Duration continueTimeout) {

    /** What the SDK's own settings leave open, or where its defaults do not fit a pool that is used in bursts. */
    static final AttributeMap DEFAULTS = AttributeMap.builder()
            // Shorter than any server keeps an idle connection; what the SDK's own client on Netty takes.
            .put(SdkHttpConfigurationOption.CONNECTION_MAX_IDLE_TIMEOUT, Duration.ofSeconds(5))
            .build()
            .merge(SdkHttpConfigurationOption.GLOBAL_HTTP_DEFAULTS);

    TransportSettings {
        atLeast("maxConnections", maxConnections, 1);
        atLeast("maxPendingAcquires", maxPendingAcquires, 0);
        atLeast("maxDrainBytes", maxDrainBytes, 0);
        notNegative("acquireTimeout", acquireTimeout);
        notNegative("connectTimeout", connectTimeout);
        notNegative("readTimeout", readTimeout);
        notNegative("writeTimeout", writeTimeout);
        notNegative("timeToLive", timeToLive);
        notNegative("maxIdleTime", maxIdleTime);
        notNegative("handshakeTimeout", handshakeTimeout);
        notNegative("unreadBodyTimeout", unreadBodyTimeout);
        notNegative("continueTimeout", continueTimeout);
        if (trustAll && trust != null) {
            throw new IllegalArgumentException("trustManagers: all certificates are trusted already");
        }
    }

    static TransportSettings of(
            AttributeMap options, int maxDrainBytes, Duration unreadBodyTimeout, Duration continueTimeout) {
        return new TransportSettings(
                options.get(SdkHttpConfigurationOption.MAX_CONNECTIONS),
                options.get(SdkHttpConfigurationOption.MAX_PENDING_CONNECTION_ACQUIRES),
                options.get(SdkHttpConfigurationOption.CONNECTION_ACQUIRE_TIMEOUT),
                options.get(SdkHttpConfigurationOption.CONNECTION_TIMEOUT),
                options.get(SdkHttpConfigurationOption.READ_TIMEOUT),
                options.get(SdkHttpConfigurationOption.WRITE_TIMEOUT),
                options.get(SdkHttpConfigurationOption.CONNECTION_TIME_TO_LIVE),
                options.get(SdkHttpConfigurationOption.CONNECTION_MAX_IDLE_TIMEOUT),
                options.get(SdkHttpConfigurationOption.REAP_IDLE_CONNECTIONS),
                options.get(SdkHttpConfigurationOption.TCP_KEEPALIVE),
                options.get(SdkHttpConfigurationOption.PROTOCOL),
                options.get(SdkHttpConfigurationOption.TLS_NEGOTIATION_TIMEOUT),
                options.get(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES),
                options.get(SdkHttpConfigurationOption.TLS_TRUST_MANAGERS_PROVIDER),
                options.get(SdkHttpConfigurationOption.TLS_KEY_MANAGERS_PROVIDER),
                maxDrainBytes,
                unreadBodyTimeout,
                continueTimeout);
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": need " + least + " or more, was " + value);
        }
    }

    private static void notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(name + ": need 0 or more, was " + value);
        }
    }
}
