package doni.api.auth;

import java.util.List;
import java.util.regex.Pattern;
import org.apache.catalina.util.NetMask;
import org.apache.catalina.valves.RemoteIpValve;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Takes the client's address and scheme from {@code X-Forwarded-For} and {@code X-Forwarded-Proto}
 * of trusted proxies. {@link doni.api.web.PageLinks} does the same for the host, port and prefix of
 * links.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@EnableConfigurationProperties(TrustedProxiesConfiguration.ProxyProperties.class)
class TrustedProxiesConfiguration {

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> trustedProxies(
      ProxyProperties proxies) {
    return factory -> {
      if (!proxies.trusted().isEmpty()) {
        RemoteIpValve valve = new RemoteIpValve();
        valve.setInternalProxies(proxies.networks());
        factory.addEngineValves(valve);
      }
    };
  }

  /**
   * Settings of reverse proxies, under {@code doni.proxies}.
   *
   * @param trusted addresses and networks whose {@code X-Forwarded-*} and {@code Forwarded} headers
   *     are believed
   */
  @ConfigurationProperties(prefix = "doni.proxies", ignoreUnknownFields = false)
  record ProxyProperties(@DefaultValue({"127.0.0.0/8", "::1"}) List<String> trusted) {

    /** Names would be resolved, once, at the start. */
    private static final Pattern NUMERIC =
        Pattern.compile("(\\d+(\\.\\d+){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(/\\d+)?");

    ProxyProperties {
      trusted = List.copyOf(trusted);
      trusted.forEach(ProxyProperties::requireNetwork);
    }

    private static void requireNetwork(String text) {
      if (!NUMERIC.matcher(text).matches() || !isNetwork(text)) {
        throw new IllegalArgumentException(
            "doni.proxies.trusted has '%s'; allowed: IP addresses and networks, such as 10.0.0.5 and 10.1.0.0/16"
                .formatted(text));
      }
    }

    private static boolean isNetwork(String text) {
      try {
        return !new NetMask(text).toString().isEmpty();
      } catch (IllegalArgumentException _) {
        return false;
      }
    }

    /** Returns them as Tomcat reads them: without a slash, it would take them for a pattern. */
    private String networks() {
      return String.join(
          ",",
          trusted.stream()
              .map(text -> text.contains("/") ? text : text + (text.contains(":") ? "/128" : "/32"))
              .toList());
    }
  }
}
