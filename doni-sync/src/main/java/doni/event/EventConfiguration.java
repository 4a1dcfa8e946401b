package doni.event;

import doni.database.RetentionJob;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EventProperties.class)
class EventConfiguration {

  private static final Logger LOG = LoggerFactory.getLogger(EventConfiguration.class);

  @Bean
  ConsoleLinks consoleLinks(Environment environment) {
    return ConsoleLinks.of(environment.getProperty(ConsoleLinks.KEY));
  }

  @Bean
  RetentionJob eventRetentionJob(
      HardwareEventStore events, EventProperties properties, Clock clock) {
    Duration retention = properties.retention();
    return new RetentionJob(
        "event-retention",
        "Removal of old events",
        Duration.ofHours(1),
        () -> {
          int removed = events.removeBefore(clock.instant().minus(retention));
          if (removed > 0) {
            LOG.info("Removed {} events older than {}", removed, retention);
          }
        });
  }
}
