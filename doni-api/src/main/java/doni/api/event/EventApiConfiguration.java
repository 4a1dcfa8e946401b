package doni.api.event;

import doni.api.web.StreamPlaces;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

@Configuration(proxyBeanMethods = false)
class EventApiConfiguration {

  @Bean
  EventStreamWriter eventStreamWriter(JsonMapper json, StreamPlaces eventStreamPlaces) {
    return new EventStreamWriter(json, eventStreamPlaces);
  }
}
