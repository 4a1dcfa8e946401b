package doni.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import doni.api.auth.TrustedProxiesConfiguration.ProxyProperties;
import java.util.List;
import org.apache.catalina.valves.RemoteIpValve;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;

class TrustedProxiesTests {

  @Test
  void addressesAreNetworksOfOne() {
    TomcatServletWebServerFactory factory = customized("10.0.0.5", "10.1.0.0/16", "::1");

    assertThat(factory.getEngineValves())
        .singleElement()
        .isInstanceOfSatisfying(
            RemoteIpValve.class,
            valve ->
                assertThat(valve.getInternalProxies())
                    .contains("10.0.0.5/32", "10.1.0.0/16", "/128"));
  }

  @Test
  void withoutAnyNoHeaderIsRead() {
    assertThat(customized().getEngineValves()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "proxy.example.org", "10.0.0", "10.0.0.0/33", "10\\.0\\..*", "::g", "*"})
  void refusesWhatIsNotAnAddress(String wrong) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ProxyProperties(List.of(wrong)))
        .withMessage(
            "doni.proxies.trusted has '%s'; allowed: IP addresses and networks, such as 10.0.0.5 and 10.1.0.0/16"
                .formatted(wrong));
  }

  private static TomcatServletWebServerFactory customized(String... trusted) {
    TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory();
    new TrustedProxiesConfiguration()
        .trustedProxies(new ProxyProperties(List.of(trusted)))
        .customize(factory);
    return factory;
  }
}
