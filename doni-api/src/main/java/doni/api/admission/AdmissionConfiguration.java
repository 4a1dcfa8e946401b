package doni.api.admission;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class AdmissionConfiguration {

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Runs last, so that no other customizer sets the maximum of connections again. */
  @Bean
  @Order(Ordered.LOWEST_PRECEDENCE)
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> guardedConnector(
      AdmissionLimits limits, @Qualifier("localClock") Clock clock) {
    return factory -> {
      factory.setProtocol(GuardedHttp11Protocol.class.getName());
      factory.addConnectorCustomizers(connector -> {
        if (connector.getProtocolHandler() instanceof GuardedHttp11Protocol protocol) {
          protocol.guard(limits.connections(), clock);
        }
      });
    };
  }

  @Bean
  RequestAdmission requestAdmission(AdmissionLimits limits, MeterRegistry meters) {
    RequestAdmission admission = new RequestAdmission(limits, PATIENCE);
    Gauge.builder("doni.requests.in.progress", admission, RequestAdmission::inProgress)
        .description("Requests that are being served")
        .register(meters);
    Gauge.builder("doni.requests.limit", limits, AdmissionLimits::requests)
        .description("Requests that may be served at the same time")
        .register(meters);
    return admission;
  }

  /** Spring Security's filters run before it. */
  @Bean
  FilterRegistrationBean<RequestAdmissionFilter> requestAdmissionFilter(
      RequestAdmission admission, MeterRegistry meters, List<RefusedRequestPage> pages) {
    Counter refused =
        Counter.builder("doni.requests.refused")
            .description("Requests refused (503, 429) because too many were being served")
            .register(meters);
    return new FilterRegistrationBean<>(new RequestAdmissionFilter(admission, refused, pages));
  }
}
