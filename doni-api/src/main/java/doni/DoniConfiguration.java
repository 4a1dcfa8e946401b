package doni;

import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What only the wiring may make. */
@Configuration(proxyBeanMethods = false)
class DoniConfiguration {

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }
}
