package io.reactivestore.s3.http;

import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpService;

/** Lets an asynchronous client of the SDK that is given no HTTP client find this one. */
public final class ReactorNettySdkAsyncHttpService implements SdkAsyncHttpService {

    /** Called by the SDK. */
    public ReactorNettySdkAsyncHttpService() {}

    @Override
    @SuppressWarnings("rawtypes")
    public SdkAsyncHttpClient.Builder createAsyncHttpClientFactory() {
        return ReactorNettyAsyncHttpClient.builder();
    }
}
