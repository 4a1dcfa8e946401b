package doni.api.management;

import doni.api.admission.GuardedHttp11Protocol;
import java.net.InetAddress;
import java.time.Clock;
import java.util.Objects;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.ProtocolHandler;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.TomcatProtocolHandlerCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.util.LambdaSafe;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Opens the management port as a second connector of the same server, see ADR 48. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@EnableConfigurationProperties(ManagementProperties.class)
class ManagementPortConfiguration {

  /** Probes and a few Prometheus servers; others must not take memory from the API. */
  private static final int CONNECTIONS = 64;

  private static final int BOOTS_DEFAULT_PORT = 8080;

  /** Runs last, so that the connector gets the settings of the API's. */
  @Bean
  @Order(Ordered.LOWEST_PRECEDENCE)
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> managementConnector(
      ManagementProperties management, @Qualifier("localClock") Clock clock) {
    return factory -> {
      int port = management.portBeside(factory.getPort());
      if (port != factory.getPort()) {
        factory.addAdditionalConnectors(connector(factory, port, management.address(), clock));
      }
    };
  }

  @Bean
  ServedPorts servedPorts(ManagementProperties management, ServerProperties server) {
    int apiPort = Objects.requireNonNullElse(server.getPort(), BOOTS_DEFAULT_PORT);
    int port = management.portBeside(apiPort);
    return new ServedPorts(port, port != apiPort);
  }

  /** Runs after authentication and before a request takes room. */
  @Bean
  FilterRegistrationBean<ManagementPortFilter> managementPortFilter(ServedPorts ports) {
    FilterRegistrationBean<ManagementPortFilter> filter =
        new FilterRegistrationBean<>(new ManagementPortFilter(ports.managementPort()));
    filter.setOrder(Ordered.LOWEST_PRECEDENCE - 1);
    filter.setEnabled(ports.apart());
    return filter;
  }

  private static Connector connector(
      TomcatServletWebServerFactory api, int port, @Nullable InetAddress address, Clock clock) {
    GuardedHttp11Protocol protocol = new GuardedHttp11Protocol();
    Connector connector = new ManagementConnector(protocol);
    api.getConnectorCustomizers().forEach(customizer -> customizer.customize(connector));
    customize(api, protocol);
    protocol.guard(CONNECTIONS, clock);
    // As that of the API: nothing is served before the application is complete.
    connector.setProperty("bindOnInit", "false");
    connector.setThrowOnFailure(true);
    connector.setPort(port);
    InetAddress listen = address == null ? api.getAddress() : address;
    if (listen != null) {
      protocol.setAddress(listen);
    }
    return connector;
  }

  @SuppressWarnings("unchecked")
  private static void customize(TomcatServletWebServerFactory api, ProtocolHandler protocol) {
    LambdaSafe.callbacks(
            TomcatProtocolHandlerCustomizer.class, api.getProtocolHandlerCustomizers(), protocol)
        .invoke(customizer -> customizer.customize(protocol));
  }

  /** Names its setting if it cannot start; Boot would name that of the API. */
  private static final class ManagementConnector extends Connector {

    ManagementConnector(ProtocolHandler protocol) {
      super(protocol);
    }

    @Override
    protected void startInternal() throws LifecycleException {
      try {
        super.startInternal();
      } catch (LifecycleException e) {
        throw new IllegalStateException(
            "doni.management.port is '%d'; it cannot be listened on; allowed: a free port, or that of server.port"
                .formatted(getPort()),
            e);
      }
    }
  }
}
