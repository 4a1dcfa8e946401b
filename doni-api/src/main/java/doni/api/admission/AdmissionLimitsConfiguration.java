package doni.api.admission;

import doni.api.web.StreamPlaces;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The limits, and what follows from them for other features; also in contexts without a server. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(AdmissionProperties.class)
class AdmissionLimitsConfiguration {

  @Bean
  AdmissionLimits admissionLimits(AdmissionProperties configured) {
    return AdmissionLimits.of(configured, Runtime.getRuntime().maxMemory());
  }

  /** Connections that wait for events are never closed for others, so that they must leave some. */
  @Bean
  StreamPlaces eventStreamPlaces(AdmissionLimits limits) {
    return limits.eventStreams();
  }

  @Bean
  StreamPlaces pageStreamPlaces(AdmissionLimits limits) {
    return limits.pageStreams();
  }
}
