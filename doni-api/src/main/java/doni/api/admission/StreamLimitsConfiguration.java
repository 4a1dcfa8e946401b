package doni.api.admission;

import doni.api.web.StreamPlaces;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Connections that wait for events are never closed for others, so that they must leave some. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AdmissionProperties.class)
class StreamLimitsConfiguration {

  @Bean
  StreamPlaces eventStreamPlaces(AdmissionProperties configured) {
    return limits(configured).eventStreams();
  }

  @Bean
  StreamPlaces pageStreamPlaces(AdmissionProperties configured) {
    return limits(configured).pageStreams();
  }

  private static AdmissionLimits limits(AdmissionProperties configured) {
    return AdmissionLimits.of(configured, Runtime.getRuntime().maxMemory());
  }
}
