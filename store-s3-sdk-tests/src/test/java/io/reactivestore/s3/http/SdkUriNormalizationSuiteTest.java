package io.reactivestore.s3.http;

import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import software.amazon.awssdk.http.HttpClientUriNormalizationTestSuite;
import software.amazon.awssdk.http.SdkHttpClient;

/** The SDK's suite of paths that must not be encoded again. Its tests share one server. */
@Execution(ExecutionMode.SAME_THREAD)
class SdkUriNormalizationSuiteTest extends HttpClientUriNormalizationTestSuite {

    @Override
    protected SdkHttpClient createSdkHttpClient() {
        return new BlockingView(ReactorNettyAsyncHttpClient.builder().noProxy().build());
    }
}
