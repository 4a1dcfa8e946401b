package doni.api.event;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
class EventApiConfiguration {

  @Bean
  EventStreams eventStreams(JsonMapper json) {
    return new EventStreams(json);
  }
}
