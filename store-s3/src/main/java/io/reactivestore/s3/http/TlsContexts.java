package io.reactivestore.s3.http;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import io.netty.handler.ssl.util.SimpleTrustManagerFactory;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.tcp.SslProvider;
import software.amazon.awssdk.http.Protocol;

/** Makes what TLS needs. Reads key and trust stores, so it may block. */
final class TlsContexts {

    private TlsContexts() {}

    static SslContext of(TransportSettings settings) {
        KeyManager[] keys = settings.keys().keyManagers();
        if (keys == null
                && settings.trust() == null
                && !settings.trustAll()
                && settings.protocol() == Protocol.HTTP1_1) {
            return Plain.CONTEXT;
        }
        SslProvider.GenericSslContextSpec<SslContextBuilder> spec = settings.protocol() == Protocol.HTTP2
                ? Http2SslContextSpec.forClient()
                : Http11SslContextSpec.forClient();
        return build(spec.configure(builder -> {
            if (keys != null) {
                builder.keyManager(new Keys(keys));
            }
            if (settings.trustAll()) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
            } else if (settings.trust() != null) {
                builder.trustManager(new Trust(settings.trust().trustManagers()));
            }
        }));
    }

    private static SslContext build(SslProvider.GenericSslContextSpec<SslContextBuilder> spec) {
        try {
            return spec.sslContext();
        } catch (SSLException e) {
            throw new IllegalArgumentException("the TLS settings cannot be used: " + e.getMessage(), e);
        }
    }

    /** The JDK's trust store takes a while to read; once is enough. */
    private static final class Plain {

        static final SslContext CONTEXT = build(Http11SslContextSpec.forClient());

        private Plain() {}
    }

    private static final class Keys extends SimpleKeyManagerFactory {

        private final KeyManager[] managers;

        Keys(KeyManager[] managers) {
            this.managers = managers.clone();
        }

        @Override
        protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {}

        @Override
        protected void engineInit(ManagerFactoryParameters parameters) {}

        @Override
        protected KeyManager[] engineGetKeyManagers() {
            return managers.clone();
        }
    }

    private static final class Trust extends SimpleTrustManagerFactory {

        private final TrustManager[] managers;

        Trust(TrustManager[] managers) {
            this.managers = managers.clone();
        }

        @Override
        protected void engineInit(@Nullable KeyStore store) {}

        @Override
        protected void engineInit(ManagerFactoryParameters parameters) {}

        @Override
        protected TrustManager[] engineGetTrustManagers() {
            return managers.clone();
        }
    }
}
