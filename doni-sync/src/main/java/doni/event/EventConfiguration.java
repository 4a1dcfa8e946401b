package doni.event;

import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EventProperties.class)
class EventConfiguration {

  @Bean
  EventRetentionJob eventRetentionJob(
      HardwareEventStore events, EventProperties properties, Clock clock) {
    return new EventRetentionJob(events, properties.retention(), clock);
  }
}
