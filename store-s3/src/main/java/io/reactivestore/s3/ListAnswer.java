package io.reactivestore.s3;

import io.reactivestore.s3.http.internal.LentBody;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.SdkInternalExecutionAttribute;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The answer to one request for a page: from {@link ListPageHook}, or from the SDK if the client has none. */
final class ListAnswer {

    /** With a name that no other loader's class of this name has: the SDK, which they may share, refuses a second one. */
    static final ExecutionAttribute<ListAnswer> ATTRIBUTE = new ExecutionAttribute<>(
            ListAnswer.class.getName() + "@" + Integer.toHexString(System.identityHashCode(ListAnswer.class)));

    private volatile @Nullable ListPage page;
    private volatile @Nullable MalformedPageException failure;

    private ListAnswer() {}

    /** Asks for a page. To cancel the future cancels the SDK's. */
    static CompletableFuture<ListPage> ask(S3AsyncClient client, ListObjectsV2Request request) {
        ListAnswer answer = new ListAnswer();
        ListObjectsV2Request observed = request.toBuilder()
                .overrideConfiguration(override -> override.putExecutionAttribute(ATTRIBUTE, answer)
                        // The hook reads its bytes at once, and the SDK, which reads errors, copies them.
                        .putExecutionAttribute(
                                SdkInternalExecutionAttribute.SDK_HTTP_EXECUTION_ATTRIBUTES, LentBody.ATTRIBUTES))
                .build();
        CompletableFuture<ListObjectsV2Response> asked = client.listObjectsV2(observed);
        CompletableFuture<ListPage> page = asked.thenApply(answer::page);
        var unused = page.whenComplete((value, error) -> {
            if (page.isCancelled()) {
                asked.cancel(true);
            }
        });
        return page;
    }

    void set(ListPage page) {
        this.failure = null;
        this.page = page;
    }

    void fail(MalformedPageException failure) {
        this.page = null;
        this.failure = failure;
    }

    private ListPage page(ListObjectsV2Response response) {
        MalformedPageException malformed = failure;
        if (malformed != null) {
            throw malformed;
        }
        ListPage read = page;
        return read != null ? read : of(response);
    }

    /** The SDK has decoded the names already. */
    private static ListPage of(ListObjectsV2Response response) {
        ListPageBuilder page = new ListPageBuilder();
        try {
            for (S3Object object : response.contents()) {
                Long size = object.size();
                page.add(
                        object.key(),
                        object.eTag(),
                        size == null ? 0 : size,
                        object.lastModified() == null ? 0 : S3Times.micros(object.lastModified()));
            }
            response.commonPrefixes().forEach(prefix -> page.addPrefix(prefix.prefix()));
            return page.build(
                    false, Boolean.TRUE.equals(response.isTruncated()) ? response.nextContinuationToken() : null);
        } catch (IllegalArgumentException e) {
            throw new MalformedPageException("the page of a listing cannot be read", e);
        }
    }
}
