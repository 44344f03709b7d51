package io.reactivestore.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.utils.Md5Utils;

/**
 * Gives a bulk delete the checksum that servers from before 2022 ask for. The SDK would send a CRC32, with its plugin for old servers a
 * CRC32 as well.
 *
 * @source Amazon S3 API Reference, DeleteObjects, Content-MD5
 */
final class BulkDeleteMd5 implements ExecutionInterceptor {

    @Override
    public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
        if (!(context.request() instanceof DeleteObjectsRequest)) {
            return context.httpRequest();
        }
        RequestBody body = context.requestBody()
                .orElseThrow(() -> new IllegalStateException("a bulk delete whose body the SDK does not hold"));
        attributes.putAttribute(SdkExecutionAttribute.RESOLVED_CHECKSUM_SPECS, null);
        try {
            String md5 = Md5Utils.md5AsBase64(body.contentStreamProvider().newStream());
            return context.httpRequest().toBuilder()
                    .putHeader("Content-MD5", md5)
                    .removeHeader("x-amz-sdk-checksum-algorithm")
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
