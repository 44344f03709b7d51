package io.reactivestore.s3.http;

import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.proxy.HttpClientDefaultProxyConfigTestSuite;

/** The SDK's suite of the proxy that a client without settings of its own uses. */
@Isolated("sets system properties and the environment")
class SdkDefaultProxySuiteTest extends HttpClientDefaultProxyConfigTestSuite {

    private final ReactorNettyAsyncHttpClient client = ReactorNettyAsyncHttpClient.create();

    @AfterEach
    void close() {
        client.close();
    }

    @Override
    protected boolean isSyncClient() {
        return false;
    }

    @Override
    protected SdkAsyncHttpClient createHttpClientWithDefaultProxy() {
        return client;
    }

    @Override
    protected SdkHttpClient createSyncHttpClientWithDefaultProxy() {
        throw new UnsupportedOperationException();
    }

    @Override
    protected Class<? extends Exception> getProxyFailedExceptionType() {
        return ExecutionException.class;
    }

    @Override
    protected Class<? extends Exception> getProxyFailedCauseExceptionType() {
        return Exception.class;
    }
}
