package io.reactivestore.s3.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.parallel.Isolated;
import software.amazon.awssdk.http.HttpProxyTestSuite;
import software.amazon.awssdk.http.proxy.TestProxySetting;

/** The SDK's suite of where the settings of a proxy come from. */
@Isolated("sets system properties and the environment")
class SdkProxySuiteTest extends HttpProxyTestSuite {

    @Override
    protected void assertProxyConfiguration(
            TestProxySetting made,
            TestProxySetting expected,
            Boolean useSystemProperties,
            Boolean useEnvironment,
            String scheme) {
        ProxySpec spec = new ProxySpec();
        if (made != null) {
            set(spec, made);
        }
        if (useSystemProperties != null) {
            spec.useSystemProperties(useSystemProperties);
        }
        if (useEnvironment != null) {
            spec.useEnvironment(useEnvironment);
        }
        ProxySpec.Proxy proxy = spec.of(scheme);
        assertThat(proxy.host()).isEqualTo(expected.getHost());
        assertThat(proxy.port()).isEqualTo(expected.getPort() == null ? 0 : expected.getPort());
        assertThat(proxy.username()).isEqualTo(expected.getUserName());
        assertThat(proxy.password()).isEqualTo(expected.getPassword());
        Set<String> nonProxyHosts = expected.getNonProxyHosts();
        assertThat(proxy.nonProxyHosts() == null ? Set.of() : proxy.nonProxyHosts())
                .isEqualTo(nonProxyHosts == null ? Set.of() : nonProxyHosts);
    }

    private static void set(ProxySpec spec, TestProxySetting made) {
        if (made.getHost() != null) {
            spec.address(made.getHost(), made.getPort());
        }
        if (made.getUserName() != null) {
            spec.username(made.getUserName());
        }
        if (made.getPassword() != null) {
            spec.password(made.getPassword());
        }
        if (made.getNonProxyHosts() != null && !made.getNonProxyHosts().isEmpty()) {
            spec.nonProxyHosts(made.getNonProxyHosts());
        }
    }
}
