package io.reactivestore.s3;

import io.reactivestore.Store;
import io.reactivestore.embeddeds3.latency.LatencyLaw;
import io.reactivestore.embeddeds3.latency.LatencyServer;
import io.reactivestore.embeddeds3.latency.LatencySettings;
import io.reactivestore.testkit.Deviation;
import io.reactivestore.testkit.FullStoreContract;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The contract on another server, and with reads that are sent again. */
@Tag("slow")
class HedgingS3StoreContractTest implements FullStoreContract {

    private static LatencyServer server;

    private final S3Store store = open();

    @BeforeAll
    static void start() {
        server = LatencyServer.start(LatencySettings.defaults().withLaw(LatencyLaw.none()));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public List<Deviation> deviations() {
        return List.of(new Deviation(
                "encryptionThatNobodyKnows_isNotIgnored", "the server ignores an encryption that it does not know"));
    }

    @Override
    public void release() {
        done(store.close());
        done(open().deletePrefix(""));
    }

    private static S3Store open() {
        return S3Store.builder(LatencySettings.BUCKET)
                .endpoint(server.endpoint())
                .dialect(S3Dialect.aws().withPathStyle(true))
                .credentialsProvider(EmbeddedStores.CREDENTIALS)
                .hedging(0.05)
                .build();
    }
}
