package doni;

import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans that every part of the service uses. */
@Configuration(proxyBeanMethods = false)
class DoniConfiguration {

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }
}
