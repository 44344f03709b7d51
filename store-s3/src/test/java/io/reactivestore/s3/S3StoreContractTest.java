package io.reactivestore.s3;

import io.reactivestore.Store;
import io.reactivestore.testkit.Deviation;
import io.reactivestore.testkit.FullStoreContract;
import java.util.List;

/** The contract on a server whose deviations are known; what the store makes of them is in the other tests. */
class S3StoreContractTest implements FullStoreContract {

    private static final String BUCKET = EmbeddedStores.newBucket();

    private final S3Store store = EmbeddedStores.on(BUCKET);

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
        return List.of(
                new Deviation(
                        "slashesInARow_areDirectoriesWithoutAName",
                        "S3Mock 5.2 lists a key with a leading slash instead of the prefix"),
                new Deviation(
                        "encryptionThatNobodyKnows_isNotIgnored",
                        "S3Mock 5.2 ignores an encryption that it does not know"),
                new Deviation(
                        "copyOntoItself_changesTheAttributesOnly",
                        "S3Mock 5.2 keeps the content type of a copy with REPLACE, and then sees no change"),
                new Deviation(
                        "copyWithAttributes_hasTheseInstead",
                        "S3Mock 5.2 keeps the content type of a copy with REPLACE"),
                new Deviation("contentTypeWithParameter_isKept", "S3Mock 5.2 takes the space out of a content type"),
                new Deviation("oddKey_canBeReadAndListed(ZERO)", "S3Mock 5.2 answers 400 to a zero byte"),
                new Deviation("oddKey_canBeCopiedAndDeleted(ZERO)", "S3Mock 5.2 answers 400 to a zero byte"));
    }

    @Override
    public void release() {
        done(store.close());
        done(EmbeddedStores.on(BUCKET).deletePrefix(""));
    }
}
