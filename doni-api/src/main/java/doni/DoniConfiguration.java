package doni;

import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans that every part of the service uses. */
@Configuration(proxyBeanMethods = false)
class DoniConfiguration {

  /** The clock of this machine. In the service, the clock of the database takes precedence. */
  @Bean
  Clock localClock() {
    return Clock.systemUTC();
  }
}
