package doni.api.meta;

import doni.engine.lane.LaneHealth;
import doni.machinetype.MachineTypesHealth;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.filter.UrlHandlerFilter;

/** Beans for the health of the service and for its paths. */
@Configuration(proxyBeanMethods = false)
class ServiceHealthConfiguration {

  @Bean
  DatabaseHealthProbe databaseHealthProbe(DataSource database, Clock clock) {
    return new DatabaseHealthProbe(database, clock);
  }

  @Bean
  DatabaseHealthIndicator databaseHealthIndicator(DatabaseHealthProbe database) {
    return new DatabaseHealthIndicator(database);
  }

  @Bean
  LaneHealthIndicator lanesHealthIndicator(LaneHealth lanes) {
    return new LaneHealthIndicator(lanes);
  }

  @Bean
  MachineTypesHealthIndicator machineTypesHealthIndicator(MachineTypesHealth types) {
    return new MachineTypesHealthIndicator(types);
  }

  /**
   * Removes a trailing slash from request paths, which most existing clients send. The filter runs
   * before Spring Security, so that the same rules apply with and without the slash.
   */
  @Bean
  FilterRegistrationBean<UrlHandlerFilter> trailingSlashFilter() {
    var filter =
        new FilterRegistrationBean<>(
            UrlHandlerFilter.trailingSlashHandler("/v1/**", "/healthcheck/").wrapRequest().build());
    filter.setOrder(Ordered.HIGHEST_PRECEDENCE + 20);
    return filter;
  }
}
