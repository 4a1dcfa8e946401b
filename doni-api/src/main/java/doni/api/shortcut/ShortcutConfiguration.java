package doni.api.shortcut;

import doni.api.admission.RequestAdmissionFilter;
import doni.api.auth.KnownCallers;
import doni.api.management.ServedPorts;
import doni.hardware.HardwareService;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.Tracer;
import java.util.Objects;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.DelegatingFilterProxyRegistrationBean;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class ShortcutConfiguration {

  @Bean
  DeviceReadShortcut deviceReadShortcut(
      HardwareService service,
      KnownCallers callers,
      FilterRegistrationBean<RequestAdmissionFilter> admission,
      ServedPorts ports,
      @Qualifier("handlerExceptionResolver") HandlerExceptionResolver failures,
      JsonMapper json,
      MeterRegistry meters) {
    return new DeviceReadShortcut(
        service,
        callers,
        Objects.requireNonNull(admission.getFilter()),
        ports,
        failures,
        json,
        meters);
  }

  /**
   * After the request has its id, and before it is observed: the shortcut records the metric
   * itself. Where requests are traced, each of them takes the ordinary path, which makes the spans.
   *
   * <p>By the name of the bean, which needs the database: see the filter of the console's sessions.
   */
  @Bean
  DelegatingFilterProxyRegistrationBean deviceReadShortcutFilter(ListableBeanFactory beans) {
    DelegatingFilterProxyRegistrationBean filter =
        new DelegatingFilterProxyRegistrationBean("deviceReadShortcut");
    // The order of Boot's ServerHttpObservationFilter; our beans come first.
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 1);
    filter.setEnabled(beans.getBeanNamesForType(Tracer.class, true, false).length == 0);
    return filter;
  }
}
