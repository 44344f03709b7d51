package io.reactivestore.examples.caching;

import io.reactivestore.Store;
import io.reactivestore.StoreCapabilities.ListOrder;
import io.reactivestore.cache.CacheStore;
import io.reactivestore.embeddeds3.EmbeddedS3;
import io.reactivestore.s3.S3Dialect;
import io.reactivestore.s3.S3Store;
import io.reactivestore.testkit.Deviation;
import io.reactivestore.testkit.FullStoreContract;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** A cache in memory in front of a bucket, on a server whose deviations are known. */
@Tag("slow")
class CacheOverS3ContractTest implements FullStoreContract {

    private static final URI ENDPOINT = EmbeddedS3.shared().endpoint();
    private static final String BUCKET = EmbeddedS3.shared().newBucket();
    private static final S3AsyncClient CLIENT = S3AsyncClient.builder()
            .endpointOverride(ENDPOINT)
            .forcePathStyle(true)
            .region(Region.US_EAST_1)
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .build();

    private final Store source = bucket();
    private final Store store =
            CacheStore.builder(source).memory(m -> m.maxBytes(16 << 20)).build();

    @AfterAll
    static void closeClient() {
        CLIENT.close();
    }

    @Override
    public Store store() {
        return store;
    }

    @Override
    public int randomCases() {
        return 45;
    }

    @Override
    public List<Deviation> deviations() {
        return Stream.of(
                        "slashesInARow_areDirectoriesWithoutAName",
                        "encryptionThatNobodyKnows_isNotIgnored",
                        "copyOntoItself_changesTheAttributesOnly",
                        "copyWithAttributes_hasTheseInstead",
                        "contentTypeWithParameter_isKept",
                        "oddKey_canBeReadAndListed(ZERO)",
                        "oddKey_canBeCopiedAndDeleted(ZERO)")
                .map(test -> new Deviation(test, "S3Mock 5.2, as without the cache"))
                .toList();
    }

    /** Threads of the client that all tests share. */
    @Override
    public List<String> lastingThreads() {
        return List.of("aws-", "sdk-");
    }

    @Override
    public void release() {
        done(store.close());
        done(source.close());
        done(bucket().deletePrefix(""));
    }

    private static S3Store bucket() {
        S3Dialect dialect = S3Dialect.aws()
                .withPathStyle(true)
                .withListOrder(ListOrder.UTF16)
                .withConditionalCopy(false);
        return S3Store.builder(BUCKET).dialect(dialect).client(CLIENT).build();
    }
}
