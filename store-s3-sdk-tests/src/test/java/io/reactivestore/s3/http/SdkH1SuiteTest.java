package io.reactivestore.s3.http;

import software.amazon.awssdk.http.SdkAsyncHttpClientH1TestSuite;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/** The SDK's own suite for asynchronous clients. */
class SdkH1SuiteTest extends SdkAsyncHttpClientH1TestSuite {

    @Override
    protected SdkAsyncHttpClient setupClient() {
        return ReactorNettyAsyncHttpClient.builder()
                .noProxy()
                .buildWithDefaults(AttributeMap.builder()
                        .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true)
                        .build());
    }
}
