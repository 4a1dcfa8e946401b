package doni.inventory;

import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.util.Map;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** Wires the inventory: the first of the keys encrypts, all of them decrypt. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EventProperties.class)
class InventoryConfiguration {

  @Bean
  AesGcm secretCipher(Environment environment) {
    Map<String, String> keys = SecretKeys.configured(environment);
    return new AesGcm(
        keys.isEmpty() ? Map.of(SecretKeys.LOCAL, SecretKeys.local(environment)) : keys);
  }

  @Bean
  Sealer sealer(AesGcm cipher, HardwareTypes types, JsonMapper json) {
    return new AesSealer(cipher, types, json);
  }

  @Bean
  MeterBinder inventoryGauges(JdbcClient jdbc) {
    return new InventoryGauges(jdbc)::register;
  }

  @Bean
  EventRetention eventRetention(EventLog events, EventProperties properties, Clock clock) {
    return new EventRetention(events, properties.retention(), clock);
  }
}
