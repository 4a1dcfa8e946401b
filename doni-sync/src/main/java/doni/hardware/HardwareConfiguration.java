package doni.hardware;

import doni.database.BackgroundDatabaseGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

@Configuration(proxyBeanMethods = false)
class HardwareConfiguration {

  @Bean
  IdempotencyKeyRetentionJob idempotencyKeyRetentionJob(IdempotencyKeyStore keys) {
    return new IdempotencyKeyRetentionJob(keys);
  }

  /** {@code doni.hardware.quarantined}: quarantined hardware of the whole site, counted on read. */
  @Bean
  MeterBinder quarantineGauge(JdbcClient jdbc) {
    return meters ->
        BackgroundDatabaseGauge.register(
            meters,
            "doni.hardware.quarantined",
            Tags.empty(),
            null,
            () ->
                jdbc.sql("select count(*) from hardware where quarantined_at is not null")
                    .query(Long.class)
                    .single());
  }
}
